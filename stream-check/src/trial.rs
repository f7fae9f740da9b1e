//! What the checks are made of: a new pair, waiting, and moving bytes.

use core::task::Poll;
use core::time::Duration;
use std::io;
use std::sync::mpsc;
use std::sync::Arc;
use std::time::Instant;

use crate::probe::{unexpected, Probe};
use crate::run::{Event, Link};
use crate::stream::Stream;
use crate::task::Task;
use crate::trace::Trace;

/// How long a stream may take to make progress of its own, where the absence of any is meant.
pub(crate) const SETTLE: Duration = Duration::from_millis(10);
/// Bytes that a stream accepts without a read before it counts as unbounded.
pub(crate) const UNBOUNDED: usize = 64 << 20;
/// How often a call is repeated although nothing woke its task. So only the checks of wakers
/// notice a wake that was lost.
const REPEAT: Duration = Duration::from_millis(5);

/// Why a check ends before its end.
pub(crate) enum Stop {
    Failed { expected: String, seen: String },
    NotApplicable(String),
}

pub(crate) type Verdict = Result<(), Stop>;

pub(crate) fn fail<T>(expected: impl Into<String>, seen: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Failed {
        expected: expected.into(),
        seen: seen.into(),
    })
}

pub(crate) fn not_applicable<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::NotApplicable(why.into()))
}

pub(crate) fn ensure(holds: bool, expected: impl Into<String>, seen: impl Into<String>) -> Verdict {
    if holds {
        Ok(())
    } else {
        fail(expected, seen)
    }
}

/// Calls `poll` until it is ready: when the task is woken, and now and then without a wake.
pub(crate) fn until<T>(
    task: &Task,
    limit: Duration,
    what: &str,
    mut poll: impl FnMut() -> Poll<T>,
) -> Result<T, Stop> {
    let deadline = Instant::now() + limit;
    loop {
        if let Poll::Ready(value) = poll() {
            return Ok(value);
        }
        if Instant::now() > deadline {
            return fail(what, format!("Pending, after {limit:?} too"));
        }
        task.wait(REPEAT);
    }
}

/// Calls `poll` until it is ready, but only when the task was woken. The call before was pending.
pub(crate) fn until_woken<T>(
    task: &Task,
    limit: Duration,
    what: &str,
    mut poll: impl FnMut() -> Poll<T>,
) -> Result<T, Stop> {
    let deadline = Instant::now() + limit;
    while task.wait(deadline.saturating_duration_since(Instant::now())) {
        if let Poll::Ready(value) = poll() {
            return Ok(value);
        }
    }
    lost_wake(task, limit, what, poll().is_ready())
}

/// What is seen of a call that makes no progress even without a wake.
pub(crate) const STILL_PENDING: &str = "still Pending";

/// Fails because the task was not woken. A call without a wake was ready, or still pending.
pub(crate) fn lost_wake<T>(
    task: &Task,
    limit: Duration,
    what: &str,
    ready: bool,
) -> Result<T, Stop> {
    let who = task.label.unwrap_or("the task");
    let now = if ready { "ready" } else { STILL_PENDING };
    let seen = format!("no wake for {limit:?}; a call without a wake was {now}");
    fail(format!("{who} is woken {what}"), seen)
}

/// One run of a check, in one direction.
pub(crate) struct Trial {
    pub(crate) link: Arc<Link>,
    pub(crate) pairs: mpsc::Receiver<(Box<dyn Stream>, Box<dyn Stream>)>,
    pub(crate) trace: Trace,
    /// How long a call may make no progress.
    pub(crate) wait: Duration,
    pub(crate) two_way: bool,
    /// The second end writes and the first reads.
    pub(crate) reversed: bool,
    #[cfg(feature = "tokio")]
    pub(crate) cooperative: bool,
}

impl Trial {
    /// A new pair: the end that writes, and the end that reads.
    pub(crate) fn pair(&self) -> Result<(Probe, Probe), Stop> {
        if self.trace.panic().is_some() {
            return fail("no panic", "a panic");
        }
        self.trace.clear();
        self.link.send(Event::Pair);
        let Ok((first, second)) = self.pairs.recv() else {
            return not_applicable("the run has ended");
        };
        let names = if self.two_way {
            ["first", "second"]
        } else {
            ["writer", "reader"]
        };
        let first = self.probe(names[0], first);
        let second = self.probe(names[1], second);
        Ok(if self.reversed {
            (second, first)
        } else {
            (first, second)
        })
    }

    fn probe(&self, name: &'static str, stream: Box<dyn Stream>) -> Probe {
        Probe {
            name,
            stream: Some(stream),
            task: Task::new(None),
            trace: self.trace.clone(),
            quiet: false,
            wait: self.wait,
        }
    }

    pub(crate) fn until_woken<T>(
        &self,
        task: &Task,
        what: &str,
        poll: impl FnMut() -> Poll<T>,
    ) -> Result<T, Stop> {
        until_woken(task, self.wait, what, poll)
    }

    pub(crate) fn needs_two_way(&self) -> Verdict {
        if self.two_way {
            Ok(())
        } else {
            not_applicable("the pair is one-way")
        }
    }
}

/// `n` bytes of the sequence that all checks send, from `position` on.
pub(crate) fn bytes(position: usize, n: usize) -> Vec<u8> {
    (position..position + n).map(|i| (i % 251) as u8).collect()
}

