//! The calls of the reader.

use std::io::{ErrorKind, Result};

use async_duplex::Reader;
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::side::{pause, End, Endings, Tasks};
use crate::side::{CUT, DROPPED, FINISHED_WITH, READER_ABORTED, WRITER_ABORTED};
use crate::support::data::byte;
use crate::support::sizes::{Len, Rarely};

#[derive(Debug, Arbitrary)]
pub(crate) enum Step {
    Read {
        task: bool,
        waits: bool,
        len: Len,
    },
    FillBuf {
        task: bool,
        waits: bool,
        consume: Len,
    },
    Readable {
        task: bool,
        waits: bool,
        min: Len,
    },
    TryRead(Len),
    PollClosed {
        task: bool,
    },
    Pause(u8),
    Close(Rarely),
    Abort(Rarely),
    Cut(Rarely),
}

/// What the reader has got.
pub(crate) struct Summary {
    pub(crate) received: usize,
    /// Whether it has found an end after which no byte is missing.
    pub(crate) found_the_end: bool,
}

struct Reading<'a> {
    reader: Reader,
    tasks: Tasks,
    endings: &'a Endings,
    received: usize,
    /// Whether the reader has ended the stream itself.
    has_ended: bool,
    found: Option<End>,
}

pub(crate) fn run(
    reader: Reader,
    steps: &[Step],
    reads_to_the_end: bool,
    endings: &Endings,
) -> Summary {
    let mut reading = Reading {
        reader,
        tasks: Tasks::of_this_thread(),
        endings,
        received: 0,
        has_ended: false,
        found: None,
    };
    for step in steps {
        reading.step(step);
    }
    while reads_to_the_end && reading.found.is_none() {
        reading.read(false, true, 7);
    }
    if !reading.has_ended {
        endings.reader_begins(endings.on_drop());
    }
    let is_complete = |end| !matches!(end, Err(WRITER_ABORTED | CUT));
    Summary {
        received: reading.received,
        found_the_end: !reading.has_ended && reading.found.is_some_and(is_complete),
    }
}

impl Reading<'_> {
    fn step(&mut self, step: &Step) {
        match *step {
            Step::Read { task, waits, len } => self.read(task, waits, len.0),
            Step::FillBuf {
                task,
                waits,
                consume,
            } => self.fill_buf(task, waits, consume.0),
            Step::Readable { task, waits, min } => self.readable(task, waits, min.0),
            Step::TryRead(len) => {
                let mut buf = vec![0; len.0];
                let read = self.reader.try_read(&mut buf);
                self.receive(read, &buf);
            }
            Step::PollClosed { task } => {
                // Only a half that has ended may wait: its peer may be waiting for it.
                let (reader, has_ended) = (&mut self.reader, self.has_ended);
                let closed = self
                    .tasks
                    .call(task, has_ended, |cx| reader.poll_closed(cx));
                assert!(closed.is_some() || !has_ended);
            }
            Step::Pause(length) => pause(length),
            Step::Close(Rarely(true)) => {
                self.begin(Ok(()));
                self.reader.close();
            }
            Step::Abort(Rarely(true)) => {
                self.begin(Err(READER_ABORTED));
                self.reader.abort(READER_ABORTED);
            }
            Step::Cut(Rarely(true)) => {
                self.endings.cut();
                self.reader.abort_handle().abort(CUT);
            }
            Step::Close(_) | Step::Abort(_) | Step::Cut(_) => {}
        }
    }

    fn begin(&mut self, end: End) {
        self.endings.reader_begins(end);
        self.has_ended = true;
    }

    fn read(&mut self, task: bool, waits: bool, len: usize) {
        let mut buf = vec![0; len];
        let reader = &mut self.reader;
        let read = self
            .tasks
            .call(task, waits, |cx| reader.poll_read(cx, &mut buf));
        if let Some(read) = read {
            self.receive(read, &buf);
        }
    }

    /// Checks the result of a read into `buf`.
    fn receive(&mut self, read: Result<usize>, buf: &[u8]) {
        match read {
            Ok(0) if buf.is_empty() => {}
            Ok(0) => self.find(Ok(())),
            Ok(n) => self.check(&buf[..n]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => self.find(Err(error.kind())),
        }
    }

    fn fill_buf(&mut self, task: bool, waits: bool, consume: usize) {
        let reader = &mut self.reader;
        let filled = self.tasks.call(task, waits, |cx| {
            reader.poll_fill_buf(cx).map_ok(<[u8]>::to_vec)
        });
        match filled {
            None => {}
            Some(Ok(bytes)) if bytes.is_empty() => self.find(Ok(())),
            Some(Ok(bytes)) => {
                let n = consume.min(bytes.len());
                self.check(&bytes[..n]);
                // The writer may have aborted, but these bytes were lent.
                self.reader.consume(n);
            }
            Some(Err(error)) => self.find(Err(error.kind())),
        }
    }

    fn readable(&mut self, task: bool, waits: bool, min: usize) {
        // If both halves waited for more than half of the capacity, neither might be woken.
        let min = min.min(self.reader.capacity().div_ceil(2));
        let reader = &mut self.reader;
        match self
            .tasks
            .call(task, waits, |cx| reader.poll_readable(cx, min))
        {
            None => {}
            Some(Ok(n)) if n < min => {
                let ends = [Ok(()), Err(FINISHED_WITH), Err(DROPPED)];
                let any = ends.into_iter().any(|end| self.endings.writer_began(end));
                assert!(any || self.has_ended, "{n} of {min} bytes");
            }
            Some(Ok(n)) => assert!(n <= self.reader.capacity()),
            Some(Err(error)) => self.find(Err(error.kind())),
        }
    }

    fn check(&mut self, bytes: &[u8]) {
        assert_eq!(self.found, None, "bytes after the end");
        for &got in bytes {
            assert_eq!(got, byte(self.received), "byte {}", self.received);
            self.received += 1;
        }
    }

    fn find(&mut self, end: End) {
        let may_be = self.endings.writer_began(end) || (self.has_ended && end.is_ok());
        assert!(may_be, "the reader finds {end:?} too early");
        assert_eq!(*self.found.get_or_insert(end), end, "the end has changed");
    }
}
