//! Who is compared: one direction of a pipe each, used the way that suits it best.

mod families;
mod ours;
mod rings;
#[cfg(unix)]
mod socket;
mod tokio_pipes;

use std::future::Future;
use std::io::Result;
use std::task::{Context, Poll};

use super::executor::Executor;

use families::{Family, FuturesIo, Tokio};
pub(crate) use ours::{AsyncDuplex, NoSpin};
pub(crate) use rings::{AsyncRingbuf, FuturesRingbuf, Piper};
#[cfg(unix)]
pub(crate) use socket::UnixSocket;
pub(crate) use tokio_pipes::{TokioDuplex, TokioSimplex, TokioUtilSimplex};

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

/// Something to do with every contender.
pub(crate) trait Visitor {
    fn visit<C: Contender>(&mut self);
}

/// Lets `visitor` have all contenders that can do everything, this crate first.
pub(crate) fn visit_all(visitor: &mut impl Visitor) {
    visitor.visit::<AsyncDuplex>();
    visitor.visit::<TokioDuplex>();
    visitor.visit::<TokioSimplex>();
    visitor.visit::<TokioUtilSimplex>();
    visitor.visit::<Piper>();
    visitor.visit::<AsyncRingbuf>();
    visitor.visit::<FuturesRingbuf>();
}

/// Lets `visitor` have those that need the kernel, where the system has them.
pub(crate) fn visit_kernel(visitor: &mut impl Visitor) {
    #[cfg(unix)]
    visitor.visit::<UnixSocket>();
    #[cfg(not(unix))]
    let _ = visitor;
}

/// Lets `visitor` have this crate with other settings than the plain ones: no peers of its own.
pub(crate) fn visit_variants(visitor: &mut impl Visitor) {
    visitor.visit::<NoSpin>();
}
