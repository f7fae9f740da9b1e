//! A pipe that is compared with two counters at every step.

use core::cmp::min;
use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};

use async_duplex::{pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, Outcome};

/// One of the ways to read and write.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    Try,
    Poll,
    Vectored,
    FillBuf,
}

pub(crate) const WAYS: [Way; 4] = [Way::Try, Way::Poll, Way::Vectored, Way::FillBuf];

/// A pipe, and what it must have done so far.
///
/// Byte number `i` of the stream has the value `i % 251`: no power of two, so that a byte in the
/// wrong place is a wrong byte.
pub(crate) struct Modelled {
    reader: Reader,
    writer: Writer,
    way: Way,
    capacity: usize,
    written: usize,
    read: usize,
}

fn byte(number: usize) -> u8 {
    (number % 251) as u8
}

impl Modelled {
    pub(crate) fn new(capacity: usize, way: Way) -> Self {
        let (reader, writer) = pipe(capacity);
        Self {
            reader,
            writer,
            way,
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

    /// Offers `n` bytes, and checks that as many as fit were taken.
    pub(crate) fn write(&mut self, n: usize) {
        let bytes: Vec<u8> = (self.written..self.written + n).map(byte).collect();
        let expected = match min(n, self.capacity - self.unread()) {
            0 if n > 0 => Poll::Pending,
            fits => ready(fits),
        };
        assert_eq!(write_by(self.way, &mut self.writer, &bytes), expected);
        if let Poll::Ready(Ok(fits)) = expected {
            self.written += fits;
        }
        self.check_state();
    }

    /// Asks for `n` bytes, and checks that the next ones came, as many as there were.
    pub(crate) fn read(&mut self, n: usize) {
        let mut buf = vec![0; n];
        let expected = match min(n, self.unread()) {
            0 if n > 0 => Poll::Pending,
            there => ready(there),
        };
        assert_eq!(read_by(self.way, &mut self.reader, &mut buf), expected);
        if let Poll::Ready(Ok(there)) = expected {
            let bytes: Vec<u8> = (self.read..self.read + there).map(byte).collect();
            assert_eq!(buf[..there], bytes);
            assert!(buf[there..].iter().all(|&byte| byte == 0), "{buf:?}");
            self.read += there;
        }
        self.check_state();
    }

    /// Checks what both halves say of the pipe.
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

fn write_by(way: Way, writer: &mut Writer, bytes: &[u8]) -> Outcome<usize> {
    match way {
        Way::Try => as_poll(writer.try_write(bytes)),
        Way::Poll | Way::FillBuf => CountingTask::new().write(writer, bytes),
        Way::Vectored => {
            let mut slices = vec![IoSlice::new(&[])];
            slices.extend(bytes.chunks(2).map(IoSlice::new));
            slices.insert(slices.len() / 2, IoSlice::new(&[]));
            CountingTask::new().write_vectored(writer, &slices)
        }
    }
}

fn read_by(way: Way, reader: &mut Reader, buf: &mut [u8]) -> Outcome<usize> {
    match way {
        Way::Try => as_poll(reader.try_read(buf)),
        Way::Poll => CountingTask::new().read(reader, buf),
        Way::Vectored => {
            let mut slices = vec![IoSliceMut::new(&mut [])];
            slices.extend(buf.chunks_mut(2).map(IoSliceMut::new));
            slices.insert(slices.len() / 2, IoSliceMut::new(&mut []));
            CountingTask::new().read_vectored(reader, &mut slices)
        }
        Way::FillBuf => fill_and_consume(reader, buf),
    }
}

/// Reads through `poll_fill_buf` and `consume`, which lend what wraps in two parts.
fn fill_and_consume(reader: &mut Reader, buf: &mut [u8]) -> Outcome<usize> {
    let mut copied = 0;
    for _part in 0..2 {
        if copied == buf.len() {
            break;
        }
        let Poll::Ready(lent) = CountingTask::new().fill_buf(reader) else {
            break;
        };
        let lent = lent?;
        let n = min(lent.len(), buf.len() - copied);
        buf[copied..copied + n].copy_from_slice(&lent[..n]);
        reader.consume(n);
        copied += n;
    }
    if copied == 0 && !buf.is_empty() {
        return Poll::Pending;
    }
    ready(copied)
}
