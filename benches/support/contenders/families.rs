//! The two families of traits by which a pipe is read from and written to.

use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::io;
use tokio::io as tokio_io;

/// How a pipe with these halves is called.
pub(crate) trait Family<R, W> {
    fn poll_read(reader: &mut R, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>>;

    fn poll_write(writer: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>>;
}

/// By the traits of futures-io.
pub(crate) enum FuturesIo {}

impl<R: io::AsyncRead + Unpin, W: io::AsyncWrite + Unpin> Family<R, W> for FuturesIo {
    #[inline]
    fn poll_read(reader: &mut R, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>> {
        Pin::new(reader).poll_read(cx, buf)
    }

    #[inline]
    fn poll_write(writer: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(writer).poll_write(cx, bytes)
    }
}

/// By the traits of tokio.
pub(crate) enum Tokio {}

impl<R: tokio_io::AsyncRead + Unpin, W: tokio_io::AsyncWrite + Unpin> Family<R, W> for Tokio {
    #[inline]
    fn poll_read(reader: &mut R, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>> {
        let mut buf = tokio_io::ReadBuf::new(buf);
        Pin::new(reader)
            .poll_read(cx, &mut buf)
            .map_ok(|()| buf.filled().len())
    }

    #[inline]
    fn poll_write(writer: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(writer).poll_write(cx, bytes)
    }
}
