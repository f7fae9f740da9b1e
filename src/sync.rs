//! What the rest of the crate synchronises with: the real thing, or loom's double of it in the
//! crate's own models. This is the only file that knows which.

pub(crate) use imp::*;

#[cfg(not(all(test, loom)))]
mod imp {
    pub(crate) use core::sync::atomic::Ordering;

    #[cfg(not(feature = "portable-atomic"))]
    pub(crate) use core::sync::atomic::AtomicUsize;
    #[cfg(feature = "portable-atomic")]
    pub(crate) use portable_atomic::AtomicUsize;

    use core::ops::Range;

    use crate::io::ErrorKind;

    /// An error kind that is stored before a flag is set, and loaded after the flag was seen: the
    /// flag orders the two.
    #[cfg(feature = "std")]
    pub(crate) struct KindCell(crossbeam_utils::atomic::AtomicCell<Option<ErrorKind>>);

    #[cfg(feature = "std")]
    impl KindCell {
        pub(crate) fn new() -> Self {
            Self(crossbeam_utils::atomic::AtomicCell::new(None))
        }

        pub(crate) fn store(&self, kind: ErrorKind) {
            self.0.store(Some(kind));
        }

        pub(crate) fn load(&self) -> Option<ErrorKind> {
            self.0.load()
        }
    }

    /// The same without `std`, where the kinds are this crate's own and have numbers.
    #[cfg(not(feature = "std"))]
    pub(crate) struct KindCell(AtomicUsize);

    #[cfg(not(feature = "std"))]
    impl KindCell {
        pub(crate) fn new() -> Self {
            Self(AtomicUsize::new(usize::MAX))
        }

        pub(crate) fn store(&self, kind: ErrorKind) {
            self.0.store(kind as usize, Ordering::Relaxed);
        }

        pub(crate) fn load(&self) -> Option<ErrorKind> {
            ErrorKind::ALL.get(self.0.load(Ordering::Relaxed)).copied()
        }
    }

    /// A cell in which loom sees every access; here nobody looks.
    pub(crate) struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(core::cell::UnsafeCell::new(value))
        }

        #[inline]
        pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
            f(self.0.get())
        }

        #[inline]
        pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }
    }

    /// Tells loom who touches which byte; here nobody listens.
    pub(crate) struct AccessLog;

    impl AccessLog {
        #[inline]
        pub(crate) fn new(_capacity: usize) -> Self {
            Self
        }

        #[inline]
        pub(crate) fn read(&self, _range: &Range<usize>) {}

        #[inline]
        pub(crate) fn write(&self, _range: &Range<usize>) {}
    }
}

#[cfg(all(test, loom))]
mod imp {
    pub(crate) use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::atomic::{AtomicUsize, Ordering};

    use alloc::vec::Vec;
    use core::ops::Range;
    use std::sync::{Mutex, PoisonError};

    use crate::io::ErrorKind;

    /// A shadow cell for each byte, so that loom sees every access and reports the ones that race.
    pub(crate) struct AccessLog(Vec<UnsafeCell<()>>);

    impl AccessLog {
        pub(crate) fn new(capacity: usize) -> Self {
            Self((0..capacity).map(|_| UnsafeCell::new(())).collect())
        }

        pub(crate) fn read(&self, range: &Range<usize>) {
            self.0[range.clone()]
                .iter()
                .for_each(|byte| byte.with(|_| ()));
        }

        pub(crate) fn write(&self, range: &Range<usize>) {
            self.0[range.clone()]
                .iter()
                .for_each(|byte| byte.with_mut(|_| ()));
        }
    }

    /// A cell that orders nothing by itself: a load may miss a store that does not happen before it.
    pub(crate) struct KindCell {
        stored: AtomicUsize,
        kind: Mutex<Option<ErrorKind>>,
    }

    impl KindCell {
        pub(crate) fn new() -> Self {
            Self {
                stored: AtomicUsize::new(0),
                kind: Mutex::new(None),
            }
        }

        pub(crate) fn store(&self, kind: ErrorKind) {
            *self.kind.lock().unwrap_or_else(PoisonError::into_inner) = Some(kind);
            self.stored.store(1, Ordering::Relaxed);
        }

        pub(crate) fn load(&self) -> Option<ErrorKind> {
            let stored = self.stored.load(Ordering::Relaxed) == 1;
            let kind = *self.kind.lock().unwrap_or_else(PoisonError::into_inner);
            kind.filter(|_| stored)
        }
    }
}
