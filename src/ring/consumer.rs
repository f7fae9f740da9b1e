//! The side that reads.

use core::mem;

use super::copy::copy;
use super::index;
use super::{Half, Role, State};

/// The side that reads: its own position is the head.
pub(crate) type Consumer<S> = Half<S, Consuming>;

/// The role of a [`Consumer`].
#[derive(Default)]
pub(crate) struct Consuming {
    /// How many times it has followed the producer to the front.
    restarts: usize,
}

impl Role for Consuming {
    #[inline]
    fn head_and_tail<T>(own: T, peer: T) -> (T, T) {
        (own, peer)
    }

    #[inline]
    fn ready(_capacity: usize, occupied: usize) -> usize {
        occupied
    }

    #[inline]
    fn refresh<S: State>(half: &mut Consumer<S>, _want: usize) {
        let tail = half.peer_position().load();
        let restarts = half.shared.restarts.count();
        if restarts != half.role.restarts {
            // The producer went to the front when all was read, which is where this side stands.
            half.role.restarts = restarts;
            half.offset = 0;
        }
        half.ready = index::distance(half.own, tail);
    }
}

impl<S: State> Consumer<S> {
    /// The occupied bytes, going by the tail last seen: the second slice follows the first.
    #[inline]
    pub(crate) fn slices(&self) -> (&[u8], &[u8]) {
        if self.ready == 0 {
            return (&[], &[]);
        }
        let (first, second) = index::spans(self.capacity(), self.offset, self.ready);
        // SAFETY: by I3 these bytes are occupied, and by I6 they are there. The producer cannot write
        // them before they are passed and published, which the borrow of `self` puts off until the
        // slices are gone.
        let front = unsafe { self.shared.storage.slice(self.offset, first) };
        // SAFETY: as above; the wrapped part of the same occupied bytes.
        let back = unsafe { self.shared.storage.slice(0, second) };
        (front, back)
    }

    /// Copies the front of the occupied bytes into `buf`, as many as it holds, and returns how many
    /// that was. The producer gets their space back at [`publish`](Self::publish).
    #[inline]
    pub(crate) fn pull(&mut self, buf: &mut [u8]) -> usize {
        let mut rest = buf;
        self.pull_with(rest.len(), |bytes| {
            let (next, after) = mem::take(&mut rest).split_at_mut(bytes.len());
            // SAFETY: both have the same length, and a slice that can be written has no other in it.
            unsafe { copy(bytes.as_ptr(), next.as_mut_ptr(), next.len()) };
            rest = after;
        })
    }

    /// [`pull`](Self::pull) for what takes bytes but is no slice of them: `put` gets no more than
    /// `limit`, in one piece or in two.
    #[inline]
    pub(crate) fn pull_with(&mut self, limit: usize, mut put: impl FnMut(&[u8])) -> usize {
        let n = limit.min(self.ready);
        if n == 0 {
            return 0;
        }
        let to_end = self.capacity() - self.offset;
        if n < to_end {
            // SAFETY: by I3 these `n` bytes are occupied, and by I6 they are there. The producer cannot
            // write them before they are passed and published, when the slice is gone.
            put(unsafe { self.shared.storage.slice(self.offset, n) });
            self.advance_to(n, self.offset + n);
        } else {
            // SAFETY: as above.
            put(unsafe { self.shared.storage.slice(self.offset, to_end) });
            if n > to_end {
                // SAFETY: as above; the wrapped part of the same occupied bytes.
                put(unsafe { self.shared.storage.slice(0, n - to_end) });
            }
            self.advance_to(n, n - to_end);
        }
        n
    }

    /// Passes over the next `n` bytes. Panics if fewer are occupied, going by the tail last seen.
    #[inline]
    #[track_caller]
    pub(crate) fn skip(&mut self, n: usize) {
        let unread = self.ready;
        assert!(n <= unread, "cannot consume {n} bytes: {unread} are unread");
        self.advance(n);
    }
}