/// Fails unless `read` is what was sent at `position`.
pub(crate) fn compare(read: &[u8], position: usize) -> Verdict {
    let expected = bytes(position, read.len());
    match read.iter().zip(&expected).position(|(a, b)| a != b) {
        None => Ok(()),
        Some(i) => fail(
            format!("byte {} of those sent is {}", position + i, expected[i]),
            format!("it is {}", read[i]),
        ),
    }
}

/// Writes until the writer has been Pending for a while, and returns how many bytes it took. The
/// last call was made by `task`.
pub(crate) fn fill(writer: &mut Probe, task: &Task, position: usize) -> Result<usize, Stop> {
    const CHUNK: usize = 251 * 256;
    let chunk = bytes(position, CHUNK + 251);
    let mut total = 0;
    loop {
        let start = (position + total) % 251;
        match writer.poll_write(task, &chunk[start..start + CHUNK]) {
            Poll::Ready(Ok(0)) => {
                return fail("a write that waits while the reader exists", "Ok(0)")
            }
            Poll::Ready(Ok(n)) => total += n,
            Poll::Ready(Err(error)) => return unexpected("a write", &error),
            Poll::Pending if task.wait(SETTLE) => {}
            Poll::Pending => return Ok(total),
        }
        if total > UNBOUNDED {
            return not_applicable("a writer without a reader never waits");
        }
    }
}

/// Reads the bytes from `position` to `end`, with `size` bytes a call, while the writer flushes.
pub(crate) fn drain(
    writer: &mut Probe,
    reader: &mut Probe,
    (mut position, end): (usize, usize),
    size: usize,
) -> Verdict {
    let task = Task::new(None);
    let mut buf = vec![0; size.min(end - position).max(1)];
    let mut flushed = false;
    while position < end || !flushed {
        let progress = until(&task, reader.wait, "bytes that were written arrive", || {
            if !flushed {
                match writer.poll_flush(&task) {
                    Poll::Ready(Ok(())) => {
                        flushed = true;
                        return Poll::Ready(Ok(0));
                    }
                    Poll::Ready(Err(error)) => {
                        return Poll::Ready(unexpected("a flush", &error));
                    }
                    Poll::Pending => {}
                }
            }
            if position == end {
                return Poll::Pending;
            }
            reader
                .poll_read(&task, &mut buf)
                .map(|result| expect_bytes(result, end - position))
        });
        let n = progress??;
        compare(&buf[..n], position)?;
        position += n;
    }
    Ok(())
}

fn expect_bytes(result: io::Result<usize>, left: usize) -> Result<usize, Stop> {
    match result {
        Ok(0) => fail(
            "bytes that were written, or Pending",
            format!("the end, {left} bytes early"),
        ),
        Ok(n) if n > left => fail(
            format!("no more than the {left} bytes that are left"),
            format!("{n} bytes"),
        ),
        Ok(n) => Ok(n),
        Err(error) => unexpected("a read", &error),
    }
}

/// Writes `n` bytes from `position` on, with `size` bytes a call, flushes, and reads them with
/// `room` bytes a call, on this thread.
pub(crate) fn transfer(
    writer: &mut Probe,
    reader: &mut Probe,
    (position, n): (usize, usize),
    (size, room): (usize, usize),
) -> Verdict {
    let data = bytes(position, n);
    let task = Task::new(None);
    let (mut written, mut read) = (0, 0);
    let mut buf = vec![0; room];
    while written < n {
        let end = n.min(written + size);
        let moved = until(
            &task,
            writer.wait,
            "a write or a read makes progress",
            || match writer.poll_write(&task, &data[written..end]) {
                Poll::Ready(Ok(0)) => Poll::Ready(fail("a write of at least 1 byte", "Ok(0)")),
                Poll::Ready(Ok(n)) => Poll::Ready(Ok((n, 0))),
                Poll::Ready(Err(error)) => Poll::Ready(unexpected("a write", &error)),
                Poll::Pending => reader
                    .poll_read(&task, &mut buf)
                    .map(|result| Ok((0, expect_bytes(result, written - read)?))),
            },
        );
        let (w, r) = moved??;
        compare(&buf[..r], position + read)?;
        written += w;
        read += r;
    }
    drain(writer, reader, (position + read, position + n), room)
}

/// Fails unless the reader finds the end.
pub(crate) fn expect_end(reader: &mut Probe) -> Verdict {
    match reader.read(&mut [0; 8])? {
        0 => Ok(()),
        n => fail("the end, Ok(0)", format!("{n} more bytes")),
    }
}

/// Fails unless the reader finds the end or an error.
pub(crate) fn expect_end_or_error(reader: &mut Probe) -> Verdict {
    match reader.try_read(&mut [0; 8])? {
        Ok(0) | Err(_) => Ok(()),
        Ok(n) => fail("the end or an error", format!("{n} more bytes")),
    }
}

/// Fails unless a read by `task` is pending.
pub(crate) fn expect_pending_read(reader: &mut Probe, task: &Task) -> Verdict {
    match reader.poll_read(task, &mut [0; 64]) {
        Poll::Pending => Ok(()),
        Poll::Ready(Ok(n)) => fail("Pending, because nothing was written", format!("Ok({n})")),
        Poll::Ready(Err(error)) => unexpected("a read", &error),
    }
}
