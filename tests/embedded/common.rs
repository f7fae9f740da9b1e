//! Single polls of the traits' futures, and what they return.

use core::future::Future;
use core::pin::pin;
use core::task::Poll;

use async_duplex::io::ErrorKind;
use async_duplex::{DuplexStream, Reader, Writer};
use embedded_io_async::{BufRead, Error, ErrorKind as Kind, ReadReady, Write, WriteReady};

use crate::counting_waker::CountingTask;

/// Seconds that are far more than any of these tests takes.
pub(crate) const DEADLINE: u64 = 60;

/// A reader or a stream.
pub(crate) trait Source: BufRead + ReadReady + Abort {}
impl<T: BufRead + ReadReady + Abort> Source for T {}

/// A writer or a stream.
pub(crate) trait Sink: Write + WriteReady + Abort {}
impl<T: Write + WriteReady + Abort> Sink for T {}

/// The inherent method `abort` of all three types.
pub(crate) trait Abort {
    fn abort(&mut self, kind: ErrorKind);
}

impl Abort for Reader {
    fn abort(&mut self, kind: ErrorKind) {
        self.abort(kind);
    }
}

impl Abort for Writer {
    fn abort(&mut self, kind: ErrorKind) {
        self.abort(kind);
    }
}

impl Abort for DuplexStream {
    fn abort(&mut self, kind: ErrorKind) {
        self.abort(kind);
    }
}

/// The result of one poll of a future, with the kind of an error, because errors are not `Eq`.
pub(crate) type Outcome<T> = Poll<Result<T, Kind>>;

pub(crate) const fn done<T>(value: T) -> Outcome<T> {
    Poll::Ready(Ok(value))
}

pub(crate) const fn failed<T>(kind: Kind) -> Outcome<T> {
    Poll::Ready(Err(kind))
}

/// Polls a future once, and drops it.
pub(crate) fn poll<T, E: Error>(
    task: &CountingTask,
    future: impl Future<Output = Result<T, E>>,
) -> Outcome<T> {
    let polled = task.poll(|cx| pin!(future).poll(cx));
    polled.map_err(|error| error.kind())
}

pub(crate) fn read(task: &CountingTask, from: &mut impl Source, limit: usize) -> Outcome<Vec<u8>> {
    let mut buf = vec![0; limit];
    let outcome = poll(task, from.read(&mut buf));
    outcome.map_ok(|n| buf[..n].to_vec())
}

pub(crate) fn fill_buf(task: &CountingTask, source: &mut impl Source) -> Outcome<Vec<u8>> {
    poll(task, async { source.fill_buf().await.map(<[u8]>::to_vec) })
}

pub(crate) fn write(task: &CountingTask, sink: &mut impl Sink, bytes: &[u8]) -> Outcome<usize> {
    poll(task, sink.write(bytes))
}
