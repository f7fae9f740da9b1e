//! The way through the kernel.

use std::future::Future;
use std::os::unix::net::UnixStream;

use async_io::Async;

use crate::support::contender::{Contender, FuturesIo};
use crate::support::executor::Executor;

/// A pair of Unix sockets, of which one direction lies idle.
pub(crate) enum UnixSocket {}

impl Contender for UnixSocket {
    const NAME: &'static str = "unix-socket";
    const IN_PROCESS: bool = false;
    type Reader = Async<UnixStream>;
    type Writer = Async<UnixStream>;
    type Family = FuturesIo;

    /// Holds what the kernel grants, some hundred KiB, whatever the capacity.
    fn pipe(_: usize) -> (Self::Reader, Self::Writer) {
        Async::<UnixStream>::pair().expect("there are file descriptors left")
    }

    /// The reactor wakes, and a task that waits has to look after it.
    fn run<F: Future>(_: &Executor, task: F) -> F::Output {
        async_io::block_on(task)
    }

    fn block_on<F: Future>(task: F) -> F::Output {
        async_io::block_on(task)
    }
}
