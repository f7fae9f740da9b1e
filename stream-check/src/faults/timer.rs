//! Timers that the user supplies, so that no runtime is needed.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::exclusive::Exclusive;

/// Starts timers, all of the same duration.
#[derive(Debug)]
pub(super) struct Timer(Exclusive<Box<dyn FnMut() -> Delay + Send>>);

impl Timer {
    pub(super) fn new<F>(mut start: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future + Send + 'static,
    {
        Self(Exclusive::new(Box::new(move || Delay::new(start()))))
    }

    pub(super) fn start(&mut self) -> Delay {
        self.0.get_mut()()
    }
}

/// A timer that has been started. It must not be polled after it has ended.
#[derive(Debug)]
pub(super) struct Delay(Exclusive<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Delay {
    fn new(timer: impl Future + Send + 'static) -> Self {
        Self(Exclusive::new(Box::pin(async move {
            timer.await;
        })))
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.get_mut().as_mut().poll(cx)
    }
}
