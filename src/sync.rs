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

    #[cfg(any(feature = "std", test))]
    pub(crate) mod thread {
        //! The thread that this runs on, as far as spinning is concerned.

        use core::cell::Cell;
        use core::time::Duration;
        use std::sync::Once;
        use std::thread::available_parallelism;
        use std::time::Instant;

        use crate::pipe::Luck;

        std::thread_local! {
            static PARKS: Cell<usize> = const { Cell::new(0) };
            static LUCK: Cell<Luck> = const { Cell::new(Luck::NEW) };
        }

        /// No thread's token.
        pub(crate) const NOWHERE: usize = 0;

        /// A number that no other thread has at the same time.
        #[inline]
        pub(crate) fn token() -> usize {
            PARKS.with(|parks| parks.as_ptr() as usize)
        }

        /// How many times a half has gone to sleep on this thread.
        #[inline]
        pub(crate) fn parks() -> usize {
            PARKS.with(Cell::get)
        }

        /// Counts one more, and returns how many these are.
        #[inline]
        pub(crate) fn count_park() -> usize {
            PARKS.with(|parks| {
                parks.set(parks.get().wrapping_add(1));
                parks.get()
            })
        }

        /// Changes what the spins of this thread have come to.
        pub(crate) fn update_luck<R>(update: impl FnOnce(&mut Luck) -> R) -> R {
            LUCK.with(|cell| {
                let mut luck = cell.get();
                let result = update(&mut luck);
                cell.set(luck);
                result
            })
        }

        /// A point in time.
        #[derive(Clone, Copy)]
        pub(crate) struct Moment(Instant);

        impl Moment {
            pub(crate) fn now() -> Self {
                Self(Instant::now())
            }

            pub(crate) fn since(self, earlier: Self) -> Duration {
                self.0.saturating_duration_since(earlier.0)
            }
        }

        /// Whether two threads can run at the same time.
        pub(crate) fn run_at_once() -> bool {
            static ASK: Once = Once::new();
            static CORES: super::AtomicUsize = super::AtomicUsize::new(0);
            // ORDERING(none): `Once` orders it.
            ASK.call_once(|| {
                let cores = available_parallelism().map_or(1, |n| n.get());
                CORES.store(cores, super::Ordering::Relaxed);
            });
            CORES.load(super::Ordering::Relaxed) > 1
        }
    }

    #[cfg(not(any(feature = "std", test)))]
    pub(crate) use super::nowhere as thread;

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

/// What stands in for the thread where threads cannot be told apart: there is no spinning.
#[cfg(any(not(any(feature = "std", test)), all(test, loom)))]
pub(crate) mod nowhere {
    use core::time::Duration;

    use crate::pipe::Luck;

    pub(crate) const NOWHERE: usize = 0;

    pub(crate) fn token() -> usize {
        NOWHERE
    }

    pub(crate) fn parks() -> usize {
        0
    }

    pub(crate) fn count_park() -> usize {
        0
    }

    pub(crate) fn update_luck<R>(update: impl FnOnce(&mut Luck) -> R) -> R {
        update(&mut Luck::NEW.clone())
    }

    #[derive(Clone, Copy)]
    pub(crate) struct Moment;

    impl Moment {
        pub(crate) fn now() -> Self {
            Self
        }

        pub(crate) fn since(self, _earlier: Self) -> Duration {
            Duration::ZERO
        }
    }

    pub(crate) fn run_at_once() -> bool {
        false
    }
}

#[cfg(all(test, loom))]
mod imp {
    pub(crate) use super::nowhere as thread;
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
