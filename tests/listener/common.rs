//! Calls of a listener and a connector, and what they return.

use core::fmt::Debug;
use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::io::{self, ErrorKind};

use async_duplex::listener::{Connector, Listener};
use async_duplex::DuplexStream;
use futures::stream::Stream;

use crate::counting_waker::CountingTask;

/// Polls a future once, for `task`.
pub(crate) fn poll<F: Future + Unpin>(task: &CountingTask, future: &mut F) -> Poll<F::Output> {
    task.poll(|cx| Pin::new(future).poll(cx))
}

/// Polls a stream once, for `task`.
pub(crate) fn next<S: Stream + Unpin>(
    task: &CountingTask,
    stream: &mut S,
) -> Poll<Option<S::Item>> {
    task.poll(|cx| Pin::new(stream).poll_next(cx))
}

/// Returns the result of a future that is ready.
#[track_caller]
pub(crate) fn now<T>(outcome: Poll<T>) -> T {
    match outcome {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it is pending"),
    }
}

/// Returns the value of a future that is ready and has not failed.
#[track_caller]
pub(crate) fn value_of<T>(outcome: Poll<io::Result<T>>) -> T {
    now(outcome).unwrap()
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

/// The name of a way to end a listener, and a function that does it. Returns the listener if it is
/// not dropped.
pub(crate) type Ending = (&'static str, fn(Listener) -> Option<Listener>);

pub(crate) const ENDINGS: [Ending; 3] = [
    ("closed", |listener| {
        listener.close();
        Some(listener)
    }),
    ("dropped", |listener| {
        drop(listener);
        None
    }),
    ("dropped as a stream", |listener| {
        drop(listener.into_incoming());
        None
    }),
];
