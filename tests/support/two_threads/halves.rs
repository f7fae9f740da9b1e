//! The calls of the reader and of the writer.

use core::mem;
use core::pin::Pin;
use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Result, Write};
use std::vec::Vec; // The library's own tests have no prelude with it.

use async_duplex::{pipe, Reader, Writer};
use futures::io::{AsyncRead, AsyncWrite};

use super::side::{pause, How, Side};
use super::side::{CUT, DROPPED, FINISHED_WITH, READER_ABORTED, WRITER_ABORTED};
use super::{byte, sizes};

/// Kinds of steps from this one on end the stream.
pub(super) const ENDS: u8 = 246;

impl Side<'_, Reader> {
    pub(super) fn step(&mut self, [kind, how, size]: [u8; 3]) {
        let (how, len) = (How::from_byte(how), sizes::len(size));
        match kind {
            0..=69 => self.read(how, len, false),
            70..=99 => self.read(how, len, true),
            100..=139 => self.fill_buf(how, len),
            140..=159 => self.readable(how, len, false),
            160..=174 => self.readable(how, len, true),
            175..=184 => {
                let mut buf = std::vec![0; len];
                let unread = self.half.len();
                let read = self.half.try_read(&mut buf);
                self.receive(read, &buf, unread);
            }
            185..=194 => {
                let (front, back) = self.half.as_slices();
                let bytes = [front, back].concat();
                let n = len.min(bytes.len());
                self.check(&bytes[..n]);
                self.half.consume(n);
            }
            195..=199 => self.read_blocking(len),
            200..=209 => self.closed(how, |reader, cx| reader.poll_closed(cx)),
            210..=245 => pause(size),
            ENDS..=250 => {
                let (unread, had_ended) = (self.half.len(), self.has_ended);
                self.begin(Ok(())).close();
                let keeps_all = self.half.len() >= unread || had_ended;
                let was_aborted = self.peer_has(Err(WRITER_ABORTED)) || self.peer_has(Err(CUT));
                assert!(keeps_all || was_aborted, "a close discards bytes");
            }
            251..=253 => self.begin(Err(READER_ABORTED)).abort(READER_ABORTED),
            254..=255 => {
                self.cut();
                self.half.abort_handle().abort(CUT);
                assert!(self.has_ended || self.half.is_closed(), "no effect");
            }
        }
    }

    pub(super) fn read(&mut self, how: How, len: usize, is_vectored: bool) {
        let mut buf = std::vec![0; len];
        let unread = self.half.len();
        let read = self.call(how, |reader, cx| match is_vectored {
            false => reader.poll_read(cx, &mut buf),
            true => {
                let (front, back) = buf.split_at_mut(len / 3);
                let bufs = &mut [front, &mut [], back].map(IoSliceMut::new);
                Pin::new(reader).poll_read_vectored(cx, bufs)
            }
        });
        if let Some(read) = read {
            self.receive(read, &buf, unread);
        }
    }

    /// Reads as a thread does that has no tasks.
    fn read_blocking(&mut self, len: usize) {
        let mut buf = std::vec![0; len];
        let unread = self.half.len();
        let mut reader = mem::replace(&mut self.half, pipe(1).0).blocking();
        let read = reader.read(&mut buf);
        self.half = reader.into_inner();
        self.receive(read, &buf, unread);
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
        let filled = self.call(how, |reader, cx| {
            reader.poll_fill_buf(cx).map_ok(<[u8]>::to_vec)
        });
        match filled {
            None => {}
            Some(Ok(bytes)) if bytes.is_empty() => self.find(Ok(())),
            Some(Ok(bytes)) => {
                let n = consume.min(bytes.len());
                self.check(&bytes[..n]);
                // The writer may have aborted, but these bytes were lent.
                self.half.consume(n);
            }
            Some(Err(error)) => self.find(Err(error.kind())),
        }
    }

    fn readable(&mut self, how: How, min: usize, among_others: bool) {
        let (poll, poll_closed) = (Reader::poll_readable, Reader::poll_closed);
        match self.wait(how, min, among_others, poll, poll_closed) {
            None => {}
            Some((min, Ok(n))) if n < min => {
                let ends = [Ok(()), Err(FINISHED_WITH), Err(DROPPED)];
                let any = ends.into_iter().any(|end| self.peer_has(end));
                assert!(any || self.has_ended, "{n} of {min} bytes");
                if !self.has_ended {
                    self.all = Some(self.moved + n);
                }
            }
            Some((_, Ok(n))) => assert!(n <= self.half.capacity()),
            Some((_, Err(error))) => self.find(Err(error.kind())),
        }
    }

    fn check(&mut self, bytes: &[u8]) {
        for &got in bytes {
            assert_eq!(self.found, None, "bytes after the end");
            assert_eq!(got, byte(self.moved), "byte {}", self.moved);
            self.moved += 1;
        }
    }

    /// Whether the reader has found an end after which no byte is missing.
    pub(super) fn is_complete(&self) -> bool {
        let is_complete = |end| !matches!(end, Err(WRITER_ABORTED | CUT));
        !self.has_ended && self.found.is_some_and(is_complete)
    }
}

