//! The traits of `futures-io`.

use std::io::{IoSlice, IoSliceMut, Result};
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};

use super::fault::Call;
use super::vectored::{first_buf, first_bytes_mut, total_len};
use super::Faulty;

impl<S: AsyncRead + Unpin> AsyncRead for Faulty<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>> {
        self.get_mut().read_by(cx, buf, S::poll_read)
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<Result<usize>> {
        let this = self.get_mut();
        let result = match ready!(this.control.admit_read(cx, total_len(bufs)))? {
            None => Ok(0),
            Some(n) => {
                let mut bufs = first_bytes_mut(bufs, n);
                ready!(match &this.latency {
                    Some(_) => this.read_inner(cx, first_buf(&mut bufs), S::poll_read),
                    None => Pin::new(&mut this.inner).poll_read_vectored(cx, &mut bufs),
                })
            }
        };
        Poll::Ready(this.control.finish_read(result))
    }
}

impl<S: AsyncBufRead + Unpin> AsyncBufRead for Faulty<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        self.get_mut()
            .fill_buf_by(cx, S::poll_read, S::poll_fill_buf)
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

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.get_mut()
            .end_by(cx, Call::Flush, S::poll_write, S::poll_flush)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.get_mut()
            .end_by(cx, Call::Close, S::poll_write, S::poll_close)
    }
}
