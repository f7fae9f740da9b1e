//! The traits of `tokio`, under tokio's cooperative budget.
//!
//! These traits draw on the budget exactly as tokio's own duplex does. A call takes a unit of the
//! task's budget, and returns it if the call has to wait. If the task has no budget left, the call
//! returns `Pending`, and tokio wakes the task. Outside of tokio there is no limit. The other
//! families of traits do not use this budget.

use core::cmp::min;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{IoSlice, Result};

use futures_core::ready;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::coop;

use crate::{DuplexStream, Reader, Writer};

/// Writes to the unfilled part of the buffer without zeroing it first.
impl AsyncRead for Reader {
    #[inline]
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let reader = self.get_mut();
        let budget = ready!(coop::poll_proceed(cx));
        let available = ready!(reader.poll_filled(cx, buf.remaining()));
        budget.made_progress();
        let n = min(available?, buf.remaining());
        let (front, back) = reader.filled();
        let from_front = min(n, front.len());
        buf.put_slice(&front[..from_front]);
        buf.put_slice(&back[..n - from_front]);
        reader.consume(n);
        Poll::Ready(Ok(()))
    }
}

impl AsyncBufRead for Reader {
    #[inline]
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        let budget = ready!(coop::poll_proceed(cx));
        let result = ready!(self.get_mut().poll_fill_buf(cx));
        budget.made_progress();
        Poll::Ready(result)
    }

    #[inline]
    fn consume(self: Pin<&mut Self>, amt: usize) {
        self.get_mut().consume(amt);
    }
}

impl AsyncWrite for Writer {
    #[inline]
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        let budget = ready!(coop::poll_proceed(cx));
        let result = ready!(self.get_mut().poll_write(cx, buf));
        budget.made_progress();
        Poll::Ready(result)
    }

    #[inline]
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let budget = ready!(coop::poll_proceed(cx));
        let result = ready!(self.get_mut().poll_write_vectored(cx, bufs));
        budget.made_progress();
        Poll::Ready(result)
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
