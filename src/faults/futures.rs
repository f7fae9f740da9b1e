//! The traits of `futures-io`.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{IoSlice, IoSliceMut, Result};

use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};

use super::vectored::{first_bytes, first_bytes_mut, total_len};
use super::Faulty;

impl<S: AsyncRead + Unpin> AsyncRead for Faulty<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>> {
        let Self { inner, control } = self.get_mut();
        control.read(cx, buf.len(), |cx, n| {
            Pin::new(inner).poll_read(cx, &mut buf[..n])
        })
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<Result<usize>> {
        let Self { inner, control } = self.get_mut();
        control.read(cx, total_len(bufs), |cx, n| {
            Pin::new(inner).poll_read_vectored(cx, &mut first_bytes_mut(bufs, n))
        })
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

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Self { inner, control } = self.get_mut();
        control.flush(cx, |cx| Pin::new(inner).poll_flush(cx))
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Self { inner, control } = self.get_mut();
        control.close(cx, |cx| Pin::new(inner).poll_close(cx))
    }
}
