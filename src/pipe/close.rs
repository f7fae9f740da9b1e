//! How a half ends its side of the stream, and how its peer waits for that. `pipe/mod.rs` has the
//! protocol.

use core::task::{Context, Poll, Waker};

use super::flags::{aborted, closed, watched};
use super::Endpoint;
use crate::error::ErrorKind;
use crate::ring::{Role, Side};

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
        let slot = &shared.slots[R::SIDE as usize];
        // The old waker is dropped here, and not inside of `register`: its drop may panic.
        drop(slot.take());
        slot.register(cx.waker());
        if shared.flags.watch(R::SIDE) & closed(R::Peer::SIDE) == 0 {
            return Poll::Pending;
        }
        drop(slot.take());
        Poll::Ready(())
    }

    /// Closes this side, unless that has been done, and wakes the peer. With an `abort`, the peer's
    /// calls fail with that kind, unless the peer has closed before.
    pub(crate) fn close(&mut self, abort: Option<ErrorKind>) {
        self.end(abort).wake();
    }

    /// Closes this side for good: the half is being dropped.
    pub(crate) fn disconnect(&mut self) {
        if self.half.peer_is_dropped() {
            // Whatever is registered is dropped with the ring.
            return;
        }
        let wakers = self.end(None);
        // Dropped after the peer has been woken, because a drop may panic.
        let _own = (self.half.deregister_for_good(), self.take_watcher());
        wakers.wake();
    }

    /// [`close`](Self::close) without waking the peer.
    #[inline]
    fn end(&mut self, abort: Option<ErrorKind>) -> Wakers {
        let shared = self.half.state();
        if shared.flags.load() & closed(R::SIDE) != 0 {
            return Wakers::default();
        }
        if let Some(kind) = abort {
            shared.abort_kinds[R::SIDE as usize].set(kind);
        }
        let before = shared.flags.close(R::SIDE, R::Peer::SIDE, abort.is_some());
        let watcher = match before & watched(R::Peer::SIDE) {
            0 => None,
            _ => shared.slots[R::Peer::SIDE as usize].take(),
        };
        let is_clean = abort.is_none() && before & aborted(R::Peer::SIDE) == 0;
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
        let shared = self.half.state();
        match shared.flags.load() & watched(R::SIDE) {
            0 => None,
            _ => shared.slots[R::SIDE as usize].take(),
        }
    }
}

/// The wakers of a side whose peer has closed.
#[derive(Default)]
struct Wakers {
    waiter: Option<Waker>,
    watcher: Option<Waker>,
}

impl Wakers {
    /// Wakes both. If they are the same task's, it is woken once. If one of them panics, the other
    /// one is woken nevertheless.
    #[inline]
    fn wake(self) {
        match (self.waiter, self.watcher) {
            (Some(waiter), Some(watcher)) if waiter.will_wake(&watcher) => waiter.wake(),
            (Some(waiter), Some(watcher)) => {
                let _watcher = WakeOnDrop(Some(watcher));
                waiter.wake();
            }
            (Some(waker), None) | (None, Some(waker)) => waker.wake(),
            (None, None) => {}
        }
    }
}

struct WakeOnDrop(Option<Waker>);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        if let Some(waker) = self.0.take() {
            waker.wake();
        }
    }
}
