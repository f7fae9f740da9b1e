//! A published position.
//!
//! A ring has two: the tail, which the producer publishes and the consumer reads, and the head,
//! where it is the other way round.
//!
//! ```text
//!   the word    | position: bytes since the ring was made, in steps of 2 | WAITS |
//! ```
//!
//! The lowest bit says that the *other* side waits for the position to move. The other side sets
//! it, and each publication clears it.

use super::index::WAITS;
use crate::sync::{AtomicUsize, Ordering};

/// A published position, and beside it what the layer above keeps for the side that waits here.
#[repr(C)] // The word and what a wake needs lie in one cache line.
pub(crate) struct Cursor<W> {
    word: AtomicUsize,
    pub(crate) waiter: W,
}

impl<W> Cursor<W> {
    #[inline(always)]
    pub(super) fn new(waiter: impl FnOnce() -> W) -> Self {
        Self {
            word: AtomicUsize::new(0),
            waiter: waiter(),
        }
    }

    /// The position.
    #[inline]
    pub(super) fn position(&self) -> usize {
        // ORDERING(P, R): Acquire, to see what the publisher did with the bytes up to the position.
        self.word.load(Ordering::Acquire) & !WAITS
    }

    /// Sets the position, and clears the bit. Returns whether it was set.
    ///
    /// A swap, and not a store: its result is the only look at the bit. A load beside a store could
    /// miss a side that begins to wait between the two.
    #[inline]
    pub(super) fn publish(&self, position: usize) -> bool {
        debug_assert_eq!(position & WAITS, 0, "a position has no bit");
        // ORDERING(P, R, W): Release, to hand over the bytes up to the position. Acquire, to see
        // what the waiting side wrote before it set the bit.
        self.word.swap(position, Ordering::AcqRel) & WAITS != 0
    }

    /// Whether the bit is set.
    #[inline]
    pub(crate) fn is_awaited(&self) -> bool {
        // ORDERING(none): the slot of the waker orders this. See `Endpoint::register`.
        self.word.load(Ordering::Relaxed) & WAITS != 0
    }

    /// Sets the bit. Returns whether it was set before.
    ///
    /// Called by the side that begins to wait, and by the publisher that has cleared the bit and
    /// lets the other side wait on.
    #[inline]
    pub(crate) fn set_awaited(&self) -> bool {
        // ORDERING(W): Release, to hand over what the waiting side has written before.
        self.word.fetch_or(WAITS, Ordering::Release) & WAITS != 0
    }

    /// Clears the bit, for a side that does not wait after all.
    #[cold]
    pub(crate) fn clear_awaited(&self) {
        // ORDERING(none): a publication that comes first wakes, and one that comes later does not.
        self.word.fetch_and(!WAITS, Ordering::Relaxed);
    }
}
