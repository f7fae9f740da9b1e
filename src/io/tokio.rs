//! The traits of `tokio`, under tokio's cooperative budget.
//!
//! Here alone: whoever uses a stream by another family's traits has asked for no budget.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{IoSlice, Result};

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::coop;

use crate::{DuplexStream, Reader, Writer};

/// Carries `operation` out if the task has budget left, and draws on it unless that has to wait.
///
/// Without budget the task waits, and tokio wakes it. Outside of tokio there is always enough.
///
/// The last of the budget is left alone. A timer needs some too, and otherwise it would never fire
/// after a busy stream in a biased `select!`.
#[inline]
fn within_budget<'c, 'w, T>(
    cx: &'c mut Context<'w>,
    operation: impl FnOnce(&'c mut Context<'w>) -> Poll<T>,
) -> Poll<T> {
    let Poll::Ready(budget) = coop::poll_proceed(cx) else {
        return Poll::Pending;
    };
    if !coop::has_budget_remaining() && coop::poll_proceed(cx).is_pending() {
        return Poll::Pending;
    }
    let result = operation(cx);
    if result.is_ready() {
        budget.made_progress();
    }
    result
}

/// Initialises nothing but what it reads.
impl AsyncRead for Reader {
    #[inline]
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let reader = self.get_mut();
        let want = buf.remaining();
        within_budget(cx, |cx| {
            reader.poll_pull(cx, want, |half| {
                half.pull_with(want, |bytes| buf.put_slice(bytes))
            })
        })
        .map_ok(|_| ())
    }
}

impl AsyncBufRead for Reader {
    #[inline]
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        let reader = self.get_mut();
        within_budget(cx, |cx| reader.poll_fill_buf(cx))
    }

    #[inline]
    fn consume(self: Pin<&mut Self>, amt: usize) {
        self.get_mut().consume(amt);
    }
}

impl AsyncWrite for Writer {
    #[inline]
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        let writer = self.get_mut();
        within_budget(cx, |cx| writer.poll_write(cx, buf))
    }

    #[inline]
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let writer = self.get_mut();
        within_budget(cx, |cx| writer.poll_write_from(cx, bufs))
    }

    #[inline]
    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Does nothing: every write is visible to the reader when it returns.
    #[inline]
    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Closes the writer, at once: see [`Writer::close`].
    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.get_mut().close();
        Poll::Ready(Ok(()))
    }
}

/// Reads from the other stream's writer.
impl AsyncRead for DuplexStream {
    #[inline]
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(self.get_mut().split().0).poll_read(cx, buf)
    }
}

impl AsyncBufRead for DuplexStream {
    #[inline]
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        Pin::new(self.get_mut().split().0).poll_fill_buf(cx)
    }

    #[inline]
    fn consume(self: Pin<&mut Self>, amt: usize) {
        Pin::new(self.get_mut().split().0).consume(amt);
    }
}

/// Writes to the other stream's reader.
impl AsyncWrite for DuplexStream {
    #[inline]
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        Pin::new(self.get_mut().split().1).poll_write(cx, buf)
    }

    #[inline]
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(self.get_mut().split().1).poll_write_vectored(cx, bufs)
    }

    #[inline]
    fn is_write_vectored(&self) -> bool {
        true
    }

    #[inline]
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(self.get_mut().split().1).poll_flush(cx)
    }

    /// Closes the direction that this stream writes to. Reading goes on.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(self.get_mut().split().1).poll_shutdown(cx)
    }
}
