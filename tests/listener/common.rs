//! Calls of a listener and a connector, and what they return.

use core::fmt::Debug;
use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::io::{self, ErrorKind};

use async_duplex::listener::{Connector, Listener};
use async_duplex::DuplexStream;

use crate::counting_waker::CountingTask;

/// Polls a future once, for `task`.
pub(crate) fn poll<F: Future + Unpin>(task: &CountingTask, future: &mut F) -> Poll<F::Output> {
    task.poll(|cx| Pin::new(future).poll(cx))
}

#[track_caller]
pub(crate) fn kind_of<T: Debug>(result: io::Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}

/// Accepts a connection that is in the backlog, and returns its stream.
#[track_caller]
pub(crate) fn accepted(listener: &Listener) -> DuplexStream {
    listener.try_accept().unwrap().0
}

/// What a read and a write of the stream return.
pub(crate) fn read_and_write(stream: &mut DuplexStream) -> [Poll<Result<usize, ErrorKind>>; 2] {
    let task = CountingTask::new();
    [task.read(stream, &mut [0; 8]), task.write(stream, b"x")]
}

pub(crate) const RESET: [Poll<Result<usize, ErrorKind>>; 2] =
    [Poll::Ready(Err(ErrorKind::ConnectionReset)); 2];

/// Connects until the backlog is full, and returns the clients.
pub(crate) fn fill(connector: &Connector) -> Vec<DuplexStream> {
    let mut clients = Vec::new();
    loop {
        match connector.try_connect() {
            Ok(client) => clients.push(client),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                return clients;
            }
        }
    }
}
