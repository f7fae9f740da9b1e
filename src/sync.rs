//! What the crate synchronises with: `core`'s types, `portable-atomic`'s, or those of loom or
//! shuttle in the crate's own models. Only this file knows which.

pub(crate) use imp::*;

#[cfg(not(all(test, any(loom, shuttle))))]
mod imp {
    pub(crate) use super::unchecked::{AccessLog, UnsafeCell};
    pub(crate) use atomic_waker::AtomicWaker;
    pub(crate) use core::sync::atomic::Ordering;

    #[cfg(not(feature = "portable-atomic"))]
    pub(crate) use core::sync::atomic::AtomicUsize;
    #[cfg(feature = "portable-atomic")]
    pub(crate) use portable_atomic::AtomicUsize;

    #[cfg(not(feature = "std"))]
    pub(crate) use super::no_clock::{is_multicore, Instant};
    #[cfg(feature = "std")]
    pub(crate) use std::time::Instant;

    /// Whether two threads can run at the same time.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn is_multicore() -> bool {
        static CORES: AtomicUsize = AtomicUsize::new(0);
        // ORDERING(none): the number of cores is all that is shared, and every thread finds the
        // same.
        match CORES.load(Ordering::Relaxed) {
            0 => {
                let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
                CORES.store(cores, Ordering::Relaxed);
                cores > 1
            }
            cores => cores > 1,
        }
    }
}

/// Loom's types, with which loom sees every access to memory that two threads share.
#[cfg(all(test, loom))]
mod imp {
    use alloc::vec::Vec;
    use core::ops::Range;

    pub(crate) use super::double::AtomicWaker;
    pub(crate) use super::no_clock::{is_multicore, Instant};
    pub(crate) use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::atomic::{AtomicUsize, Ordering};

    /// A loom cell for each byte, so that loom sees every access and reports those that race.
    pub(crate) struct AccessLog(Vec<UnsafeCell<()>>);

    impl AccessLog {
        pub(crate) fn new(capacity: usize) -> Self {
            Self((0..capacity).map(|_| UnsafeCell::new(())).collect())
        }

        pub(crate) fn read(&self, range: Range<usize>) {
            self.0[range].iter().for_each(|byte| byte.with(|_| ()));
        }

        pub(crate) fn write(&self, range: Range<usize>) {
            self.0[range].iter().for_each(|byte| byte.with_mut(|_| ()));
        }
    }
}

/// Shuttle's atomics, at each of which it may let another thread go on.
#[cfg(all(test, shuttle))]
mod imp {
    pub(crate) use super::double::AtomicWaker;
    pub(crate) use super::no_clock::{is_multicore, Instant};
    pub(crate) use super::unchecked::{AccessLog, UnsafeCell};
    pub(crate) use shuttle::sync::atomic::{AtomicUsize, Ordering};
}

/// Memory whose accesses are not observed.
#[cfg(not(all(test, loom)))]
mod unchecked {
    use core::ops::Range;

    /// `core`'s cell with loom's interface.
    pub(crate) struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        #[inline]
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

    /// Shows loom which bytes are accessed. Without loom it does nothing.
    pub(crate) struct AccessLog;

    impl AccessLog {
        #[inline]
        pub(crate) fn new(_capacity: usize) -> Self {
            Self
        }

        #[inline]
        pub(crate) fn read(&self, _range: Range<usize>) {}

        #[inline]
        pub(crate) fn write(&self, _range: Range<usize>) {}
    }
}

/// A machine without a clock and with one core, as far as the crate knows: nothing spins there.
#[cfg(any(not(feature = "std"), all(test, any(loom, shuttle))))]
mod no_clock {
    use core::time::Duration;

    #[derive(Clone, Copy)]
    pub(crate) struct Instant;

    impl Instant {
        pub(crate) fn now() -> Self {
            Self
        }

        pub(crate) fn elapsed(&self) -> Duration {
            Duration::ZERO
        }
    }

    pub(crate) fn is_multicore() -> bool {
        false
    }
}

#[cfg(all(test, any(loom, shuttle)))]
mod double {
    use alloc::collections::BTreeMap;
    use core::task::Waker;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use super::{AtomicUsize, Ordering};

    /// An `AtomicWaker` that orders nothing by itself, for loom and shuttle.
    ///
    /// The real one synchronises, and so does loom's, which would hide a missing ordering of the
    /// crate. In this one, a `take` may miss any `register` that does not *happen before* it, and
    /// then finds the one before. `latest` is Relaxed, and neither loom nor shuttle knows the
    /// mutex, which is not held where a thread may be preempted.
    pub(crate) struct AtomicWaker {
        latest: AtomicUsize,
        wakers: Mutex<BTreeMap<usize, Waker>>,
    }

    impl AtomicWaker {
        pub(crate) fn new() -> Self {
            Self {
                latest: AtomicUsize::new(0),
                wakers: Mutex::new(BTreeMap::new()),
            }
        }

        // ORDERING(none): this double orders nothing on purpose.
        pub(crate) fn register(&self, waker: &Waker) {
            let waker = waker.clone();
            let number = self.latest.load(Ordering::Relaxed) + 1;
            self.lock().insert(number, waker);
            self.latest.store(number, Ordering::Relaxed);
        }

        // ORDERING(none): as `register`.
        pub(crate) fn take(&self) -> Option<Waker> {
            let latest = self.latest.load(Ordering::Relaxed);
            let mut seen = {
                let mut wakers = self.lock();
                let missed = wakers.split_off(&(latest + 1));
                core::mem::replace(&mut *wakers, missed)
            };
            seen.remove(&latest)
        }

        fn lock(&self) -> MutexGuard<'_, BTreeMap<usize, Waker>> {
            self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}
