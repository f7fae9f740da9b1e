//! When a half yields to other tasks although it could go on: see `Options::yield_every`.

use core::mem;

/// Counts the calls of a half that did not return `Pending`.
#[derive(Default)]
pub(super) struct Fairness {
    /// How many in a row.
    in_a_row: u32,
    /// The lower half of the position at the last of them.
    last_position: u32,
}

impl Fairness {
    /// Whether a call that could move bytes at `position` has to yield, after `limit` others.
    ///
    /// Calls at the same position count once: a caller may ask for the same bytes again, as
    /// `fill_buf` without `consume` does, and must get them.
    pub(super) fn should_yield(&mut self, position: usize, limit: u32) -> bool {
        // A half that moves 2 GiB between two calls may count them once.
        let position = position as u32;
        let has_moved = mem::replace(&mut self.last_position, position) != position;
        if self.in_a_row > 0 && !has_moved {
            return false;
        }
        if self.in_a_row >= limit {
            self.in_a_row = 0;
            return true;
        }
        self.in_a_row += 1;
        false
    }

    /// The half returns `Pending`, so other tasks have their turn.
    pub(super) fn reset(&mut self) {
        self.in_a_row = 0;
    }
}
