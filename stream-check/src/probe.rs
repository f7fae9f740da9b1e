//! One end of a pair: its calls are recorded and their results examined.

use core::task::{Context, Poll};
use core::time::Duration;
use std::io::{self, IoSlice, IoSliceMut};
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::stream::{Able, Stream};
use crate::task::Task;
use crate::trace::{describe, Call, Trace};
use crate::trial::{fail, until, Stop};

/// One end of a pair.
pub(crate) struct Probe {
    pub(crate) name: &'static str,
    /// `None` once it is dropped.
    pub(crate) stream: Option<Box<dyn Stream>>,
    /// The task of the calls that wait.
    pub(crate) task: Task,
    pub(crate) trace: Trace,
    /// No calls are recorded, because two threads call at a time.
    pub(crate) quiet: bool,
    /// How long a call may make no progress.
    pub(crate) wait: Duration,
}

impl Probe {
    pub(crate) fn stream(&mut self) -> &mut dyn Stream {
        self.stream
            .as_deref_mut()
            .expect("the stream is dropped by `drop_stream`")
    }

    pub(crate) fn able(&mut self) -> Able {
        self.stream().able()
    }

    /// Stops recording calls, because another thread makes calls too.
    pub(crate) fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Makes a call and records it. A panic becomes an error, and fails the check in the end: so
    /// no stream is dropped while its thread panics.
    fn call<T>(
        &mut self,
        call: Call,
        task: Option<&'static str>,
        make: impl FnOnce(&mut dyn Stream) -> Poll<io::Result<T>>,
        count: impl FnOnce(&T) -> Option<usize>,
    ) -> Poll<io::Result<T>> {
        if !self.quiet {
            self.trace.begin(self.name, call, task);
        }
        let stream = self.stream();
        let result = match catch_unwind(AssertUnwindSafe(|| make(stream))) {
            Ok(result) => result,
            Err(panic) => {
                self.trace.panicked(&*panic);
                return Poll::Ready(Err(broken("a panic".into())));
            }
        };
        let result = result.map_err(examine);
        if !self.quiet {
            self.trace.end(&result, count);
        }
        result
    }

