//! The two things that are measured: one direction ([`Contender`]), and both ([`Duplex`]).

use std::future::Future;
use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::io::{AsyncRead, AsyncWrite};

/// A pipe of one direction.
///
/// Each is called through its own traits, because an adapter would be measured too.
pub(crate) trait Contender: 'static {
    type Reader: Send + 'static;
    type Writer: Send + 'static;

    /// The family of the traits of both halves.
    type Family: Family<Self::Reader, Self::Writer>;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer);

    /// Ends the stream: drops the writer, unless a contender does something else.
    fn close(writer: Self::Writer) {
        drop(writer);
    }
}

/// A stream of both directions, with the traits of tokio, which most protocols need.
pub(crate) trait Duplex: 'static {
    type Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static;

    fn duplex(capacity: usize) -> (Self::Stream, Self::Stream);

    /// Runs a task that another thread wakes.
    fn block_on<F: Future>(task: F) -> F::Output {
        pollster::block_on(task)
    }
}

/// How the halves of a pipe are called.
pub(crate) trait Family<R, W> {
    fn poll_read(reader: &mut R, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>>;

    fn poll_write(writer: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>>;
}

/// Through the traits of futures-io.
pub(crate) enum FuturesIo {}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Family<R, W> for FuturesIo {
    #[inline]
    fn poll_read(reader: &mut R, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>> {
        Pin::new(reader).poll_read(cx, buf)
    }

    #[inline]
    fn poll_write(writer: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(writer).poll_write(cx, bytes)
    }
}
