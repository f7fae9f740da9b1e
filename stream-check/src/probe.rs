//! One end of a pair: its calls are recorded and their results examined.

use core::fmt;
use core::task::{Context, Poll};
use core::time::Duration;
use std::io::{self, IoSlice, IoSliceMut};
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::stream::Stream;
use crate::task::Task;
use crate::trace::{describe, Trace};
use crate::trial::{fail, until, Stop};

/// One end of a pair.
pub(crate) struct Probe {
    pub(crate) name: &'static str,
    /// `None` once it is dropped.
    pub(crate) stream: Option<Box<dyn Stream>>,
    pub(crate) trace: Trace,
    /// No calls are recorded, because two threads call at a time.
    pub(crate) quiet: bool,
    /// How long a call may make no progress.
    pub(crate) wait: Duration,
}

impl Probe {
    pub(crate) fn stream(&self) -> &dyn Stream {
        self.stream.as_deref().expect(THERE)
    }

    /// Stops recording calls, because another thread makes calls too.
    pub(crate) fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Makes a call and records it, and a panic instead of its result. So no stream is dropped
    /// while its thread panics; a panic fails the check in the end.
    fn record<T>(
        &mut self,
        call: &str,
        make: impl FnOnce(&mut Option<Box<dyn Stream>>) -> T,
        show: fn(&T) -> String,
    ) -> Option<T> {
        if !self.quiet {
            self.trace.begin(format!("{}.{call}", self.name));
        }
        let stream = &mut self.stream;
        let result = catch_unwind(AssertUnwindSafe(|| make(stream)));
        match &result {
            Ok(_) if self.quiet => {}
            Ok(result) => self.trace.end(&show(result)),
            Err(panic) => self.trace.panicked(&**panic),
        }
        result.ok()
    }

    /// Makes a call without a result.
    fn silent(&mut self, call: &str, make: impl FnOnce(&mut Option<Box<dyn Stream>>)) {
        self.record(call, make, |()| String::new());
    }

