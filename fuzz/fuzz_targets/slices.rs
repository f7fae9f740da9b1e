//! Bytes that are moved in place: `spare_slices` and `commit`, `as_slices`, `peek`, `fill_buf` and
//! `consume`, among plain reads and writes and every way to end a stream, compared with a model.
//!
//! The model is a queue of bytes, the bytes that the caller left in the slices that were lent last,
//! and what each half finds when the stream has ended.

#![no_main]

mod support;

use core::task::Poll;
use std::collections::VecDeque;
use std::io::{ErrorKind, Result};

use async_duplex::{pipe, Reader, Writer};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use support::counting_waker::{as_poll, CountingTask, Outcome};
use support::data::byte;
use support::panics::{self, expect_panic};
use support::sizes::{Capacity, Len, Rarely};

#[derive(Debug, Arbitrary)]
struct Input {
    capacity: Capacity,
    ops: Vec<Op>,
}

#[derive(Debug, Arbitrary)]
enum Op {
    /// Borrows the free space, and writes `len` bytes after the first `skip`, as far as they fit.
    Spare {
        skip: Len,
        len: Len,
    },
    Commit(Len),
    TryWrite(Len),
    Writable(Len),
    AsSlices,
    Peek(Len),
    TryRead(Len),
    FillBuf,
    Consume(Len),
    End(Rarely, End),
}

#[derive(Debug, Arbitrary)]
enum End {
    Finish,
    FinishWith,
    AbortWriter,
    DropWriter,
    CloseReader,
    AbortReader,
    DropReader,
    Cut,
}

/// A byte that was sent. `None` is a byte that was committed and never written.
type Byte = Option<u8>;

/// What a half finds at the end: the reader `Ok(0)` or an error, the writer an error.
type Ended = std::result::Result<(), ErrorKind>;

struct Model {
    capacity: usize,
    unread: VecDeque<Byte>,
    /// What is in the slices that `spare_slices` lent last, without what has been committed.
    lent: VecDeque<Byte>,
    /// How many bytes were made, to make the next ones.
    made: usize,
    reader_finds: Option<Ended>,
    writer_finds: Option<Ended>,
    /// Whether the reader has ended the stream itself.
    reader_ended: bool,
    writer_ended: bool,
    reader_aborted: bool,
}

