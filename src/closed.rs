//! The future that waits for the other half to be gone.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use futures_core::future::FusedFuture;

use crate::{Reader, Writer};

/// Resolves when the other half of the pipe is closed or dropped.
///
/// Made by [`Reader::closed`] and [`Writer::closed`]. Cancel safe: dropping it changes nothing.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Closed<'a, H> {
    half: &'a mut H,
    resolved: bool,
}

impl<'a, H> Closed<'a, H> {
    pub(crate) fn new(half: &'a mut H) -> Self {
        Self {
            half,
            resolved: false,
        }
    }

    fn resolve(&mut self, poll: impl FnOnce(&mut H) -> Poll<()>) -> Poll<()> {
        let closed = poll(self.half);
        self.resolved = closed.is_ready();
        closed
    }
}

impl Future for Closed<'_, Reader> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.get_mut().resolve(|reader| reader.poll_closed(cx))
    }
}

impl Future for Closed<'_, Writer> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.get_mut().resolve(|writer| writer.poll_closed(cx))
    }
}

impl<'a, H> FusedFuture for Closed<'a, H>
where
    Self: Future,
{
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}
