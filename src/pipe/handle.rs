//! How a stream is ended from outside, by neither of its halves. `pipe/mod.rs` has the protocol.

use super::close::take_watcher;
use super::flags::CUT;
use super::wakers::Wakers;
use super::{Endpoint, Shared, OF_HANDLES};
use crate::error::Reason;
use crate::ring::{Remote, Role, Side};

/// Ends a stream from outside. Keeps the pipe's memory, and keeps nothing open.
#[derive(Clone)]
pub(crate) struct Handle(Remote<Shared>);

impl Handle {
    /// Ends the stream for both halves, unless one of them has ended it. Returns what to wake.
    pub(crate) fn cut(&self, reason: Reason) -> [Wakers; 2] {
        let shared = self.0.state();
        if !shared.reasons[OF_HANDLES].set(reason) {
            // Another handle does the same at this moment.
            return Default::default();
        }
        match shared.flags.cut() {
            None => Default::default(),
            Some(before) => {
                let watcher = |side| take_watcher(before, side, self.0.slot(side));
                let [reader, writer] = self.0.sever().map(|waiter| Some(waiter?.waker));
                [(Side::Consumer, reader), (Side::Producer, writer)].map(|(side, waiter)| Wakers {
                    waiter,
                    watcher: watcher(side),
                })
            }
        }
    }

    /// Whether a handle has ended the stream.
    pub(crate) fn is_cut(&self) -> bool {
        self.0.state().flags.load() & CUT != 0
    }
}

impl<R: Role> Endpoint<R> {
    pub(crate) fn handle(&self) -> Handle {
        Handle(self.half.remote())
    }
}
