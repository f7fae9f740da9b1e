//! How a side ends its part of the stream, and how its peer waits for that. Why in this order is told in
//! `pipe.rs`.

use core::task::{Context, Poll};

use super::sleep::{Wish, THE_END};
use super::{Side, Signals};
use crate::io::ErrorKind;
use crate::ring::Half;

impl<D: Side> Half<Signals, D> {
    /// Whether the peer has closed or is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().flags() & D::Peer::CLOSED != 0
    }

    /// Waits for the peer to close; for bytes only if this half has been waiting for some.
    pub(crate) fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_closed() {
            return Poll::Ready(());
        }
        let (waker, bytes) = match self.withdraw() {
            None => (cx.waker().clone(), THE_END),
            Some(wish) => {
                let bytes = wish.bytes;
                (wish.waker_for(cx), bytes)
            }
        };
        let ready = self.ask(Wish { waker, bytes });
        if self.is_closed() {
            drop(self.withdraw());
            return Poll::Ready(());
        }
        if ready >= D::threshold(&self.state().policy, bytes) {
            // The peer came while no wish stood. Who waits for bytes has to look again.
            drop(self.withdraw());
            let waker = cx.waker().clone();
            self.ask(Wish {
                waker,
                bytes: THE_END,
            });
            cx.waker().wake_by_ref();
        }
        self.spare_peer_the_mark();
        Poll::Pending
    }

    /// Closes this side, once, and wakes the peer if it waits for anything.
    pub(crate) fn close(&mut self) {
        self.end(None);
    }

    /// Closes this side so that the peer fails with `kind`. Does nothing if it is closed already.
    pub(crate) fn abort(&mut self, kind: ErrorKind) {
        self.end(Some(kind));
    }

    fn end(&mut self, abort: Option<ErrorKind>) {
        let signals = self.state();
        if signals.flags() & D::CLOSED != 0 {
            return;
        }
        let mut ending = D::CLOSED;
        if let Some(kind) = abort {
            D::abort(signals).store(kind);
            ending |= D::ABORTED;
        }
        let before = signals.set(ending);
        D::settle(self, abort.is_some() || before & D::Peer::ABORTED != 0);
        if let Some(request) = self.peer_request() {
            request.answer().waker.wake();
        }
    }

    /// Closes this side for good: it will not be polled again, so its waker goes too.
    pub(crate) fn hang_up(&mut self) {
        if self.is_alone() {
            return;
        }
        let wish = self.withdraw();
        self.close();
        drop(wish);
    }
}