impl Model {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            unread: VecDeque::new(),
            lent: VecDeque::new(),
            made: 0,
            reader_finds: None,
            writer_finds: None,
            reader_ended: false,
            writer_ended: false,
            reader_aborted: false,
        }
    }

    fn make(&mut self, len: usize) -> Vec<u8> {
        self.made += len;
        (self.made - len..self.made).map(byte).collect()
    }

    /// How many bytes the writer can send.
    fn free(&self) -> usize {
        match self.writer_finds {
            None => self.capacity - self.unread.len(),
            Some(_) => 0,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Outcome<usize> {
        if let Some(Err(kind)) = self.writer_finds {
            return Poll::Ready(Err(kind));
        }
        let n = bytes.len().min(self.free());
        if n == 0 && !bytes.is_empty() {
            return Poll::Pending;
        }
        if n > 0 {
            self.lent.clear();
        }
        self.unread.extend(bytes[..n].iter().copied().map(Some));
        Poll::Ready(Ok(n))
    }

    fn writable(&self, min: usize) -> Outcome<usize> {
        match self.writer_finds {
            Some(Err(kind)) => Poll::Ready(Err(kind)),
            _ if self.free() < min => Poll::Pending,
            _ => Poll::Ready(Ok(self.free())),
        }
    }

    /// Returns whether a commit panics, or `None` if that is not specified.
    fn commit(&mut self, n: usize) -> Option<bool> {
        if n == 0 {
            return Some(false);
        }
        // Likewise, bytes that were lent before a cut.
        if self.writer_finds == Some(Err(CUT)) {
            return None;
        }
        if self.writer_finds.is_some() && !self.writer_ended {
            // The reader has gone, and the bytes are discarded, as far as they were lent before.
            let is_specified = !self.reader_aborted && n <= self.lent.len();
            return is_specified.then(|| {
                self.lent.drain(..n);
                false
            });
        }
        if n > self.free() {
            return Some(true);
        }
        for _ in 0..n {
            self.unread.push_back(self.lent.pop_front().flatten());
        }
        Some(false)
    }

    /// How many of `len` bytes a read returns.
    fn read(&self, len: usize) -> Outcome<usize> {
        match self.reader_finds {
            _ if len == 0 => Poll::Ready(Ok(0)),
            _ if !self.unread.is_empty() => Poll::Ready(Ok(len.min(self.unread.len()))),
            None => Poll::Pending,
            Some(end) => Poll::Ready(end.map(|()| 0)),
        }
    }

    fn check_unread(&self, got: &[u8]) {
        assert!(got.len() <= self.unread.len());
        for (i, (sent, got)) in self.unread.iter().zip(got).enumerate() {
            assert!(sent.is_none_or(|sent| sent == *got), "unread byte {i}");
        }
    }

    /// The first ending stands, for each half.
    fn end(&mut self, end: &End) {
        const BROKEN: Ended = Err(ErrorKind::BrokenPipe);
        let was_open = self.reader_finds.is_none();
        match end {
            End::Finish | End::DropWriter => {
                self.reader_finds.get_or_insert(Ok(()));
                self.writer_finds.get_or_insert(BROKEN);
                self.writer_ended = true;
            }
            End::FinishWith => {
                self.reader_finds.get_or_insert(Err(FINISHED_WITH));
                self.writer_finds.get_or_insert(BROKEN);
                self.writer_ended = true;
            }
            End::AbortWriter => {
                if was_open {
                    self.unread.clear();
                }
                self.reader_finds.get_or_insert(Err(ABORTED));
                self.writer_finds.get_or_insert(BROKEN);
                self.writer_ended = true;
            }
            End::CloseReader | End::DropReader => {
                self.reader_finds.get_or_insert(Ok(()));
                self.writer_finds.get_or_insert(BROKEN);
                self.reader_ended = true;
            }
            End::AbortReader => {
                if !self.reader_ended {
                    self.unread.clear();
                    self.reader_aborted = true;
                }
                self.reader_finds.get_or_insert(Ok(()));
                self.writer_finds.get_or_insert(Err(ABORTED));
                self.reader_ended = true;
            }
            End::Cut => {
                if was_open {
                    self.unread.clear();
                }
                self.reader_finds.get_or_insert(Err(CUT));
                self.writer_finds.get_or_insert(Err(CUT));
            }
        }
    }
}

const FINISHED_WITH: ErrorKind = ErrorKind::UnexpectedEof;
const ABORTED: ErrorKind = ErrorKind::ConnectionReset;
const CUT: ErrorKind = ErrorKind::TimedOut;

fn end(reader: &mut Option<Reader>, writer: &mut Option<Writer>, model: &mut Model, end: &End) {
    match (end, reader.as_mut(), writer.as_mut()) {
        (End::Finish, _, Some(writer)) => writer.finish(),
        (End::FinishWith, _, Some(writer)) => writer.finish_with(FINISHED_WITH),
        (End::AbortWriter, _, Some(writer)) => writer.abort(ABORTED),
        (End::DropWriter, _, Some(_)) => *writer = None,
        (End::CloseReader, Some(reader), _) => reader.close(),
        (End::AbortReader, Some(reader), _) => reader.abort(ABORTED),
        (End::DropReader, Some(_), _) => *reader = None,
        (End::Cut, Some(reader), _) => reader.abort_handle().abort(CUT),
        (End::Cut, _, Some(writer)) => writer.abort_handle().abort(CUT),
        _ => return,
    }
    model.end(end);
}

fn write(writer: &mut Writer, model: &mut Model, op: &Op) {
    match *op {
        Op::Spare { skip, len } => {
            let (front, back) = writer.spare_slices();
            let free = model.free();
            assert_eq!(front.len() + back.len(), free);
            assert!(!front.is_empty() || back.is_empty());
            let start = skip.0.min(free);
            let made = model.make(len.0.min(free - start));
            model.lent = VecDeque::from(vec![None; free]);
            let spare = front.iter_mut().chain(back);
            for ((to, lent), byte) in spare.zip(&mut model.lent).skip(start).zip(made) {
                *to = byte;
                *lent = Some(byte);
            }
        }
        Op::Commit(n) => match model.commit(n.0) {
            Some(true) => expect_panic(|| writer.commit(n.0)),
            Some(false) => writer.commit(n.0),
            None => {}
        },
        Op::TryWrite(len) => {
            let bytes = model.make(len.0);
            assert_eq!(as_poll(writer.try_write(&bytes)), model.write(&bytes));
        }
        Op::Writable(min) => {
            let min = min.0.min(model.capacity);
            let found = CountingTask::new().poll(|cx| writer.poll_writable(cx, min));
            assert_eq!(found.map_err(|error| error.kind()), model.writable(min));
        }
        _ => {}
    }
}

fn read(reader: &mut Reader, model: &mut Model, op: &Op) {
    match *op {
        Op::AsSlices => {
            let (front, back) = reader.as_slices();
            assert_eq!(front.len() + back.len(), model.unread.len());
            assert!(!front.is_empty() || back.is_empty());
            model.check_unread(&[front, back].concat());
        }
        Op::Peek(len) => copy_out(model, len, |buf| reader.peek(buf)),
        Op::TryRead(len) => {
            let expected = model.read(len.0);
            copy_out(model, len, |buf| reader.try_read(buf));
            if let Poll::Ready(Ok(n)) = expected {
                model.unread.drain(..n);
            }
        }
        Op::FillBuf => {
            let filled = CountingTask::new().fill_buf(reader);
            if let Poll::Ready(Ok(bytes)) = &filled {
                model.check_unread(bytes);
            }
            let any = filled.map_ok(|bytes| usize::from(!bytes.is_empty()));
            assert_eq!(any, model.read(1));
        }
        // Bytes that were lent before an abort can be consumed after it, or may be gone.
        Op::Consume(_) if matches!(model.reader_finds, Some(Err(ABORTED | CUT))) => {}
        Op::Consume(n) => {
            if n.0 > model.unread.len() {
                expect_panic(|| reader.consume(n.0));
            } else {
                reader.consume(n.0);
                model.unread.drain(..n.0);
            }
        }
        _ => {}
    }
}

/// Compares what `call` copies into a buffer of `len` bytes.
fn copy_out(model: &Model, len: Len, call: impl FnOnce(&mut [u8]) -> Result<usize>) {
    const UNTOUCHED: u8 = 0xa5;
    let mut buf = vec![UNTOUCHED; len.0];
    let outcome = as_poll(call(&mut buf));
    assert_eq!(outcome, model.read(len.0));
    let (got, rest) = match outcome {
        Poll::Ready(Ok(n)) => buf.split_at(n),
        _ => buf.split_at(0),
    };
    model.check_unread(got);
    assert!(rest.iter().all(|&byte| byte == UNTOUCHED));
}

fuzz_target!(init: panics::install(), |input: Input| {
    let mut model = Model::new(input.capacity.0);
    let (reader, writer) = pipe(input.capacity.0);
    let (mut reader, mut writer) = (Some(reader), Some(writer));
    for op in &input.ops {
        if let Op::End(Rarely(true), how) = op {
            end(&mut reader, &mut writer, &mut model, how);
        }
        if let Some(writer) = &mut writer {
            write(writer, &mut model, op);
        }
        if let Some(reader) = &mut reader {
            read(reader, &mut model, op);
            assert_eq!(reader.len(), model.unread.len());
        }
    }
});
