//! What the crate synchronises with: the types of `core` and `alloc`, those of `portable-atomic`,
//! or those of loom or shuttle in the crate's own models. Only this file knows which.

pub(crate) use imp::*;

#[cfg(not(all(test, any(loom, shuttle))))]
mod imp {
    pub(crate) use super::unchecked::AccessLog;
    pub(crate) use atomic_waker::AtomicWaker;
    pub(crate) use core::sync::atomic::Ordering;

    #[cfg(not(feature = "portable-atomic"))]
    pub(crate) use alloc::sync::{Arc, Weak};
    #[cfg(not(feature = "portable-atomic"))]
    pub(crate) use core::sync::atomic::{AtomicPtr, AtomicUsize};
    #[cfg(feature = "portable-atomic")]
    pub(crate) use portable_atomic::{AtomicPtr, AtomicUsize};
    #[cfg(feature = "portable-atomic")]
    pub(crate) use portable_atomic_util::{Arc, Weak};

    #[cfg(not(feature = "std"))]
    pub(crate) use super::no_clock::Instant;
    #[cfg(feature = "std")]
    pub(crate) use std::time::Instant;

    /// `AtomicWaker::new()` where it stays. The compiler builds the result of the function on the
    /// stack and copies it, which takes a quarter of the time of making and dropping a pipe.
    #[inline(always)]
    pub(crate) fn new_slot() -> AtomicWaker {
        #[allow(clippy::declare_interior_mutable_const)] // Each use is a new value, as intended.
        const NEW: AtomicWaker = AtomicWaker::new();
        NEW
    }
}

/// Loom's types, with which loom sees every access to memory that two threads share.
#[cfg(all(test, loom))]
#[path = "models/double.rs"]
mod imp;

/// Shuttle's types, at each operation of which it may let another thread go on.
#[cfg(all(test, shuttle))]
#[path = "interleavings/double.rs"]
mod imp;

/// Memory whose accesses are not observed.
#[cfg(not(all(test, loom)))]
mod unchecked {
    use core::ops::Range;

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

/// A machine without a clock, on which no time passes. Nothing spins there.
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
            Duration::MAX
        }
    }
}
