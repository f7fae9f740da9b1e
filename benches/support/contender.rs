//! What is measured: one direction of a pipe, called by the traits that it has.

use std::future::Future;
use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::io::{AsyncRead, AsyncWrite};

use super::executor::Executor;

/// A pipe that holds exactly as many bytes as it is told to.
///
/// Each is called by the traits that it has: an adapter in between would be measured too.
pub(crate) trait Contender: 'static {
    const NAME: &'static str;

    /// Whether the bytes lie in this process. If not, how many fit, what memory they take and who
    /// wakes the tasks is the kernel's business.
    const IN_PROCESS: bool = true;

    type Reader: Send + 'static;
    type Writer: Send + 'static;

    /// Whose traits the two have.
    type Family: Family<Self::Reader, Self::Writer>;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer);

    #[inline]
    fn poll_read(
        reader: &mut Self::Reader,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>> {
        Self::Family::poll_read(reader, cx, buf)
    }

    #[inline]
    fn poll_write(
        writer: &mut Self::Writer,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Self::Family::poll_write(writer, cx, bytes)
    }

    /// Ends the stream. Dropping the writer does, unless a contender says otherwise.
    fn close(writer: Self::Writer) {
        drop(writer);
    }

    /// Runs a task that has both ends of its pipes: only the task itself can wake it.
    #[inline]
    fn run<F: Future>(executor: &Executor, task: F) -> F::Output {
        executor.run(task)
    }

    /// Runs a task that another thread wakes.
    #[inline]
    fn block_on<F: Future>(task: F) -> F::Output {
        pollster::block_on(task)
    }
}

/// How a pipe with these halves is called.
pub(crate) trait Family<R, W> {
    fn poll_read(reader: &mut R, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>>;

    fn poll_write(writer: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>>;
}

/// By the traits of futures-io.
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
