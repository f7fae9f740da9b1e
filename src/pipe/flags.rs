//! How a side learns that the stream has ended: one word of flags. `pipe/mod.rs` draws it.

use crate::ring::Side;
use crate::sync::{AtomicUsize, Ordering};

/// Set if [`Config::yield_every`](super::Config::yield_every) is: then every call counts its
/// transfers.
const YIELDS: usize = 1 << 8;

/// Set if a handle has ended the stream. Both sides are closed and aborted then.
pub(super) const CUT: usize = 1 << 9;

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

/// Set together with the closed flag of `side`, if its peer gets an error after the last byte.
pub(super) const fn failed(side: Side) -> usize {
    closed(side) << 6
}

/// Both sides' flags of a kind.
const fn both(of: usize) -> usize {
    of | of << 1
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

    /// Sets the closed flag of `side`, and `how` too if the peer has not closed. Returns the flags
    /// from before.
    pub(super) fn close(&self, side: Side, peer: Side, how: usize) -> usize {
        let set = |before| match before & closed(peer) {
            0 => Some(before | closed(side) | how),
            _ => Some(before | closed(side)),
        };
        self.update(set).unwrap_or_else(|flags| flags)
    }

    /// Ends the stream for both sides, unless one of them has closed. Returns the flags from before
    /// if it does.
    pub(super) fn cut(&self) -> Option<usize> {
        const CLOSED: usize = both(closed(Side::Consumer));
        const ABORTED: usize = both(aborted(Side::Consumer));
        let set = |before| match before & CLOSED {
            0 => Some(before | CLOSED | ABORTED | CUT),
            _ => None,
        };
        self.update(set).ok()
    }

    /// Replaces the flags, unless `set` returns `None`. Returns the flags from before in both
    /// cases.
    fn update(&self, set: impl FnMut(usize) -> Option<usize>) -> Result<usize, usize> {
        // ORDERING(C, U, E): Release, to hand over everything that this side has done. Acquire, to
        // see the waker in the slot of a peer that watches. Relaxed: the exchange fails if this is
        // out of date.
        self.0
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, set)
    }

    /// Sets the watched flag of `side`. Returns the flags from before.
    pub(super) fn watch(&self, side: Side) -> usize {
        // ORDERING(E, U): Release, to hand over the waker in the slot. Acquire, to see what the
        // peer did before it closed.
        self.0.fetch_or(watched(side), Ordering::AcqRel)
    }
}
