//! A value that is set once and then only read.

use alloc::boxed::Box;
use core::ptr;

use crate::sync::{AtomicPtr, Ordering};

/// A place for a boxed value. It is empty at first, and the first value stays.
pub(crate) struct OnceBox<T>(AtomicPtr<T>);

// SAFETY: threads that share the place only get shared references to the value. The one that drops
// the place drops the value, which another thread may have set.
unsafe impl<T: Send + Sync> Sync for OnceBox<T> {}
// SAFETY: the place owns its value.
unsafe impl<T: Send> Send for OnceBox<T> {}

impl<T> OnceBox<T> {
    pub(crate) fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// Sets the value, unless another one is there already. In both cases, a call of
    /// [`get`](Self::get) that comes later finds a whole value.
    pub(crate) fn set(&self, value: Box<T>) {
        let value = Box::into_raw(value);
        // ORDERING(A): Release, to hand over the value. Relaxed where another value is there: a
        // thread that learns of this call finds that value, since it was there before.
        let first =
            self.0
                .compare_exchange(ptr::null_mut(), value, Ordering::Release, Ordering::Relaxed);
        if first.is_err() {
            // SAFETY: `into_raw` made the pointer in this call, and nothing has got hold of it.
            drop(unsafe { Box::from_raw(value) });
        }
    }

    /// The value, if it has been set.
    pub(crate) fn get(&self) -> Option<&T> {
        // ORDERING(A): Acquire, to see the value.
        let value = self.0.load(Ordering::Acquire);
        // SAFETY: a pointer that is not null comes from `set`, which does not replace it. The
        // value lives as long as the place, and there are only shared references to it.
        unsafe { value.as_ref() }
    }
}

impl<T> Drop for OnceBox<T> {
    fn drop(&mut self) {
        // ORDERING(none): nothing else has access to the place any more.
        let value = self.0.load(Ordering::Relaxed);
        if !value.is_null() {
            // SAFETY: `set` made the pointer from a box, and nothing refers to the value any more.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}