    /// Makes a call that moves at most `limit` bytes.
    fn call_counted(
        &mut self,
        call: Call,
        task: &Task,
        limit: usize,
        make: impl FnOnce(&mut dyn Stream, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let make = |stream: &mut dyn Stream| make(stream, &mut task.context());
        self.call(call, task.label, make, |n| Some(*n))
            .map(|result| match result {
                Ok(n) if n > limit => Err(broken(format!("Ok({n}) for {limit} bytes"))),
                result => result,
            })
    }

    pub(crate) fn poll_read(&mut self, task: &Task, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let n = buf.len();
        self.call_counted(Call::Read(n), task, n, |stream, cx| {
            stream.poll_read(cx, buf)
        })
    }

    pub(crate) fn poll_write(&mut self, task: &Task, buf: &[u8]) -> Poll<io::Result<usize>> {
        let n = buf.len();
        self.call_counted(Call::Write(n), task, n, |stream, cx| {
            stream.poll_write(cx, buf)
        })
    }

    pub(crate) fn poll_flush(&mut self, task: &Task) -> Poll<io::Result<()>> {
        let make = |stream: &mut dyn Stream| stream.poll_flush(&mut task.context());
        self.call(Call::Flush, task.label, make, |()| None)
    }

    pub(crate) fn poll_close(&mut self, task: &Task) -> Poll<io::Result<()>> {
        let call = Call::Close(self.able().close);
        let make = |stream: &mut dyn Stream| stream.poll_close(&mut task.context());
        self.call(call, task.label, make, |()| None)
    }

    /// Drops the stream.
    pub(crate) fn drop_stream(mut self) {
        self.silent(Call::Drop, |stream| drop(stream.take()));
    }

    /// Records that the task of this end is about to panic.
    pub(crate) fn will_panic(&mut self) {
        self.silent(Call::Panic, |_| {});
    }

    /// Makes a call without a result.
    fn silent(&mut self, call: Call, make: impl FnOnce(&mut Option<Box<dyn Stream>>)) {
        if !self.quiet {
            self.trace.begin(self.name, call, None);
        }
        let stream = &mut self.stream;
        match catch_unwind(AssertUnwindSafe(|| make(stream))) {
            Ok(()) if self.quiet => {}
            Ok(()) => self.trace.end_silently(),
            Err(panic) => self.trace.panicked(&*panic),
        }
    }

    /// Calls `poll` with the end and its task until it is ready.
    fn wait_for<T>(
        &mut self,
        what: &str,
        mut poll: impl FnMut(&mut Self, &Task) -> Poll<T>,
    ) -> Result<T, Stop> {
        let task = core::mem::replace(&mut self.task, Task::new(None));
        let limit = self.wait;
        let result = until(&task, limit, what, || poll(self, &task));
        self.task = task;
        if self.trace.panic().is_some() {
            return fail("no panic", "a panic");
        }
        result
    }

    pub(crate) fn try_read(&mut self, buf: &mut [u8]) -> Result<io::Result<usize>, Stop> {
        self.wait_for("a read that is ready", |end, task| end.poll_read(task, buf))
    }

    pub(crate) fn read(&mut self, buf: &mut [u8]) -> Result<usize, Stop> {
        self.try_read(buf)?
            .or_else(|error| unexpected("a read", &error))
    }

    pub(crate) fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> Result<usize, Stop> {
        let bytes = bufs.iter().map(|buf| buf.len()).sum();
        let result = self.wait_for("a vectored read that is ready", |end, task| {
            let call = Call::ReadVectored(bufs.len(), bytes);
            end.call_counted(call, task, bytes, |stream, cx| {
                stream.poll_read_vectored(cx, bufs)
            })
        });
        result?.or_else(|error| unexpected("a vectored read", &error))
    }

    /// Reads with a `ReadBuf` that has bytes in it, and returns all of it.
    pub(crate) fn read_after(&mut self, filled: &[u8], room: usize) -> Result<Vec<u8>, Stop> {
        let result = self.wait_for("a read that is ready", |end, task| {
            let make =
                |stream: &mut dyn Stream| stream.poll_read_after(&mut task.context(), filled, room);
            let count = |all: &Vec<u8>| Some(all.len().saturating_sub(filled.len()));
            end.call(Call::Read(room), None, make, count)
        });
        result?.or_else(|error| unexpected("a read", &error))
    }

    pub(crate) fn try_write(&mut self, buf: &[u8]) -> Result<io::Result<usize>, Stop> {
        self.wait_for("a write that is ready", |end, task| {
            end.poll_write(task, buf)
        })
    }

    pub(crate) fn write(&mut self, buf: &[u8]) -> Result<usize, Stop> {
        self.try_write(buf)?
            .or_else(|error| unexpected("a write", &error))
    }

    pub(crate) fn write_vectored(&mut self, bufs: &[&[u8]]) -> Result<usize, Stop> {
        let bytes = bufs.iter().map(|buf| buf.len()).sum();
        let bufs: Vec<_> = bufs.iter().map(|buf| IoSlice::new(buf)).collect();
        let result = self.wait_for("a vectored write that is ready", |end, task| {
            let call = Call::WriteVectored(bufs.len(), bytes);
            end.call_counted(call, task, bytes, |stream, cx| {
                stream.poll_write_vectored(cx, &bufs)
            })
        });
        result?.or_else(|error| unexpected("a vectored write", &error))
    }

    pub(crate) fn flush(&mut self) -> Result<(), Stop> {
        let result = self.wait_for("a flush that is ready", |end, task| end.poll_flush(task));
        result?.or_else(|error| unexpected("a flush", &error))
    }

    pub(crate) fn try_close(&mut self) -> Result<io::Result<()>, Stop> {
        self.wait_for("a close that is ready", |end, task| end.poll_close(task))
    }

    pub(crate) fn close(&mut self) -> Result<(), Stop> {
        self.try_close()?
            .or_else(|error| unexpected("a close", &error))
    }

    /// The bytes that `poll_fill_buf` lends.
    pub(crate) fn fill_buf(&mut self) -> Result<Vec<u8>, Stop> {
        let result = self.wait_for("a poll_fill_buf that is ready", |end, task| {
            let make = |stream: &mut dyn Stream| {
                let lent = stream.poll_fill_buf(&mut task.context());
                lent.map_ok(<[u8]>::to_vec)
            };
            end.call(Call::FillBuf, None, make, |lent| Some(lent.len()))
        });
        result?.or_else(|error| unexpected("poll_fill_buf", &error))
    }

    pub(crate) fn consume(&mut self, n: usize) {
        self.silent(Call::Consume(n), |stream| {
            if let Some(stream) = stream {
                stream.consume(n);
            }
        });
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let stream = self.stream.take();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(stream))) {
            self.trace.panicked(&*panic);
        }
    }
}

fn broken(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Replaces the errors that the traits exclude.
fn examine(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => broken(format!(
            "{:?}, which has to be Pending or another kind",
            error.kind()
        )),
        _ => error,
    }
}

pub(crate) fn unexpected<T>(what: &str, error: &io::Error) -> Result<T, Stop> {
    fail(format!("{what} that succeeds"), describe(error))
}
