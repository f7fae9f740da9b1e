//! A stream through the kernel.

use std::future::Future;
use std::os::unix::net::UnixStream;

use async_io::Async;
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt};

use crate::support::contender::Duplex;

/// A pair of Unix sockets.
pub(crate) enum UnixSocket {}

impl Duplex for UnixSocket {
    type Stream = Compat<Async<UnixStream>>;

    /// The kernel decides how many bytes it holds, some hundred KiB, whatever the capacity.
    fn duplex(_: usize) -> (Self::Stream, Self::Stream) {
        let (near, far) = Async::<UnixStream>::pair().expect("there are file descriptors left");
        (near.compat(), far.compat())
    }

    /// The reactor wakes the task, so the task has to drive the reactor while it waits.
    fn block_on<F: Future>(task: F) -> F::Output {
        async_io::block_on(task)
    }
}
