//! The calls of a trial, so that a failure can show them.

use core::any::Any;
use core::fmt;
use core::task::Poll;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// The first and the last calls that are kept.
const FIRST: usize = 8;
const LAST: usize = 10;

/// A call and its arguments.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Call {
    Read(usize),
    ReadVectored(usize, usize),
    Write(usize),
    WriteVectored(usize, usize),
    Flush,
    /// `poll_close` or `poll_shutdown`.
    Close(&'static str),
    FillBuf,
    Consume(usize),
    Drop,
    /// The task that owns the end panics.
    Panic,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Read(n) => write!(f, "poll_read({})", Bytes(n)),
            Self::ReadVectored(k, n) => {
                write!(f, "poll_read_vectored({k} slices, {})", Bytes(n))
            }
            Self::Write(n) => write!(f, "poll_write({})", Bytes(n)),
            Self::WriteVectored(k, n) => {
                write!(f, "poll_write_vectored({k} slices, {})", Bytes(n))
            }
            Self::Flush => f.write_str("poll_flush()"),
            Self::Close(name) => write!(f, "{name}()"),
            Self::FillBuf => f.write_str("poll_fill_buf()"),
            Self::Consume(n) => write!(f, "consume({n})"),
            Self::Drop => f.write_str("drop"),
            Self::Panic => f.write_str("drop, by a panic of its task"),
        }
    }
}

struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} byte{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

#[derive(Clone, PartialEq)]
enum Result {
    /// The call has not returned.
    Open,
    Panicked,
    Nothing,
    Pending,
    Ready(Option<usize>),
    Failed(String),
}

#[derive(PartialEq)]
struct Entry {
    end: &'static str,
    call: Call,
    task: Option<&'static str>,
    result: Result,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.end, self.call)?;
        if let Some(task) = self.task {
            write!(f, " by {task}")?;
        }
        match &self.result {
            Result::Open => f.write_str(" did not return"),
            Result::Panicked => f.write_str(" panicked"),
            Result::Nothing => Ok(()),
            Result::Pending => f.write_str(" = Pending"),
            Result::Ready(None) => f.write_str(" = Ready(Ok(()))"),
            Result::Ready(Some(n)) => write!(f, " = Ready(Ok({n}))"),
            Result::Failed(error) => write!(f, " = Ready(Err({error}))"),
        }
    }
}

#[derive(Default)]
struct Calls {
    /// Each call, and how often it was made in a row with the same result.
    kept: Vec<(Entry, usize)>,
    /// How many calls were left out behind the first ones.
    omitted: usize,
    panic: Option<String>,
}

impl Calls {
    fn push(&mut self, entry: Entry) {
        self.kept.push((entry, 1));
        if self.kept.len() > FIRST + LAST {
            self.omitted += self.kept.remove(FIRST).1;
        }
    }

    /// Removes the latest call if it repeats the one before.
    fn merge(&mut self) {
        if let [.., (before, times), (latest, 1)] = self.kept.as_mut_slice() {
            if before == latest {
                *times += 1;
                self.kept.pop();
            }
        }
    }
}

/// The calls since the pair was made. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Calls>>);

impl Trace {
    fn calls(&self) -> std::sync::MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the calls: a new pair begins.
    pub(crate) fn clear(&self) {
        *self.calls() = Calls::default();
    }

    /// Notes that a call begins, so that one that never returns is seen.
    pub(crate) fn begin(&self, end: &'static str, call: Call, task: Option<&'static str>) {
        self.calls().push(Entry {
            end,
            call,
            task,
            result: Result::Open,
        });
    }

    fn set_result(&self, result: Result) {
        let mut calls = self.calls();
        if let Some((entry, _)) = calls.kept.last_mut() {
            entry.result = result;
        }
        calls.merge();
    }

    /// Notes how the call that was begun last has returned, and its number of bytes.
    pub(crate) fn end<T>(
        &self,
        result: &Poll<io::Result<T>>,
        count: impl FnOnce(&T) -> Option<usize>,
    ) {
        self.set_result(match result {
            Poll::Pending => Result::Pending,
            Poll::Ready(Ok(value)) => Result::Ready(count(value)),
            Poll::Ready(Err(error)) => Result::Failed(describe(error)),
        });
    }

    /// Notes that the call that was begun last has returned nothing.
    pub(crate) fn end_silently(&self) {
        self.set_result(Result::Nothing);
    }

    /// Notes a panic. It fails the check, whatever that has seen besides.
    pub(crate) fn panicked(&self, panic: &(dyn Any + Send)) {
        let calls = &mut *self.calls();
        calls.panic.get_or_insert_with(|| message(panic));
        if let Some((entry, _)) = calls.kept.last_mut() {
            if entry.result == Result::Open {
                entry.result = Result::Panicked;
            }
        }
    }

    pub(crate) fn panic(&self) -> Option<String> {
        self.calls().panic.clone()
    }

    /// The calls, one a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        fn line((entry, times): &(Entry, usize)) -> String {
            match times {
                1 => entry.to_string(),
                _ => format!("{entry}, {times} times"),
            }
        }
        let calls = self.calls();
        let mut lines: Vec<_> = calls.kept.iter().map(line).collect();
        if calls.omitted > 0 {
            lines.insert(FIRST, format!("… {} more calls …", calls.omitted));
        }
        lines
    }
}

pub(crate) fn describe(error: &io::Error) -> String {
    format!("{:?}: {error}", error.kind())
}

/// The text of a panic.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no text".into())
}