    /// Makes a call with the waker of `task`. A panic becomes an error.
    fn call<T: fmt::Debug>(
        &mut self,
        call: &str,
        task: &Task,
        make: impl FnOnce(&mut dyn Stream, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let by = task.label.map(|label| format!(" by {label}"));
        let call = call.to_owned() + by.as_deref().unwrap_or("");
        let make = |stream: &mut Option<Box<dyn Stream>>| {
            let stream = stream.as_deref_mut().expect(THERE);
            make(stream, &mut task.context()).map_err(examine)
        };
        self.record(&call, make, show)
            .unwrap_or_else(|| Poll::Ready(Err(broken("a panic".into()))))
    }

    /// Makes a call that moves at most `limit` bytes.
    fn call_counted(
        &mut self,
        call: &str,
        task: &Task,
        limit: usize,
        make: impl FnOnce(&mut dyn Stream, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let bytes = if limit == 1 { "byte" } else { "bytes" };
        let result = self.call(&format!("{call}{limit} {bytes})"), task, make);
        result.map(|result| match result {
            Ok(n) if n > limit => Err(broken(format!("Ok({n}) for {limit} bytes"))),
            result => result,
        })
    }

    pub(crate) fn poll_read(&mut self, task: &Task, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let n = buf.len();
        self.call_counted("poll_read(", task, n, |stream, cx| {
            stream.poll_read(cx, buf)
        })
    }

    pub(crate) fn poll_write(&mut self, task: &Task, buf: &[u8]) -> Poll<io::Result<usize>> {
        let n = buf.len();
        self.call_counted("poll_write(", task, n, |stream, cx| {
            stream.poll_write(cx, buf)
        })
    }

    pub(crate) fn poll_flush(&mut self, task: &Task) -> Poll<io::Result<()>> {
        self.call("poll_flush()", task, |stream, cx| stream.poll_flush(cx))
    }

    pub(crate) fn poll_close(&mut self, task: &Task) -> Poll<io::Result<()>> {
        let is_tokio = self.stream().is_tokio();
        let name = ["poll_close()", "poll_shutdown()"][usize::from(is_tokio)];
        self.call(name, task, |stream, cx| stream.poll_close(cx))
    }

    /// Drops the stream.
    pub(crate) fn drop_stream(mut self) {
        self.silent("drop", |stream| drop(stream.take()));
    }

    /// Records that the task of this end is about to panic.
    pub(crate) fn will_panic(&mut self) {
        self.silent("drop, by a panic of its task", |_| {});
    }

    pub(crate) fn consume(&mut self, n: usize) {
        self.silent(&format!("consume({n})"), |stream| {
            stream.as_deref_mut().expect(THERE).consume(n);
        });
    }

    /// Calls `poll` with the end and a task until it is ready.
    fn finish<T>(
        &mut self,
        what: &str,
        mut poll: impl FnMut(&mut Self, &Task) -> Poll<io::Result<T>>,
    ) -> Result<io::Result<T>, Stop> {
        let (task, limit) = (Task::new(None), self.wait);
        let what = format!("{what} that is ready");
        let result = until(&task, limit, &what, || poll(self, &task));
        if self.trace.panic().is_some() {
            return fail("no panic", "a panic");
        }
        result
    }

    /// Calls `poll` until it is ready, and fails if it returns an error.
    fn succeed<T>(
        &mut self,
        what: &str,
        poll: impl FnMut(&mut Self, &Task) -> Poll<io::Result<T>>,
    ) -> Result<T, Stop> {
        self.finish(what, poll)?
            .or_else(|error| unexpected(what, &error))
    }

    pub(crate) fn try_read(&mut self, buf: &mut [u8]) -> Result<io::Result<usize>, Stop> {
        self.finish("a read", |end, task| end.poll_read(task, buf))
    }

    pub(crate) fn read(&mut self, buf: &mut [u8]) -> Result<usize, Stop> {
        self.succeed("a read", |end, task| end.poll_read(task, buf))
    }

    pub(crate) fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> Result<usize, Stop> {
        let bytes = bufs.iter().map(|buf| buf.len()).sum();
        self.succeed("a vectored read", |end, task| {
            let call = format!("poll_read_vectored({} slices, ", bufs.len());
            end.call_counted(&call, task, bytes, |stream, cx| {
                stream.poll_read_vectored(cx, bufs)
            })
        })
    }

    /// Reads with a `ReadBuf` that has bytes in it, and returns all of it.
    pub(crate) fn read_after(&mut self, filled: &[u8], room: usize) -> Result<Vec<u8>, Stop> {
        let mut all = Vec::new();
        self.succeed("a read", |end, task| {
            end.call(&format!("poll_read({room} bytes)"), task, |stream, cx| {
                let read = stream.poll_read_after(cx, filled, room);
                read.map_ok(|read| all = read)
                    .map_ok(|()| all.len().saturating_sub(filled.len()))
            })
        })?;
        Ok(all)
    }

    pub(crate) fn try_write(&mut self, buf: &[u8]) -> Result<io::Result<usize>, Stop> {
        self.finish("a write", |end, task| end.poll_write(task, buf))
    }

    pub(crate) fn write(&mut self, buf: &[u8]) -> Result<usize, Stop> {
        self.succeed("a write", |end, task| end.poll_write(task, buf))
    }

    pub(crate) fn write_vectored(&mut self, bufs: &[&[u8]]) -> Result<usize, Stop> {
        let bytes = bufs.iter().map(|buf| buf.len()).sum();
        let bufs: Vec<_> = bufs.iter().map(|buf| IoSlice::new(buf)).collect();
        self.succeed("a vectored write", |end, task| {
            let call = format!("poll_write_vectored({} slices, ", bufs.len());
            end.call_counted(&call, task, bytes, |stream, cx| {
                stream.poll_write_vectored(cx, &bufs)
            })
        })
    }

    pub(crate) fn try_flush(&mut self) -> Result<io::Result<()>, Stop> {
        self.finish("a flush", Self::poll_flush)
    }

    pub(crate) fn flush(&mut self) -> Result<(), Stop> {
        self.succeed("a flush", Self::poll_flush)
    }

    pub(crate) fn try_close(&mut self) -> Result<io::Result<()>, Stop> {
        self.finish("a close", Self::poll_close)
    }

    pub(crate) fn close(&mut self) -> Result<(), Stop> {
        self.succeed("a close", Self::poll_close)
    }

    /// The bytes that `poll_fill_buf` lends.
    pub(crate) fn fill_buf(&mut self) -> Result<Vec<u8>, Stop> {
        let mut bytes = Vec::new();
        self.succeed("a poll_fill_buf", |end, task| {
            end.call("poll_fill_buf()", task, |stream, cx| {
                let lent = stream.poll_fill_buf(cx);
                lent.map_ok(|lent| bytes = lent.to_vec())
                    .map_ok(|()| bytes.len())
            })
        })?;
        Ok(bytes)
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

const THERE: &str = "only `drop_stream` drops the stream";

fn show<T: fmt::Debug>(result: &Poll<io::Result<T>>) -> String {
    match result {
        Poll::Pending => " = Pending".into(),
        Poll::Ready(Ok(value)) => format!(" = Ready(Ok({value:?}))"),
        Poll::Ready(Err(error)) => format!(" = Ready(Err({}))", describe(error)),
    }
}

fn broken(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Replaces the errors that the traits exclude.
fn examine(error: io::Error) -> io::Error {
    match error.kind() {
        kind @ (io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
            broken(format!("{kind:?}, which has to be Pending or another kind"))
        }
        _ => error,
    }
}

pub(crate) fn unexpected<T>(what: &str, error: &io::Error) -> Result<T, Stop> {
    fail(format!("{what} that succeeds"), describe(error))
}
