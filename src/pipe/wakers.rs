//! Whom to wake when a stream ends.

use core::task::Waker;

/// The wakers of a side whose stream has ended.
#[derive(Default)]
pub(crate) struct Wakers {
    pub(super) waiter: Option<Waker>,
    pub(super) watcher: Option<Waker>,
}

impl Wakers {
    #[inline]
    pub(super) fn wake(self) {
        if self.waiter.is_some() || self.watcher.is_some() {
            wake_each(&mut [self.waiter, self.watcher]);
        }
    }

    /// Wakes those of several sides.
    pub(crate) fn wake_all([a, b, c, d]: [Self; 4]) {
        let [a, b, c, d] = [a, b, c, d].map(|side| [side.waiter, side.watcher]);
        let ([e, f], [g, h], [i, j], [k, l]) = (a, b, c, d);
        wake_each(&mut [e, f, g, h, i, j, k, l]);
    }
}

/// Wakes each task once, and all of them even if some of the wakers panic.
#[cold]
fn wake_each(wakers: &mut [Option<Waker>]) {
    for i in 1..wakers.len() {
        let (before, rest) = wakers.split_at_mut(i);
        if let Some(waker) = &rest[0] {
            if before.iter().flatten().any(|other| other.will_wake(waker)) {
                rest[0] = None;
            }
        }
    }
    wake_all_although_some_panic(wakers);
}

/// The first panic goes on when all tasks have been woken. If this happens while another panic
/// unwinds the stack, a second one would end the process, so only the other one goes on.
#[cfg(feature = "std")]
fn wake_all_although_some_panic(wakers: &mut [Option<Waker>]) {
    use core::panic::AssertUnwindSafe;
    use std::panic::{catch_unwind, resume_unwind};

    let mut first = None;
    for waker in wakers.iter_mut().filter_map(Option::take) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
            first.get_or_insert(panic);
        }
    }
    if let (Some(panic), false) = (first, std::thread::panicking()) {
        resume_unwind(panic);
    }
}

/// Without std, nothing can catch a panic. While the first one unwinds the stack, the other tasks
/// are woken, and a second one ends the process.
#[cfg(not(feature = "std"))]
fn wake_all_although_some_panic(wakers: &mut [Option<Waker>]) {
    struct Rest<'a>(&'a mut [Option<Waker>]);

    impl Drop for Rest<'_> {
        fn drop(&mut self) {
            wake_all_although_some_panic(self.0);
        }
    }

    if let Some((first, rest)) = wakers.split_first_mut() {
        let _rest = Rest(rest);
        if let Some(waker) = first.take() {
            waker.wake();
        }
    }
}
