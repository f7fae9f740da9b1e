//! The calls of the reader.

use core::pin::Pin;
use std::io::{ErrorKind, IoSliceMut, Result};

use async_duplex::Reader;
use futures::io::AsyncRead;

use super::side::{pause, End, Endings, How, Tasks};
use super::side::{CUT, DROPPED, FINISHED_WITH, READER_ABORTED, WRITER_ABORTED};
use crate::support::data::byte;
use crate::support::sizes;

/// What the reader has got.
pub(super) struct Summary {
    pub(super) received: usize,
    /// Whether it has found an end after which no byte is missing.
    pub(super) found_the_end: bool,
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

pub(super) fn run(
    reader: Reader,
    steps: &[[u8; 3]],
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
        reading.step(*step);
    }
    while reads_to_the_end && reading.found.is_none() {
        reading.read(How::from_byte(0), 7, false);
    }
    if !reading.has_ended {
        endings.by_reader.add(endings.on_drop());
    }
    reading.tasks.check_wakes();
    let is_complete = |end| !matches!(end, Err(WRITER_ABORTED | CUT));
    Summary {
        received: reading.received,
        found_the_end: !reading.has_ended && reading.found.is_some_and(is_complete),
    }
}

impl Reading<'_> {
    fn step(&mut self, [kind, how, size]: [u8; 3]) {
        let (how, len) = (How::from_byte(how), sizes::len(size));
        match kind {
            0..=69 => self.read(how, len, false),
            70..=99 => self.read(how, len, true),
            100..=139 => self.fill_buf(how, len),
            140..=179 => self.readable(how, len),
            180..=199 => {
                let mut buf = vec![0; len];
                let unread = self.reader.len();
                let read = self.reader.try_read(&mut buf);
                self.receive(read, &buf, unread);
            }
            200..=209 => {
                // Only a half that has ended may wait: its peer may be waiting for it.
                let waits = self.has_ended;
                let reader = &mut self.reader;
                let closed = self
                    .tasks
                    .call(How { waits, ..how }, |cx| reader.poll_closed(cx));
                assert!(closed.is_some() || !waits);
            }
            210..=247 => pause(size),
            248..=250 => {
                self.begin(Ok(()));
                let unread = self.reader.len();
                self.reader.close();
                assert!(self.reader.len() >= unread || self.found_an_abort());
            }
            251..=253 => {
                self.begin(Err(READER_ABORTED));
                self.reader.abort(READER_ABORTED);
            }
            254..=255 => {
                self.endings.cut();
                self.reader.abort_handle().abort(CUT);
            }
        }
    }

    fn found_an_abort(&self) -> bool {
        let by_writer = &self.endings.by_writer;
        by_writer.has(Err(WRITER_ABORTED)) || by_writer.has(Err(CUT)) || self.has_ended
    }

    fn begin(&mut self, end: End) {
        self.endings.by_reader.add(end);
        self.has_ended = true;
    }

    fn read(&mut self, how: How, len: usize, is_vectored: bool) {
        let mut buf = vec![0; len];
        let unread = self.reader.len();
        let reader = &mut self.reader;
        let read = self.tasks.call(how, |cx| match is_vectored {
            false => reader.poll_read(cx, &mut buf),
            true => {
                let (front, back) = buf.split_at_mut(len / 3);
                let bufs = &mut [front, &mut [], back].map(IoSliceMut::new);
                Pin::new(&mut *reader).poll_read_vectored(cx, bufs)
            }
        });
        if let Some(read) = read {
            self.receive(read, &buf, unread);
        }
    }

    /// Checks the result of a read into `buf`, before which so many bytes were unread.
    fn receive(&mut self, read: Result<usize>, buf: &[u8], unread: usize) {
        match read {
            Ok(0) if buf.is_empty() => {}
            Ok(0) => self.find(Ok(())),
            Ok(n) => {
                assert!(n >= unread.min(buf.len()), "{n} of {unread} unread bytes");
                self.check(&buf[..n]);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => self.find(Err(error.kind())),
        }
    }

    fn fill_buf(&mut self, how: How, consume: usize) {
        let reader = &mut self.reader;
        let filled = self
            .tasks
            .call(how, |cx| reader.poll_fill_buf(cx).map_ok(<[u8]>::to_vec));
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

    fn readable(&mut self, how: How, min: usize) {
        // If both halves waited for more than half of the capacity, neither might be woken.
        let min = min.min(self.reader.capacity().div_ceil(2));
        let reader = &mut self.reader;
        match self.tasks.call(how, |cx| reader.poll_readable(cx, min)) {
            None => {}
            Some(Ok(n)) if n < min => {
                let ends = [Ok(()), Err(FINISHED_WITH), Err(DROPPED)];
                let any = ends.into_iter().any(|end| self.endings.by_writer.has(end));
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
        let may_be = self.endings.by_writer.has(end) || (self.has_ended && end.is_ok());
        assert!(may_be, "the reader finds {end:?} too early");
        assert_eq!(*self.found.get_or_insert(end), end, "the end has changed");
    }
}
