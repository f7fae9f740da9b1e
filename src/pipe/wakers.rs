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

/// Wakes each task once, and all of them even if one of the wakers panics.
#[cold]
fn wake_each(wakers: &mut [Option<Waker>]) {
    if let Some((first, rest)) = wakers.split_first_mut() {
        let rest = Rest(rest);
        let first = WakeOnDrop(first.take());
        if let Some(waker) = &first.0 {
            for other in rest.0.iter_mut() {
                if matches!(other, Some(other) if other.will_wake(waker)) {
                    *other = None;
                }
            }
        }
    }
}

struct Rest<'a>(&'a mut [Option<Waker>]);

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        wake_each(self.0);
    }
}

struct WakeOnDrop(Option<Waker>);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        if let Some(waker) = self.0.take() {
            waker.wake();
        }
    }
}
