//! The traits of `tokio`.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

use crate::tokio::read;

use super::fault::Call;
use super::Faulty;

impl<S: AsyncRead + Unpin> AsyncRead for Faulty<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        // `ReadBuf::take` has no safe way to tell `buf` how many bytes were filled.
        let unfilled = buf.initialize_unfilled();
        let n = ready!(self.get_mut().read_by(cx, unfilled, read))?;
        buf.advance(n);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncBufRead + Unpin> AsyncBufRead for Faulty<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        self.get_mut().fill_buf_by(cx, read, S::poll_fill_buf)
    }

    fn consume(self: Pin<&mut Self>, amt: usize) {
        self.get_mut()
            .consume_by(amt, |inner| Pin::new(inner).consume(amt));
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Faulty<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        self.get_mut().write_by(cx, buf, S::poll_write)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.get_mut()
            .write_vectored_by(cx, bufs, S::poll_write_vectored)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.get_mut()
            .end_by(cx, Call::Flush, S::poll_write, S::poll_flush)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.get_mut()
            .end_by(cx, Call::Close, S::poll_write, S::poll_shutdown)
    }
}
