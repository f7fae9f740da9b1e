//! A stream through the kernel.

use std::future::Future;
use std::os::unix::net::UnixStream;

use async_io::Async;

use crate::support::contender::{Contender, FuturesIo};
use crate::support::executor::Executor;

/// A pair of Unix sockets, of which one direction is idle.
pub(crate) enum UnixSocket {}

impl Contender for UnixSocket {
    const NAME: &'static str = "unix-socket";
    const IN_PROCESS: bool = false;
    type Reader = Async<UnixStream>;
    type Writer = Async<UnixStream>;
    type Family = FuturesIo;

    /// The kernel decides how many bytes it holds, some hundred KiB, whatever the capacity.
    fn pipe(_: usize) -> (Self::Reader, Self::Writer) {
        Async::<UnixStream>::pair().expect("there are file descriptors left")
    }

    /// The reactor wakes the task, so the task has to drive the reactor while it waits.
    fn run<F: Future>(_: &Executor, task: F) -> F::Output {
        async_io::block_on(task)
    }

    fn block_on<F: Future>(task: F) -> F::Output {
        async_io::block_on(task)
    }
}
