//! How a side goes to sleep, and how its peer wakes it: the protocol is told in `pipe.rs`.

use core::task::{Context, Waker};

use super::spin;
use super::{Side, Signals, Stop, PIECE};
use crate::ring::{Half, Request, Role};

/// What a half that waits leaves for its peer.
pub(crate) struct Wish {
    pub(super) waker: Waker,
    /// How many bytes it waits to be able to move; [`THE_END`] if it waits for that alone.
    pub(super) bytes: usize,
}

/// More than can ever be moved at once.
pub(super) const THE_END: usize = usize::MAX;

impl Wish {
    /// The waker of a new wish of the same side: this one's, if that is the same.
    pub(super) fn waker_for(self, cx: &Context<'_>) -> Waker {
        if self.waker.will_wake(cx.waker()) {
            return self.waker;
        }
        drop(self);
        cx.waker().clone()
    }
}

impl<D: Side> Half<Signals, D> {
    /// Steps 2 and 3 of waiting, for `min` bytes. Returns whether the side sleeps then, or may have come
    /// by what it waits for.
    #[inline(never)]
    pub(crate) fn sleep(&mut self, cx: &mut Context<'_>, min: usize) -> bool {
        if self.spins() && self.spin(min) {
            return false;
        }
        self.local.spin.park();
        let waker = match self.withdraw() {
            None => cx.waker().clone(),
            Some(wish) => wish.waker_for(cx),
        };
        let ready = self.ask(Wish { waker, bytes: min });
        let is_new = ready >= min || self.state().flags() != 0;
        if is_new && self.is_late(min) {
            return false;
        }
        self.spare_peer_the_mark();
        true
    }

    /// Whether the peer was quicker, so that this side, which has just asked, need not sleep.
    #[cold]
    fn is_late(&mut self, min: usize) -> bool {
        if self.look(min, min) == Err(Stop::WouldBlock) {
            return false;
        }
        // What the peer does next must not wake a task that is not waiting.
        drop(self.withdraw());
        true
    }

    /// Whether to spin before going to sleep.
    fn spins(&mut self) -> bool {
        self.state().leave_token::<D>();
        let (peer, limit) = (self.state().token::<D::Peer>(), self.state().policy.spin);
        self.local.spin.is_due(peer, limit)
    }

    /// In what pieces so many bytes are copied.
    pub(crate) fn piece(&self, bytes: usize) -> usize {
        if self.local.spin.is_apart() {
            PIECE
        } else {
            bytes
        }
    }

    /// Spins until there is what this side would be woken for, and returns whether there is.
    #[inline(never)]
    fn spin(&mut self, min: usize) -> bool {
        let policy = self.state().policy;
        let enough = D::threshold(&policy, min);
        spin::spin(policy.spin, || {
            self.look(enough, enough) != Err(Stop::WouldBlock)
        })
    }

    /// The peer waits: wakes it, if what it waits for is there.
    #[inline(never)]
    pub(super) fn respond(request: Request<'_, Signals, D>) {
        let signals = request.half().state();
        signals.leave_token::<D>();
        match D::Peer::threshold(&signals.policy, request.note().bytes) {
            // There is something now, whatever it is.
            0 | 1 => request.answer().waker.wake(),
            enough => Self::respond_if(request, enough),
        }
    }

    /// Wakes the peer if there are so many bytes for it, or puts its request back.
    fn respond_if(request: Request<'_, Signals, D>, enough: usize) {
        if request.half().ready_for_peer() < enough {
            drop(request.put_back());
        } else {
            request.answer().waker.wake();
        }
    }

    /// This side is about to sleep. If the peer sleeps too, though it could go on but for its
    /// low-water mark, nobody would ever bring it up to that: so it is woken for less.
    #[inline]
    pub(super) fn spare_peer_the_mark(&mut self) {
        if self.state().policy.low_water > 1 && self.waiting().1 {
            self.wake_below_the_mark();
        }
    }

    #[cold]
    fn wake_below_the_mark(&mut self) {
        if let Some(request) = self.peer_request() {
            let enough = request.note().bytes.max(1);
            Self::respond_if(request, enough);
        }
    }

    fn ready_for_peer(&self) -> usize {
        D::Peer::ready(self.capacity(), self.occupied())
    }
}
