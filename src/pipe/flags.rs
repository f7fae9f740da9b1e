//! How a side learns that the stream has ended: one word of flags. `pipe/mod.rs` draws it.

use crate::ring::Side;
use crate::sync::{AtomicUsize, Ordering};

/// Set if [`Config::yield_every`](super::Config::yield_every) is: then every call counts its
/// transfers.
const YIELDS: usize = 1 << 6;

/// The flags that a look has to consider. The watched flags are not among them, and none of them is
/// set most of the time.
pub(super) const SPECIAL: usize = YIELDS | 0b1111;

/// Set once `side` has closed.
#[inline]
pub(super) const fn closed(side: Side) -> usize {
    1 << side as usize
}

/// Set together with the closed flag of `side`, if it has aborted.
pub(super) const fn aborted(side: Side) -> usize {
    closed(side) << 2
}

/// Set if `side` may have a waker in its slot.
pub(super) const fn watched(side: Side) -> usize {
    closed(side) << 4
}

pub(super) struct Flags(AtomicUsize);

impl Flags {
    pub(super) fn new(yields: bool) -> Self {
        Self(AtomicUsize::new(if yields { YIELDS } else { 0 }))
    }

    #[inline]
    pub(super) fn load(&self) -> usize {
        // ORDERING(C, U): Acquire, to see everything that a side did before it set its closed flag:
        // its last publication, and the user's own memory.
        self.0.load(Ordering::Acquire)
    }

    /// Sets the closed flag of `side`, and the aborted flag too if `aborts` and the peer has not
    /// closed. Returns the flags from before.
    pub(super) fn close(&self, side: Side, peer: Side, aborts: bool) -> usize {
        // ORDERING(none): the exchange fails if this is out of date.
        let mut before = self.0.load(Ordering::Relaxed);
        loop {
            let mut flags = before | closed(side);
            if aborts && before & closed(peer) == 0 {
                flags |= aborted(side);
            }
            // ORDERING(C, U, E): Release, to hand over everything that this side has done. Acquire,
            // to see the waker in the slot of a peer that watches.
            let set =
                self.0
                    .compare_exchange_weak(before, flags, Ordering::AcqRel, Ordering::Relaxed);
            match set {
                Ok(_) => return before,
                Err(current) => before = current,
            }
        }
    }

    /// Sets the watched flag of `side`. Returns the flags from before.
    pub(super) fn watch(&self, side: Side) -> usize {
        // ORDERING(E, U): Release, to hand over the waker in the slot. Acquire, to see what the
        // peer did before it closed.
        self.0.fetch_or(watched(side), Ordering::AcqRel)
    }
}
