//! The traits of `tokio`.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{IoSlice, Result};

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

use super::vectored::{first_bytes, total_len};
use super::Faulty;

impl<S: AsyncRead + Unpin> AsyncRead for Faulty<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let Self { inner, control } = self.get_mut();
        let read = control.read(cx, buf.remaining(), |cx, n| {
            // `ReadBuf::take` has no safe way to tell `buf` how many bytes were filled.
            let mut part = ReadBuf::new(buf.initialize_unfilled_to(n));
            let read = Pin::new(inner).poll_read(cx, &mut part);
            let filled = part.filled().len();
            buf.advance(filled);
            read.map_ok(|()| filled)
        });
        read.map_ok(drop)
    }
}

impl<S: AsyncBufRead + Unpin> AsyncBufRead for Faulty<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        let Self { inner, control } = self.get_mut();
        control.fill_buf(cx, |cx| Pin::new(inner).poll_fill_buf(cx))
    }

    fn consume(self: Pin<&mut Self>, amt: usize) {
        let Self { inner, control } = self.get_mut();
        control.consume(amt);
        Pin::new(inner).consume(amt);
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Faulty<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        let Self { inner, control } = self.get_mut();
        control.write(cx, buf.len(), |cx, n| {
            Pin::new(inner).poll_write(cx, &buf[..n])
        })
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let Self { inner, control } = self.get_mut();
        control.write(cx, total_len(bufs), |cx, n| {
            Pin::new(inner).poll_write_vectored(cx, &first_bytes(bufs, n))
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Self { inner, control } = self.get_mut();
        control.flush(cx, |cx| Pin::new(inner).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Self { inner, control } = self.get_mut();
        control.close(cx, |cx| Pin::new(inner).poll_shutdown(cx))
    }
}
