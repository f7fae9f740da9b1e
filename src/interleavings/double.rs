//! Shuttle's types in place of those in `sync.rs`, for random interleavings.

use core::task::Waker;
use shuttle::sync::Mutex;

pub(crate) use super::no_clock::Instant;
pub(crate) use super::unchecked::AccessLog;
pub(crate) use alloc::sync::{Arc, Weak};
pub(crate) use shuttle::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// A slot for a waker, with the names of the crate `atomic-waker`.
pub(crate) struct AtomicWaker(Mutex<Option<Waker>>);

pub(crate) fn new_slot() -> AtomicWaker {
    AtomicWaker(Mutex::new(None))
}

impl AtomicWaker {
    pub(crate) fn register(&self, waker: &Waker) {
        *self.0.lock().unwrap() = Some(waker.clone());
    }

    pub(crate) fn wake(&self) {
        if let Some(waker) = self.take() {
            waker.wake();
        }
    }

    pub(crate) fn take(&self) -> Option<Waker> {
        self.0.lock().unwrap().take()
    }
}
