//! How a side learns that the stream has ended: one word of flags.
//!
//! ```text
//!   | has waited: W R | yields | discarded | by handle | failed: W R | aborted: W R | closed: W R |
//! ```
//!
//! `R` is the bit of the reader, `W` that of the writer. No flag is ever cleared. *discarded*, *by
//! handle*, *failed* and *aborted* are set together with a closed flag.

use crate::ring::Side;
use crate::sync::{AtomicUsize, Ordering};

/// Set once a handle has ended the stream. Both sides are closed and aborted then.
pub(super) const BY_HANDLE: usize = 1 << 6;

/// Set if the reader has aborted, so that it reads nothing any more.
pub(super) const DISCARDED: usize = 1 << 7;

/// Set from the start if [`Config::yield_every`](super::Config::yield_every) is.
pub(super) const YIELDS: usize = 1 << 8;

/// One of these is set once a side has closed.
pub(super) const ENDED: usize = closed(Side::Consumer) | closed(Side::Producer);

/// The flags that divert a poll from its fast path.
pub(super) const DIVERT: usize = ENDED | YIELDS;

/// Set once `side` has closed.
#[inline]
pub(super) const fn closed(side: Side) -> usize {
    1 << side as usize
}

/// Set together with the closed flag of `side`, if its peer gets an error at once.
pub(super) const fn aborted(side: Side) -> usize {
    closed(side) << 2
}

/// Set together with the closed flag of `side`, if its peer gets an error after the last byte.
pub(super) const fn failed(side: Side) -> usize {
    closed(side) << 4
}

/// Set once `side` has left a waker in its slot. If it never has, its peer need not wake it.
pub(super) const fn has_waited(side: Side) -> usize {
    closed(side) << 9
}

pub(super) struct Flags(AtomicUsize);

impl Flags {
    #[inline]
    pub(super) fn new(yields: bool) -> Self {
        Self(AtomicUsize::new(if yields { YIELDS } else { 0 }))
    }

    #[inline]
    pub(super) fn load(&self) -> usize {
        // ORDERING(C, U): Acquire, to see everything that a side did before it set its closed
        // flag: its last publication, the reason, and the user's own memory.
        self.0.load(Ordering::Acquire)
    }

    /// Sets `flags`, and `unless_ended` too if no side has closed. Returns the flags from before.
    pub(super) fn set(&self, flags: usize, unless_ended: usize) -> usize {
        let with = |before| match before & ENDED {
            0 => Some(before | flags | unless_ended),
            _ => Some(before | flags),
        };
        // ORDERING(C, U): Release, to hand over everything that this side has done. Relaxed: the
        // exchange fails if the load is out of date.
        let set = self
            .0
            .fetch_update(Ordering::Release, Ordering::Relaxed, with);
        set.unwrap_or_else(|before| before)
    }

    /// Closes `side`, and sets `how` too if no side has closed before. Returns the flags from
    /// before.
    pub(super) fn close(&self, side: Side, how: usize) -> usize {
        let discarded = if how == aborted(Side::Consumer) {
            DISCARDED
        } else {
            0
        };
        self.set(closed(side) | discarded, how)
    }
}
