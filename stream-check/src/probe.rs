//! One end of a pair: its calls are recorded and their results examined.

use core::task::Poll;
use core::time::Duration;
use std::io::{self, IoSlice, IoSliceMut};

use crate::stream::{Able, Stream};
use crate::task::Task;
use crate::trace::{describe, Call, Trace};
use crate::trial::{fail, until, Stop};

/// One end of a pair.
pub(crate) struct Probe {
    pub(crate) name: &'static str,
    pub(crate) stream: Box<dyn Stream>,
    /// The task of the calls that wait.
    pub(crate) task: Task,
    /// `None` where two threads call at a time.
    pub(crate) trace: Option<Trace>,
    /// How long a call may make no progress.
    pub(crate) wait: Duration,
}

impl Probe {
    pub(crate) fn able(&self) -> Able {
        self.stream.able()
    }

    /// Stops recording calls, because another thread makes calls too.
    pub(crate) fn quiet(mut self) -> Self {
        self.trace = None;
        self
    }

    fn begin(&self, call: Call, task: Option<&'static str>) {
        if let Some(trace) = &self.trace {
            trace.begin(self.name, call, task);
        }
    }

    /// Records a result that counts bytes. One that breaks a rule of every call becomes an error.
    fn end(&self, result: Poll<io::Result<usize>>, limit: usize) -> Poll<io::Result<usize>> {
        if let Some(trace) = &self.trace {
            trace.end_counted(&result);
        }
        result.map(|result| match result {
            Ok(n) if n > limit => Err(broken(format!("Ok({n}) for {limit} bytes"))),
            Ok(n) => Ok(n),
            Err(error) => Err(examine(error)),
        })
    }

    fn end_empty(&self, result: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        if let Some(trace) = &self.trace {
            trace.end_empty(&result);
        }
        result.map_err(examine)
    }

    pub(crate) fn poll_read(&mut self, task: &Task, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        self.begin(Call::Read(buf.len()), task.label);
        let result = self.stream.poll_read(&mut task.context(), buf);
        self.end(result, buf.len())
    }

    pub(crate) fn poll_write(&mut self, task: &Task, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.begin(Call::Write(buf.len()), task.label);
        let result = self.stream.poll_write(&mut task.context(), buf);
        self.end(result, buf.len())
    }

    pub(crate) fn poll_flush(&mut self, task: &Task) -> Poll<io::Result<()>> {
        self.begin(Call::Flush, task.label);
        let result = self.stream.poll_flush(&mut task.context());
        self.end_empty(result)
    }

    pub(crate) fn poll_close(&mut self, task: &Task) -> Poll<io::Result<()>> {
        self.begin(Call::Close(self.able().close), task.label);
        let result = self.stream.poll_close(&mut task.context());
        self.end_empty(result)
    }

    /// Drops the stream.
    pub(crate) fn drop_stream(self) {
        let Self {
            name,
            stream,
            trace,
            ..
        } = self;
        if let Some(trace) = &trace {
            trace.begin(name, Call::Drop, None);
        }
        drop(stream);
        if let Some(trace) = &trace {
            trace.end_silently();
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
            end.begin(Call::ReadVectored(bufs.len(), bytes), None);
            let result = end.stream.poll_read_vectored(&mut task.context(), bufs);
            end.end(result, bytes)
        });
        result?.or_else(|error| unexpected("a vectored read", &error))
    }

    /// Reads with a `ReadBuf` that has bytes in it, and returns all of it.
    pub(crate) fn read_after(&mut self, filled: &[u8], room: usize) -> Result<Vec<u8>, Stop> {
        let result = self.wait_for("a read that is ready", |end, task| {
            end.begin(Call::Read(room), None);
            let cx = &mut task.context();
            let result = end.stream.poll_read_after(cx, filled, room);
            let mut all = Vec::new();
            let counted = result.map_ok(|bytes| {
                all = bytes;
                all.len().saturating_sub(filled.len())
            });
            end.end(counted, room).map_ok(|_| core::mem::take(&mut all))
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
            end.begin(Call::WriteVectored(bufs.len(), bytes), None);
            let result = end.stream.poll_write_vectored(&mut task.context(), &bufs);
            end.end(result, bytes)
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
            end.begin(Call::FillBuf, None);
            let result = end.stream.poll_fill_buf(&mut task.context());
            let mut lent = Vec::new();
            let counted = result.map_ok(|bytes| {
                lent = bytes.to_vec();
                lent.len()
            });
            end.end(counted, usize::MAX)
                .map_ok(|_| core::mem::take(&mut lent))
        });
        result?.or_else(|error| unexpected("poll_fill_buf", &error))
    }

    pub(crate) fn consume(&mut self, n: usize) {
        self.begin(Call::Consume(n), None);
        self.stream.consume(n);
        if let Some(trace) = &self.trace {
            trace.end_silently();
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
