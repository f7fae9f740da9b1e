//! The traits of `tokio`.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};

use std::task::ready;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

use super::held::Held;
use super::vectored::{first_bytes, total_len};
use super::Faulty;

impl<S: AsyncRead + Unpin> AsyncRead for Faulty<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let this = self.get_mut();
        let (inner, latency) = (&mut this.inner, &mut this.latency);
        let read = this.control.read(cx, buf.remaining(), |cx, n| {
            // `ReadBuf::take` has no safe way to tell `buf` how many bytes were filled.
            let part = buf.initialize_unfilled_to(n);
            let mut read = inner_read(inner);
            let filled = ready!(match latency {
                Some(latency) => latency.poll_read(cx, part, read),
                None => read(cx, part),
            })?;
            buf.advance(filled);
            Poll::Ready(Ok(filled))
        });
        read.map_ok(drop)
    }
}

impl<S: AsyncBufRead + Unpin> AsyncBufRead for Faulty<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        let this = self.get_mut();
        let (inner, latency) = (&mut this.inner, &mut this.latency);
        this.control.fill_buf(cx, move |cx| match latency {
            Some(latency) => latency.poll_fill_buf(cx, inner_read(inner)),
            None => Pin::new(inner).poll_fill_buf(cx),
        })
    }

    fn consume(self: Pin<&mut Self>, amt: usize) {
        let this = self.get_mut();
        this.control.consume(amt);
        match &mut this.latency {
            Some(latency) => latency.consume(amt),
            None => Pin::new(&mut this.inner).consume(amt),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Faulty<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        let this = self.get_mut();
        let (inner, held) = (&mut this.inner, &mut this.held);
        this.control.write(cx, buf.len(), |cx, n| match held {
            Some(held) => Poll::Ready(Ok(held.push(&buf[..n]))),
            None => Pin::new(inner).poll_write(cx, &buf[..n]),
        })
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let this = self.get_mut();
        let (inner, held) = (&mut this.inner, &mut this.held);
        this.control.write(cx, total_len(bufs), |cx, n| {
            let bufs = first_bytes(bufs, n);
            match held {
                Some(held) => Poll::Ready(Ok(bufs.iter().map(|buf| held.push(buf)).sum())),
                None => Pin::new(inner).poll_write_vectored(cx, &bufs),
            }
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        let (inner, held) = (&mut this.inner, &mut this.held);
        this.control.flush(cx, |cx| {
            ready!(release(held, cx, inner))?;
            Pin::new(inner).poll_flush(cx)
        })
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        let (inner, held) = (&mut this.inner, &mut this.held);
        this.control.close(cx, |cx| {
            ready!(release(held, cx, inner))?;
            Pin::new(inner).poll_shutdown(cx)
        })
    }
}

/// Passes the bytes that are held back to the inner stream.
fn release<S: AsyncWrite + Unpin>(
    held: &mut Option<Held>,
    cx: &mut Context<'_>,
    inner: &mut S,
) -> Poll<Result<()>> {
    Held::poll_release(held, cx, |cx, bytes| {
        Pin::new(&mut *inner).poll_write(cx, bytes)
    })
}

/// Returns a function that reads from the inner stream.
fn inner_read<S: AsyncRead + Unpin>(
    inner: &mut S,
) -> impl FnMut(&mut Context<'_>, &mut [u8]) -> Poll<Result<usize>> + '_ {
    move |cx, buf| {
        let mut buf = ReadBuf::new(buf);
        ready!(Pin::new(&mut *inner).poll_read(cx, &mut buf))?;
        Poll::Ready(Ok(buf.filled().len()))
    }
}