impl Side<'_, Writer> {
    pub(super) fn step(&mut self, [kind, how, size]: [u8; 3]) {
        let (how, len) = (How::from_byte(how), sizes::len(size));
        match kind {
            0..=79 => self.write(how, len, false),
            80..=109 => self.write(how, len, true),
            110..=129 => {
                let free = self.half.capacity() - self.half.len();
                let bytes = self.next(len);
                let written = self.half.try_write(&bytes);
                self.send(written, len, free);
            }
            130..=149 => {
                let bytes = self.next(len);
                let (front, back) = self.half.spare_slices();
                let spare = front.iter_mut().chain(back).zip(bytes);
                let n = spare.map(|(to, byte)| *to = byte).count();
                self.half.commit(n);
                self.moved += n;
            }
            150..=164 => self.writable(how, len, false),
            165..=174 => self.writable(how, len, true),
            175..=179 => self.write_blocking(len),
            180..=199 => self.closed(how, |writer, cx| writer.poll_closed(cx)),
            200..=245 => pause(size),
            ENDS..=248 => self.begin(Ok(())).finish(),
            249..=250 => self.begin(Err(FINISHED_WITH)).finish_with(FINISHED_WITH),
            251..=253 => self.begin(Err(WRITER_ABORTED)).abort(WRITER_ABORTED),
            254..=255 => {
                self.cut();
                self.half.abort_handle().abort(CUT);
                assert!(self.has_ended || self.half.is_closed(), "no effect");
            }
        }
    }

    /// The next bytes to send.
    fn next(&self, len: usize) -> Vec<u8> {
        (self.moved..self.moved + len).map(byte).collect()
    }

    fn write(&mut self, how: How, len: usize, is_vectored: bool) {
        let bytes = self.next(len);
        let free = self.half.capacity() - self.half.len();
        let written = self.call(how, |writer, cx| match is_vectored {
            false => writer.poll_write(cx, &bytes),
            true => {
                let (front, back) = bytes.split_at(len / 3);
                let bufs = [front, &[], back].map(IoSlice::new);
                Pin::new(writer).poll_write_vectored(cx, &bufs)
            }
        });
        if let Some(written) = written {
            self.send(written, len, free);
        }
    }

    /// Writes as a thread does that has no tasks.
    fn write_blocking(&mut self, len: usize) {
        let free = self.half.capacity() - self.half.len();
        let mut writer = mem::replace(&mut self.half, pipe(1).1).blocking();
        let written = writer.write(&self.next(len));
        self.half = writer.into_inner();
        self.send(written, len, free);
    }

    /// Counts the result of a write of `len` bytes, before which so many were free.
    fn send(&mut self, written: Result<usize>, len: usize, free: usize) {
        match written {
            Ok(n) => {
                assert_eq!(self.found, None, "a write after the end");
                assert!(!self.has_ended, "a write after the writer's own end");
                assert!(n >= len.min(free), "{n} of {len} bytes, {free} free");
                self.moved += n;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => assert_eq!(free, 0),
            Err(error) => self.find(Err(error.kind())),
        }
    }

    fn writable(&mut self, how: How, min: usize, among_others: bool) {
        let (poll, poll_closed) = (Writer::poll_writable, Writer::poll_closed);
        match self.wait(how, min, among_others, poll, poll_closed) {
            None => {}
            Some((min, Ok(n))) => assert!((min..=self.half.capacity()).contains(&n)),
            Some((_, Err(error))) => self.find(Err(error.kind())),
        }
    }
}
