//! How a half waits for bytes, and how its peer wakes it. `pipe/mod.rs` has the protocol.

use core::task::{Context, Poll, Waker};

use super::flags::{closed, SPECIAL};
use super::{Endpoint, Shared, Spin};
use crate::error::Stop;
use crate::ring::{PeerWaiter, Role, Waiter};

impl<R: Role> Endpoint<R> {
    /// Waits until `min` bytes are available or the stream has ended. The half has just found
    /// fewer.
    #[inline(never)]
    pub(super) fn wait(
        &mut self,
        cx: &mut Context<'_>,
        min: usize,
        want: usize,
    ) -> Poll<Result<(), Stop>> {
        let evidence = &self.half.state().evidence[R::SIDE as usize];
        if self.spin.is_due(evidence) {
            let found = self.spin(min, want);
            if found != Err(Stop::WouldBlock) {
                return Poll::Ready(found);
            }
        }
        let found = self.park(cx, min, want);
        if found.is_pending() {
            self.spin.reset();
        }
        found
    }

    /// Looks again and again, for a limited time.
    #[inline(never)]
    fn spin(&mut self, min: usize, want: usize) -> Result<(), Stop> {
        let mut found = Err(Stop::WouldBlock);
        if let Some(attempt) = self.spin.start(self.half.state().config.spin_limit) {
            while found == Err(Stop::WouldBlock) && attempt.pause() {
                found = self.look(min, want);
            }
            self.spin.finish(&attempt, found != Err(Stop::WouldBlock));
        }
        found
    }

    /// Steps 2 to 4 of waiting: registers a waiter and looks again. Where this does not return
    /// `Pending`, no waiter is registered afterwards.
    fn park(&mut self, cx: &mut Context<'_>, min: usize, want: usize) -> Poll<Result<(), Stop>> {
        let replaced = self.half.deregister();
        let waits_elsewhere = replaced.is_some();
        let (waker, threshold) = match replaced {
            None => (cx.waker().clone(), min),
            Some(replaced) => replace(replaced, cx, min),
        };
        let waiter = Waiter {
            waker,
            min: threshold,
        };
        // A severed ring registers no waiter. The look below finds what has ended the stream.
        let registered = self.half.register(waiter);
        let (available, superseded) = registered.unwrap_or((threshold, None));
        if let Some(waiter) = superseded {
            waiter.waker.wake();
        }
        let is_reached = available >= threshold;
        if !is_reached && self.half.state().flags.load() & SPECIAL == 0 {
            return Poll::Pending;
        }
        let found = self.look(min, want);
        if found == Err(Stop::WouldBlock) && !is_reached {
            return Poll::Pending;
        }
        drop(self.half.deregister());
        if waits_elsewhere {
            // The peer may have published enough bytes for the replaced waiter while no waiter was
            // registered. The task has to look for those in the other place.
            cx.waker().wake_by_ref();
        }
        match found {
            Err(Stop::WouldBlock) => Poll::Pending,
            found => Poll::Ready(found),
        }
    }

    /// Step c of waiting: wakes the peer if its threshold is reached.
    #[inline(never)]
    pub(super) fn wake_peer(waiter: PeerWaiter<'_, R, Shared>, spin: &mut Spin) {
        let min = waiter.min();
        // A publication makes one byte available at least, so a threshold of one is reached.
        if min > 1 && waiter.half().available_to_peer() < min {
            return Self::restore(waiter);
        }
        let (half, waiter) = waiter.take();
        let shared = half.state();
        let evidence = &shared.evidence[R::Peer::SIDE as usize];
        spin.wake(waiter.waker, evidence, shared.config.spin_limit);
    }

    /// Lets the peer wait on.
    fn restore(waiter: PeerWaiter<'_, R, Shared>) {
        match waiter.restore() {
            Err(superseded) => superseded.waker.wake(),
            Ok(half) if half.state().flags.load() & closed(R::Peer::SIDE) != 0 => {
                // The peer has closed meanwhile. If it was dropped, it did not find its waiter.
                if let Some(waiter) = half.take_peer_waiter() {
                    waiter.waker.wake();
                }
            }
            Ok(_) => {}
        }
    }
}

/// The waker and the threshold to register in place of another waiter.
///
/// The smaller threshold counts, because the same task may wait in two places. At worst, the task
/// is woken once for a wait that it has given up. `will_wake` cannot decide this: it may return
/// `false` for two wakers of the same task.
#[cold]
fn replace(replaced: Waiter, cx: &Context<'_>, min: usize) -> (Waker, usize) {
    let threshold = min.min(replaced.min);
    if replaced.waker.will_wake(cx.waker()) {
        return (replaced.waker, threshold);
    }
    drop(replaced);
    (cx.waker().clone(), threshold)
}
