//! Loom's types in place of those in `sync.rs`, for the models.

use alloc::vec::Vec;
use core::ops::{Deref, Range};
use core::task::Waker;

pub(crate) use super::no_clock::Instant;
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// A loom cell for each byte, so that loom sees every access and reports those that race.
pub(crate) struct AccessLog(Vec<loom::cell::UnsafeCell<()>>);

impl AccessLog {
    pub(crate) fn new(capacity: usize) -> Self {
        let cells = (0..capacity).map(|_| loom::cell::UnsafeCell::new(()));
        Self(cells.collect())
    }

    pub(crate) fn read(&self, range: Range<usize>) {
        self.0[range].iter().for_each(|byte| byte.with(|_| ()));
    }

    pub(crate) fn write(&self, range: Range<usize>) {
        self.0[range].iter().for_each(|byte| byte.with_mut(|_| ()));
    }
}

/// Loom's `AtomicWaker`, with the names of the crate `atomic-waker`.
pub(crate) struct AtomicWaker(loom::future::AtomicWaker);

pub(crate) fn new_slot() -> AtomicWaker {
    AtomicWaker(loom::future::AtomicWaker::new())
}

impl AtomicWaker {
    pub(crate) fn register(&self, waker: &Waker) {
        self.0.register_by_ref(waker);
    }

    pub(crate) fn wake(&self) {
        self.0.wake();
    }

    pub(crate) fn take(&self) -> Option<Waker> {
        self.0.take_waker()
    }
}

/// Loom's `Arc` with weak references, which loom does not have. In contrast to the real one,
/// it drops the value with the last reference of either kind.
pub(crate) struct Arc<T>(Weak<T>);

pub(crate) struct Weak<T> {
    value: loom::sync::Arc<T>,
    strong: loom::sync::Arc<AtomicUsize>,
}

impl<T> Arc<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Weak {
            value: loom::sync::Arc::new(value),
            strong: loom::sync::Arc::new(AtomicUsize::new(1)),
        })
    }

    pub(crate) fn ptr_eq(this: &Self, other: &Self) -> bool {
        loom::sync::Arc::ptr_eq(&this.0.value, &other.0.value)
    }

    // ORDERING(none): as in the real one, this is a snapshot.
    pub(crate) fn strong_count(this: &Self) -> usize {
        this.0.strong.load(Ordering::Relaxed)
    }

    pub(crate) fn downgrade(this: &Self) -> Weak<T> {
        this.0.clone()
    }
}

impl<T> Clone for Arc<T> {
    // ORDERING(none): as in the real one.
    fn clone(&self) -> Self {
        self.0.strong.fetch_add(1, Ordering::Relaxed);
        Self(self.0.clone())
    }
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> Drop for Arc<T> {
    // ORDERING(none): Release, as in the real one. Loom's `Arc` orders the drop of the value.
    fn drop(&mut self) {
        self.0.strong.fetch_sub(1, Ordering::Release);
    }
}

impl<T> Weak<T> {
    // ORDERING(none): as in the real one.
    pub(crate) fn upgrade(&self) -> Option<Arc<T>> {
        let one_more = |n: usize| (n > 0).then(|| n + 1);
        let counted = self
            .strong
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more);
        counted.ok().map(|_| Arc(self.clone()))
    }
}

impl<T> Clone for Weak<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            strong: self.strong.clone(),
        }
    }
}
