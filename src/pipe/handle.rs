//! How a stream is ended from outside, by neither of its halves.

use super::flags::{aborted, BY_HANDLE, ENDED};
use super::{Shared, WakeOnDrop, OF_HANDLES};
use crate::error::Reason;
use crate::ring::Side;
use crate::sync::{Arc, Weak};
use alloc::boxed::Box;

/// Ends a stream from outside. Keeps neither halves nor bytes.
#[derive(Clone)]
pub(crate) struct Handle(pub(super) Weak<Shared>);

impl Handle {
    /// Ends the stream for both halves, unless it has ended. They are woken when what
    /// this returns is dropped.
    pub(crate) fn abort(&self, reason: Reason) -> Option<WakeBothOnDrop> {
        const BOTH: usize = ENDED | aborted(Side::Consumer) | aborted(Side::Producer) | BY_HANDLE;
        let shared = self.0.upgrade()?;
        if shared.state.flags.load() & ENDED != 0 {
            return None;
        }
        // If another handle has been faster, its reason is there, and this one sets the flags all
        // the same: they are set when the call returns.
        shared.state.reasons[OF_HANDLES].set(Box::new(reason));
        shared.state.flags.set(0, BOTH);
        Some(WakeBothOnDrop(shared))
    }

    /// Whether a handle has ended the stream, and a half is left.
    pub(crate) fn has_aborted(&self) -> bool {
        let flags = self.0.upgrade().map(|shared| shared.state.flags.load());
        flags.map_or(false, |flags| flags & BY_HANDLE != 0)
    }
}

/// Wakes both halves when it is dropped.
pub(crate) struct WakeBothOnDrop(Arc<Shared>);

impl Drop for WakeBothOnDrop {
    fn drop(&mut self) {
        let wake = |side| WakeOnDrop(Some(self.0.slot_of(side)));
        let _both = [wake(Side::Consumer), wake(Side::Producer)];
    }
}
