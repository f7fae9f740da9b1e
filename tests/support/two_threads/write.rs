//! The calls of the writer.

use core::pin::Pin;
use std::io::{ErrorKind, IoSlice, Result};

use async_duplex::Writer;
use futures::io::AsyncWrite;

use super::side::{pause, End, Endings, How, Tasks, CUT, FINISHED_WITH, WRITER_ABORTED};
use crate::support::data::byte;
use crate::support::sizes;

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
pub(super) fn run(writer: Writer, steps: &[[u8; 3]], endings: &Endings) -> usize {
    let mut writing = Writing {
        writer,
        tasks: Tasks::of_this_thread(),
        endings,
        sent: 0,
        has_ended: false,
        found: None,
    };
    for step in steps {
        writing.step(*step);
    }
    if !writing.has_ended {
        endings.by_writer.add(endings.on_drop());
    }
    writing.tasks.check_wakes();
    writing.sent
}

impl Writing<'_> {
    fn step(&mut self, [kind, how, size]: [u8; 3]) {
        let (how, len) = (How::from_byte(how), sizes::len(size));
        match kind {
            0..=79 => self.write(how, len, false),
            80..=109 => self.write(how, len, true),
            110..=129 => {
                let free = self.writer.capacity() - self.writer.len();
                let written = self.writer.try_write(&self.next(len));
                self.send(written, len, free);
            }
            130..=149 => {
                let bytes = self.next(len);
                let (front, back) = self.writer.spare_slices();
                let spare = front.iter_mut().chain(back).zip(bytes);
                let n = spare.map(|(to, byte)| *to = byte).count();
                self.writer.commit(n);
                self.sent += n;
            }
            150..=179 => self.writable(how, len),
            180..=199 => {
                // Only a half that has ended may wait: its peer may be waiting for it.
                let waits = self.has_ended;
                let writer = &mut self.writer;
                let closed = self
                    .tasks
                    .call(How { waits, ..how }, |cx| writer.poll_closed(cx));
                assert!(closed.is_some() || !waits);
            }
            200..=245 => pause(size),
            246..=248 => {
                self.begin(Ok(()));
                self.writer.finish();
            }
            249..=250 => {
                self.begin(Err(FINISHED_WITH));
                self.writer.finish_with(FINISHED_WITH);
            }
            251..=253 => {
                self.begin(Err(WRITER_ABORTED));
                self.writer.abort(WRITER_ABORTED);
            }
            254..=255 => {
                self.endings.cut();
                self.writer.abort_handle().abort(CUT);
            }
        }
    }

    fn begin(&mut self, end: End) {
        self.endings.by_writer.add(end);
        self.has_ended = true;
    }

    /// The next bytes to send.
    fn next(&self, len: usize) -> Vec<u8> {
        (self.sent..self.sent + len).map(byte).collect()
    }

    fn write(&mut self, how: How, len: usize, is_vectored: bool) {
        let bytes = self.next(len);
        let free = self.writer.capacity() - self.writer.len();
        let writer = &mut self.writer;
        let written = self.tasks.call(how, |cx| match is_vectored {
            false => writer.poll_write(cx, &bytes),
            true => {
                let (front, back) = bytes.split_at(len / 3);
                let bufs = [front, &[], back].map(IoSlice::new);
                Pin::new(&mut *writer).poll_write_vectored(cx, &bufs)
            }
        });
        if let Some(written) = written {
            self.send(written, len, free);
        }
    }

    /// Counts the result of a write of `len` bytes, before which so many were free.
    fn send(&mut self, written: Result<usize>, len: usize, free: usize) {
        match written {
            Ok(n) => {
                assert_eq!(self.found, None, "a write after the end");
                assert!(!self.has_ended, "a write after the writer's own end");
                assert!(n >= len.min(free), "{n} of {len} bytes, {free} free");
                self.sent += n;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => assert_eq!(free, 0),
            Err(error) => self.find(error.kind()),
        }
    }

    fn writable(&mut self, how: How, min: usize) {
        // If both halves waited for more than half of the capacity, neither might be woken.
        let min = min.min(self.writer.capacity() / 2 + 1);
        let writer = &mut self.writer;
        match self.tasks.call(how, |cx| writer.poll_writable(cx, min)) {
            None => {}
            Some(Ok(n)) => assert!((min..=self.writer.capacity()).contains(&n)),
            Some(Err(error)) => self.find(error.kind()),
        }
    }

    fn find(&mut self, kind: ErrorKind) {
        let by_reader = &self.endings.by_reader;
        let may_be = match kind {
            ErrorKind::BrokenPipe => self.has_ended || by_reader.has(Ok(())),
            kind => by_reader.has(Err(kind)),
        };
        assert!(may_be, "the writer finds {kind:?} too early");
        assert_eq!(*self.found.get_or_insert(kind), kind, "the end has changed");
    }
}
