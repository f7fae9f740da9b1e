//! A cell that is written once and then only read.

use crate::sync::{AtomicUsize, Ordering, UnsafeCell};

// The states of a cell, in the order in which it passes through them.
const EMPTY: usize = 0;
const BUSY: usize = 1;
const SET: usize = 2;

/// A value that is not there at first, is set once, and stays.
pub(crate) struct Once<T> {
    state: AtomicUsize,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: the value moves from the thread that sets it to the one that drops it.
unsafe impl<T: Send> Send for Once<T> {}
// SAFETY: the thread that set the state to `BUSY` writes the value alone. After `SET` it is only
// read, by any thread.
unsafe impl<T: Send + Sync> Sync for Once<T> {}

impl<T> Once<T> {
    pub(crate) fn new() -> Self {
        Self {
            state: AtomicUsize::new(EMPTY),
            value: UnsafeCell::new(None),
        }
    }

    /// Sets the value, unless that has been done: then the first value stays. Returns `false` if
    /// another thread is setting the value and has not finished.
    pub(crate) fn set(&self, value: T) -> bool {
        // ORDERING(none): only one thread leaves `EMPTY`; nothing is read before it does.
        let first = self
            .state
            .compare_exchange(EMPTY, BUSY, Ordering::Relaxed, Ordering::Relaxed);
        if first.is_ok() {
            self.value.with_mut(|cell| {
                // SAFETY: this thread has left `EMPTY`, and no thread reads the value before `SET`.
                let slot = unsafe { &mut *cell };
                debug_assert!(slot.is_none(), "a value is set once");
                *slot = Some(value);
            });
            // ORDERING(A): Release, to hand over the value.
            self.state.store(SET, Ordering::Release);
        }
        first != Err(BUSY)
    }
}

impl<T: Clone> Once<T> {
    /// A copy of the value, if it has been set.
    pub(crate) fn get(&self) -> Option<T> {
        // ORDERING(A): Acquire, to see the value.
        match self.state.load(Ordering::Acquire) {
            SET => self.value.with(|cell| {
                // SAFETY: the value is not written again after `SET`.
                let value = unsafe { &*cell };
                debug_assert!(value.is_some(), "a cell that is set has a value");
                value.clone()
            }),
            _ => None,
        }
    }
}
