//! The calls of the writer.

use std::io::{ErrorKind, Result};

use async_duplex::Writer;
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::side::{pause, End, Endings, Tasks, CUT, FINISHED_WITH, WRITER_ABORTED};
use crate::support::data::byte;
use crate::support::sizes::{Len, Rarely};

#[derive(Debug, Arbitrary)]
pub(crate) enum Step {
    Write { task: bool, waits: bool, len: Len },
    Writable { task: bool, waits: bool, min: Len },
    TryWrite(Len),
    Commit(Len),
    PollClosed { task: bool },
    Pause(u8),
    Finish(Rarely),
    FinishWith(Rarely),
    Abort(Rarely),
    Cut(Rarely),
}

struct Writing<'a> {
    writer: Writer,
    tasks: Tasks,
    endings: &'a Endings,
    sent: usize,
    /// Whether the writer has ended the stream itself.
    has_ended: bool,
    found: Option<ErrorKind>,
}

/// Makes the calls, and returns how many bytes were sent.
pub(crate) fn run(writer: Writer, steps: &[Step], endings: &Endings) -> usize {
    let mut writing = Writing {
        writer,
        tasks: Tasks::of_this_thread(),
        endings,
        sent: 0,
        has_ended: false,
        found: None,
    };
    for step in steps {
        writing.step(step);
    }
    if !writing.has_ended {
        endings.writer_begins(endings.on_drop());
    }
    writing.sent
}

impl Writing<'_> {
    fn step(&mut self, step: &Step) {
        match *step {
            Step::Write { task, waits, len } => {
                let (bytes, writer) = (self.next(len.0), &mut self.writer);
                let written = self
                    .tasks
                    .call(task, waits, |cx| writer.poll_write(cx, &bytes));
                if let Some(written) = written {
                    self.send(written);
                }
            }
            Step::TryWrite(len) => {
                let written = self.writer.try_write(&self.next(len.0));
                self.send(written);
            }
            Step::Writable { task, waits, min } => self.writable(task, waits, min.0),
            Step::Commit(len) => {
                let bytes = self.next(len.0);
                let (front, back) = self.writer.spare_slices();
                let spare = front.iter_mut().chain(back).zip(bytes);
                let n = spare.map(|(to, byte)| *to = byte).count();
                self.writer.commit(n);
                self.sent += n;
            }
            Step::PollClosed { task } => {
                // Only a half that has ended may wait: its peer may be waiting for it.
                let (writer, has_ended) = (&mut self.writer, self.has_ended);
                let closed = self
                    .tasks
                    .call(task, has_ended, |cx| writer.poll_closed(cx));
                assert!(closed.is_some() || !has_ended);
            }
            Step::Pause(length) => pause(length),
            Step::Finish(Rarely(true)) => {
                self.begin(Ok(()));
                self.writer.finish();
            }
            Step::FinishWith(Rarely(true)) => {
                self.begin(Err(FINISHED_WITH));
                self.writer.finish_with(FINISHED_WITH);
            }
            Step::Abort(Rarely(true)) => {
                self.begin(Err(WRITER_ABORTED));
                self.writer.abort(WRITER_ABORTED);
            }
            Step::Cut(Rarely(true)) => {
                self.endings.cut();
                self.writer.abort_handle().abort(CUT);
            }
            Step::Finish(_) | Step::FinishWith(_) | Step::Abort(_) | Step::Cut(_) => {}
        }
    }

    fn begin(&mut self, end: End) {
        self.endings.writer_begins(end);
        self.has_ended = true;
    }

    /// The next bytes to send.
    fn next(&self, len: usize) -> Vec<u8> {
        (self.sent..self.sent + len).map(byte).collect()
    }

    /// Counts the result of a write.
    fn send(&mut self, written: Result<usize>) {
        match written {
            Ok(n) => {
                assert_eq!(self.found, None, "a write after the end");
                assert!(!self.has_ended, "a write after the writer's own end");
                self.sent += n;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => self.find(error.kind()),
        }
    }

    fn writable(&mut self, task: bool, waits: bool, min: usize) {
        // If both halves waited for more than half of the capacity, neither might be woken.
        let min = min.min(self.writer.capacity() / 2 + 1);
        let writer = &mut self.writer;
        match self
            .tasks
            .call(task, waits, |cx| writer.poll_writable(cx, min))
        {
            None => {}
            Some(Ok(n)) => assert!((min..=self.writer.capacity()).contains(&n)),
            Some(Err(error)) => self.find(error.kind()),
        }
    }

    fn find(&mut self, kind: ErrorKind) {
        let may_be = match kind {
            ErrorKind::BrokenPipe => self.has_ended || self.endings.reader_began(Ok(())),
            kind => self.endings.reader_began(Err(kind)),
        };
        assert!(may_be, "the writer finds {kind:?} too early");
        assert_eq!(*self.found.get_or_insert(kind), kind, "the end has changed");
    }
}
