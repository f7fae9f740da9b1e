//! The way through the kernel.

use std::future::Future;
use std::io::Result;
use std::os::unix::net::UnixStream;
use std::task::{Context, Poll};

use async_io::Async;

use super::{futures_read, futures_write, Contender};
use crate::support::executor::Executor;

/// A pair of Unix sockets, of which one direction lies idle.
pub(crate) enum UnixSocket {}

impl Contender for UnixSocket {
    const NAME: &'static str = "unix-socket";
    const IN_PROCESS: bool = false;
    type Reader = Async<UnixStream>;
    type Writer = Async<UnixStream>;

    /// Holds what the kernel grants, some hundred KiB, whatever the capacity.
    fn pipe(_: usize) -> (Self::Reader, Self::Writer) {
        Async::<UnixStream>::pair().expect("there are file descriptors left")
    }

    #[inline]
    fn poll_read(
        reader: &mut Self::Reader,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>> {
        futures_read(reader, cx, buf)
    }

    #[inline]
    fn poll_write(
        writer: &mut Self::Writer,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        futures_write(writer, cx, bytes)
    }

    /// The reactor wakes, and a task that waits has to look after it.
    fn run<F: Future>(_: &Executor, task: F) -> F::Output {
        async_io::block_on(task)
    }

    fn block_on<F: Future>(task: F) -> F::Output {
        async_io::block_on(task)
    }
}
