//! Timers that the user supplies, so that no runtime is needed.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

/// Starts timers, all of the same duration.
#[derive(Debug)]
pub(super) struct Timer(Exclusive<Box<dyn FnMut() -> Delay + Send>>);

/// A timer that has been started.
pub(super) type Delay = Exclusive<Pin<Box<dyn Future<Output = ()> + Send>>>;

impl Timer {
    pub(super) fn new<F>(mut start: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future + Send + 'static,
    {
        Self(Exclusive::new(Box::new(move || {
            let timer = start();
            Exclusive::new(Box::pin(async move {
                timer.await;
            }))
        })))
    }

    pub(super) fn start(&mut self) -> Delay {
        self.0.get_mut()()
    }
}

/// Waits until the timer has ended, if there is one, and removes it. Removes a timer that panics,
/// too: it cannot be polled again, so the call after the panic would wait in vain or panic as well.
pub(super) fn poll_end(timer: &mut Option<Delay>, cx: &mut Context<'_>) -> Poll<()> {
    if let Some(mut delay) = timer.take() {
        if delay.get_mut().as_mut().poll(cx).is_pending() {
            *timer = Some(delay);
            return Poll::Pending;
        }
    }
    Poll::Ready(())
}

/// A value that only a `&mut` reaches. Makes it `Sync`, `UnwindSafe` and `RefUnwindSafe`, as the
/// streams are, if it is `Send`. The mutex is never locked.
pub(super) struct Exclusive<T>(Mutex<T>);

impl<T> Exclusive<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(super) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Exclusive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive").finish_non_exhaustive()
    }
}
