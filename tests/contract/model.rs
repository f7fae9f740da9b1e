//! A pipe that is checked against two counters after each call.

use core::cmp::min;
use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};

use async_duplex::{pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, Outcome};
use crate::data::byte;

/// How to read and write.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    Try,
    Poll,
    Vectored,
    FillBuf,
}

pub(crate) const METHODS: [Method; 4] =
    [Method::Try, Method::Poll, Method::Vectored, Method::FillBuf];

/// A pipe, and how many bytes it must have passed so far. Its bytes are those of [`byte`].
pub(crate) struct CheckedPipe {
    reader: Reader,
    writer: Writer,
    method: Method,
    capacity: usize,
    written: usize,
    read: usize,
}

impl CheckedPipe {
    pub(crate) fn new(capacity: usize, method: Method) -> Self {
        let (reader, writer) = pipe(capacity);
        Self {
            reader,
            writer,
            method,
            capacity,
            written: 0,
            read: 0,
        }
    }

    /// Lets `offset` bytes pass, one by one.
    pub(crate) fn at(mut self, offset: usize) -> Self {
        for _ in 0..offset {
            self.write(1);
            self.read(1);
        }
        self
    }

    pub(crate) fn unread(&self) -> usize {
        self.written - self.read
    }

    /// Writes `n` bytes, and checks that as many as fit were written.
    pub(crate) fn write(&mut self, n: usize) {
        let bytes: Vec<u8> = (self.written..self.written + n).map(byte).collect();
        let expected = match min(n, self.capacity - self.unread()) {
            0 if n > 0 => Poll::Pending,
            fits => ready(fits),
        };
        assert_eq!(write_by(self.method, &mut self.writer, &bytes), expected);
        if let Poll::Ready(Ok(fits)) = expected {
            self.written += fits;
        }
        self.check_state();
    }

    /// Reads into `n` bytes, and checks that the next unread bytes were read.
    pub(crate) fn read(&mut self, n: usize) {
        let mut buf = vec![0; n];
        let expected = match min(n, self.unread()) {
            0 if n > 0 => Poll::Pending,
            unread => ready(unread),
        };
        assert_eq!(read_by(self.method, &mut self.reader, &mut buf), expected);
        if let Poll::Ready(Ok(unread)) = expected {
            let bytes: Vec<u8> = (self.read..self.read + unread).map(byte).collect();
            assert_eq!(buf[..unread], bytes);
            assert!(buf[unread..].iter().all(|&byte| byte == 0), "{buf:?}");
            self.read += unread;
        }
        self.check_state();
    }

    /// Checks what both halves report.
    fn check_state(&self) {
        let unread = self.unread();
        let (reader, writer) = (&self.reader, &self.writer);
        assert_eq!([reader.capacity(), writer.capacity()], [self.capacity; 2]);
        assert_eq!([reader.len(), writer.len()], [unread; 2]);
        assert_eq!([reader.is_empty(), writer.is_empty()], [unread == 0; 2]);
        let full = unread == self.capacity;
        assert_eq!([reader.is_full(), writer.is_full()], [full; 2]);
        assert_eq!([reader.is_closed(), writer.is_closed()], [false; 2]);
    }
}

fn write_by(method: Method, writer: &mut Writer, bytes: &[u8]) -> Outcome<usize> {
    match method {
        Method::Try => as_poll(writer.try_write(bytes)),
        Method::Poll | Method::FillBuf => CountingTask::new().write(writer, bytes),
        Method::Vectored => {
            let mut slices = vec![IoSlice::new(&[])];
            slices.extend(bytes.chunks(2).map(IoSlice::new));
            slices.insert(slices.len() / 2, IoSlice::new(&[]));
            CountingTask::new().write_vectored(writer, &slices)
        }
    }
}

fn read_by(method: Method, reader: &mut Reader, buf: &mut [u8]) -> Outcome<usize> {
    match method {
        Method::Try => as_poll(reader.try_read(buf)),
        Method::Poll => CountingTask::new().read(reader, buf),
        Method::Vectored => {
            let mut slices = vec![IoSliceMut::new(&mut [])];
            slices.extend(buf.chunks_mut(2).map(IoSliceMut::new));
            slices.insert(slices.len() / 2, IoSliceMut::new(&mut []));
            CountingTask::new().read_vectored(reader, &mut slices)
        }
        Method::FillBuf => fill_and_consume(reader, buf),
    }
}

/// Reads by `poll_fill_buf` and `consume`, twice if the bytes wrap.
fn fill_and_consume(reader: &mut Reader, buf: &mut [u8]) -> Outcome<usize> {
    let mut copied = 0;
    for _part in 0..2 {
        if copied == buf.len() {
            break;
        }
        let Poll::Ready(bytes) = CountingTask::new().fill_buf(reader) else {
            break;
        };
        let bytes = bytes?;
        let n = min(bytes.len(), buf.len() - copied);
        buf[copied..copied + n].copy_from_slice(&bytes[..n]);
        reader.consume(n);
        copied += n;
    }
    if copied == 0 && !buf.is_empty() {
        return Poll::Pending;
    }
    ready(copied)
}
