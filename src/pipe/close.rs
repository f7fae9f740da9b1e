//! How a half ends its side of the stream, and how its peer waits for that. `pipe/mod.rs` has the
//! protocol.

use core::task::{Context, Poll, Waker};

use super::flags::{aborted, closed, failed, watched, CUT};
use super::wakers::Wakers;
use super::{Endpoint, Shared, OF_HANDLES};
use crate::error::{out_of_memory, Error, ErrorKind, Reason, Stop};
use crate::ring::{Role, Side};
use crate::sync::AtomicWaker;

impl<R: Role> Endpoint<R> {
    /// Whether the peer has closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.half.state().flags.load() & closed(R::Peer::SIDE) != 0
    }

    /// Waits for the peer to close.
    pub(crate) fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_closed() {
            return Poll::Ready(());
        }
        let shared = self.half.state();
        let slot = self.half.slot(R::SIDE);
        // The old waker is dropped here, and not inside of `register`: its drop may panic.
        let waits_elsewhere = slot.take().is_some();
        slot.register(cx.waker());
        if shared.flags.watch(R::SIDE) & closed(R::Peer::SIDE) == 0 {
            return Poll::Pending;
        }
        drop(slot.take());
        if waits_elsewhere {
            // The peer may have closed while the slot was empty. The task has to learn of that in
            // the other place.
            cx.waker().wake_by_ref();
        }
        Poll::Ready(())
    }

    /// Closes this side, unless that has been done, and wakes the peer.
    pub(crate) fn close(&mut self, ending: Ending) {
        self.end(ending).wake();
    }

    /// Closes this side for good: the half is being dropped.
    #[inline]
    pub(crate) fn disconnect(&mut self) {
        // Whatever is registered is dropped with the ring, if this is its last owner.
        if !self.half.is_last_owner() {
            self.disconnect_from_peer();
        }
    }

    /// [`disconnect`](Self::disconnect) while the peer, or a handle, is left.
    fn disconnect_from_peer(&mut self) {
        let ending = match self.half.state().config.error_on_drop {
            None => Ending::Finish,
            Some(kind) => Ending::FinishWith(Reason::Kind(kind)),
        };
        let wakers = self.end(ending);
        // Dropped after the peer has been woken, because a drop may panic.
        let _waiter = self.half.deregister_for_good();
        let _watcher = self.take_watcher();
        wakers.wake();
    }

    /// [`close`](Self::close) without waking the peer.
    #[inline]
    fn end(&mut self, ending: Ending) -> Wakers {
        let shared = self.half.state();
        if shared.flags.load() & closed(R::SIDE) != 0 {
            return Wakers::default();
        }
        let reason = &shared.reasons[R::SIDE as usize];
        let how = match ending {
            Ending::Finish => 0,
            Ending::FinishWith(error) => {
                reason.set(error);
                failed(R::SIDE)
            }
            Ending::Abort(error) => {
                reason.set(error);
                aborted(R::SIDE)
            }
        };
        let before = shared.flags.close(R::SIDE, R::Peer::SIDE, how);
        let watcher = take_watcher(before, R::Peer::SIDE, self.half.slot(R::Peer::SIDE));
        let is_clean = how != aborted(R::SIDE) && before & aborted(R::Peer::SIDE) == 0;
        self.freeze(is_clean);
        let waiter = self.half.take_peer_waiter();
        Wakers {
            waiter: waiter.map(|waiter| waiter.waker),
            watcher,
        }
    }

    /// Fixes the available bytes when this side closes: a reader can still read what is unread
    /// after a clean end, and a writer can write nothing any more.
    fn freeze(&mut self, is_clean: bool) {
        let keeps_unread = is_clean && R::SIDE == Side::Consumer;
        // A reader's refresh does not fail.
        if !keeps_unread || self.half.refresh(usize::MAX).is_err() {
            self.half.clear_available();
        }
    }

    /// Takes the waker out of this side's slot.
    fn take_watcher(&self) -> Option<Waker> {
        let flags = self.half.state().flags.load();
        take_watcher(flags, R::SIDE, self.half.slot(R::SIDE))
    }

    /// The error of a call that stops.
    #[cold]
    #[inline(never)]
    pub(crate) fn error(&self, stop: Stop) -> Error {
        match stop {
            Stop::WouldBlock => ErrorKind::WouldBlock.into(),
            Stop::Closed => ErrorKind::BrokenPipe.into(),
            Stop::Failed => self.half.state().reason(R::Peer::SIDE).to_error(),
            Stop::OutOfMemory => out_of_memory(self.capacity()),
        }
    }
}

/// How a side ends the stream.
pub(crate) enum Ending {
    /// The peer gets what is there, and then the end.
    Finish,
    /// The peer gets what is there, and then an error.
    FinishWith(Reason),
    /// The peer gets an error at once.
    Abort(Reason),
}

impl Shared {
    /// Why `side`, or a handle, has ended the stream with an error.
    fn reason(&self, side: Side) -> Reason {
        let index = match self.flags.load() & CUT {
            0 => side as usize,
            _ => OF_HANDLES,
        };
        let reason = self.reasons[index].get();
        reason.expect("the reason is stored before the flag is set")
    }
}

/// Takes the waker out of the slot of `side`, if the flags say that there may be one.
pub(super) fn take_watcher(flags: usize, side: Side, slot: &AtomicWaker) -> Option<Waker> {
    match flags & watched(side) {
        0 => None,
        _ => slot.take(),
    }
}
