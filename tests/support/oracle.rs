//! What a pipe must do, said so plainly that it is obviously right, and a machine that does the same
//! to a real pipe and to this model, step by step, and compares.
//!
//! The model is a queue of bytes, and for each half a closed flag and what it waits for. It knows
//! what every call returns, and also whom it wakes: not only that a parked side is woken when it has
//! to be, but that nobody else ever is.
//!
//! `tests/oracle.rs` and the fuzz target both feed it.

#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::sync::Arc;
use std::task::Wake;

use async_duplex::{duplex, pipe, DuplexStream, Reader, Writer};
use futures_io::{AsyncBufRead, AsyncWrite};

/// One call to one half of a pipe. A poll is made on behalf of one of a few tasks; `Consume` takes
/// `n` bytes, but no more than `FillBuf` has lent.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Read { task: usize, len: usize },
    ReadVectored { task: usize, lens: [usize; 3] },
    TryRead { len: usize },
    FillBuf { task: usize },
    Consume { n: usize },
    ReaderClosed { task: usize },
    CloseReader,
    DropReader,
    Write { task: usize, len: usize },
    WriteVectored { task: usize, lens: [usize; 3] },
    TryWrite { len: usize },
    Flush { task: usize },
    WriterClosed { task: usize },
    CloseWriter { task: usize },
    DropWriter,
}

impl Op {
    /// The operation that four random bytes stand for. Most transfers are of a few bytes, and few
    /// operations are final, so that random schedules live for a while.
    pub(crate) fn from_bytes([kind, task, a, b]: [u8; 4]) -> Self {
        let len = |byte: u8| match usize::from(byte) {
            byte @ 0..=219 => byte % 11,
            byte => (byte - 219) * 10,
        };
        let lens = [len(a), len(b), usize::from(task >> 4)];
        let (task, len) = (usize::from(task) % TASKS, len(a));
        match kind {
            0..=39 => Self::Read { task, len },
            40..=69 => Self::ReadVectored { task, lens },
            70..=94 => Self::FillBuf { task },
            95..=114 => Self::Consume { n: len },
            115..=129 => Self::TryRead { len },
            130..=169 => Self::Write { task, len },
            170..=199 => Self::WriteVectored { task, lens },
            200..=219 => Self::TryWrite { len },
            220..=225 => Self::Flush { task },
            226..=238 => Self::ReaderClosed { task },
            239..=251 => Self::WriterClosed { task },
            252 => Self::CloseReader,
            253 => Self::CloseWriter { task },
            254 => Self::DropReader,
            255 => Self::DropWriter,
        }
    }
}

/// Runs `ops` on a pipe of `capacity` bytes, then closes it and drains it.
pub(crate) fn run(capacity: usize, ops: &[Op]) {
    let tasks = Tasks::new();
    let mut model = Model::new(capacity);
    let (reader, writer) = pipe(capacity);
    let (mut reader, mut writer) = (Some(reader), Some(writer));
    for op in ops {
        match op {
            Op::DropReader => {
                if reader.take().is_some() {
                    model.drop_reader();
                }
            }
            Op::DropWriter => {
                if writer.take().is_some() {
                    model.drop_writer();
                }
            }
            op => step(&mut model, &tasks, &mut reader, &mut writer, op),
        }
        inspect(&model, &mut reader, &mut writer);
        tasks.check(&[&model]);
    }
    if writer.take().is_some() {
        model.drop_writer();
    }
    drain(&mut model, &tasks, &mut reader);
    tasks.check(&[&model]);
    if reader.take().is_some() {
        model.drop_reader();
    }
    tasks.check(&[&model]);
    tasks.check_all_released();
}

/// Runs `ops` on the two directions of a pair of streams, each on the one that it comes with. To
/// drop a half here is to drop the stream that it belongs to, and with it a half of the other
/// direction.
pub(crate) fn run_duplex(capacity: usize, ops: &[(Direction, Op)]) {
    let tasks = Tasks::new();
    let mut models = [Model::new(capacity), Model::new(capacity)];
    let (left, right) = duplex(capacity);
    let mut streams = [Some(left), Some(right)];
    for (direction, op) in ops {
        // Each direction is named by the stream that writes to it.
        let side = *direction as usize;
        match op {
            Op::DropReader => hang_up(&mut streams, &mut models, 1 - side),
            Op::DropWriter => hang_up(&mut streams, &mut models, side),
            op => {
                let (writer, reader) = ends(&mut streams, side);
                step(&mut models[side], &tasks, reader, writer, op);
            }
        }
        for (side, model) in models.iter().enumerate() {
            let (writer, reader) = ends(&mut streams, side);
            inspect(model, reader, writer);
        }
        tasks.check(&[&models[0], &models[1]]);
    }
    hang_up(&mut streams, &mut models, 0);
    drain(&mut models[0], &tasks, &mut streams[1]);
    hang_up(&mut streams, &mut models, 1);
    tasks.check(&[&models[0], &models[1]]);
    tasks.check_all_released();
}

/// Drops a stream, and so closes both directions.
fn hang_up(streams: &mut [Option<DuplexStream>; 2], models: &mut [Model; 2], side: usize) {
    if streams[side].take().is_some() {
        models[side].drop_writer();
        models[1 - side].drop_reader();
    }
}

/// Which way the bytes go.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    LeftToRight,
    RightToLeft,
}

/// The writing and the reading end of the direction that `streams[side]` writes to.
fn ends<T>(streams: &mut [T; 2], side: usize) -> (&mut T, &mut T) {
    let [left, right] = streams;
    if side == 0 {
        (left, right)
    } else {
        (right, left)
    }
}

/// The half that reads, whatever it is a part of. Polls go through the traits, the rest to the half.
trait ReadEnd: AsyncBufRead + Unpin {
    fn half(&mut self) -> &mut Reader;
}

impl ReadEnd for Reader {
    fn half(&mut self) -> &mut Reader {
        self
    }
}

impl ReadEnd for DuplexStream {
    fn half(&mut self) -> &mut Reader {
        self.split().0
    }
}

trait WriteEnd: AsyncWrite + Unpin {
    fn half(&mut self) -> &mut Writer;
}

impl WriteEnd for Writer {
    fn half(&mut self) -> &mut Writer {
        self
    }
}

impl WriteEnd for DuplexStream {
    fn half(&mut self) -> &mut Writer {
        self.split().1
    }
}

/// Does one operation to the model and to the real thing. On a half that is gone it does nothing.
fn step<R: ReadEnd, W: WriteEnd>(
    model: &mut Model,
    tasks: &Tasks,
    reader: &mut Option<R>,
    writer: &mut Option<W>,
    op: &Op,
) {
    match (op, reader, writer) {
        (Op::Read { task, len }, Some(reader), _) => {
            let expected = model.read(Some(*task), *len);
            let waker = tasks.waker(*task);
            read(reader, &[*len], expected, |reader, bufs| {
                let cx = &mut Context::from_waker(&waker);
                polled(Pin::new(reader).poll_read(cx, &mut bufs[0]))
            });
        }
        (Op::ReadVectored { task, lens }, Some(reader), _) => {
            let expected = model.read(Some(*task), lens.iter().sum());
            let waker = tasks.waker(*task);
            read(reader, lens, expected, |reader, bufs| {
                let cx = &mut Context::from_waker(&waker);
                let mut bufs: Vec<_> = bufs.iter_mut().map(|buf| IoSliceMut::new(buf)).collect();
                polled(Pin::new(reader).poll_read_vectored(cx, &mut bufs))
            });
        }
        (Op::TryRead { len }, Some(reader), _) => {
            let expected = model.read(None, *len);
            read(reader, &[*len], expected, |reader, bufs| {
                tried(reader.half().try_read(&mut bufs[0]))
            });
        }
        (Op::FillBuf { task }, Some(reader), _) => {
            let expected = model.fill_buf(*task);
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            match Pin::new(reader).poll_fill_buf(cx) {
                Poll::Ready(lent) => model.lend(expected, lent.unwrap()),
                Poll::Pending => assert_eq!(expected, Poll::Pending),
            }
        }
        (Op::Consume { n }, Some(reader), _) => {
            let n = model.consume(*n);
            Pin::new(reader).consume(n);
        }
        (Op::ReaderClosed { task }, Some(reader), _) => {
            let expected = model.reader_closed(*task);
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            let mut closed = reader.half().closed();
            assert_eq!(Pin::new(&mut closed).poll(cx), expected);
        }
        (Op::CloseReader, Some(reader), _) => {
            model.close_reader();
            reader.half().close();
        }
        (Op::Write { task, len }, _, Some(writer)) => {
            let bytes = model.to_send(*len);
            let expected = model.write(Some(*task), &bytes);
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            assert_eq!(polled(Pin::new(writer).poll_write(cx, &bytes)), expected);
        }
        (Op::WriteVectored { task, lens }, _, Some(writer)) => {
            let bytes = model.to_send(lens.iter().sum());
            let expected = model.write(Some(*task), &bytes);
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            let mut rest = &bytes[..];
            let bufs = lens.map(|len| {
                let (buf, after) = rest.split_at(len);
                rest = after;
                IoSlice::new(buf)
            });
            let written = Pin::new(writer).poll_write_vectored(cx, &bufs);
            assert_eq!(polled(written), expected);
        }
        (Op::TryWrite { len }, _, Some(writer)) => {
            let bytes = model.to_send(*len);
            let expected = model.write(None, &bytes);
            assert_eq!(tried(writer.half().try_write(&bytes)), expected);
        }
        (Op::Flush { task }, _, Some(writer)) => {
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            let flushed = Pin::new(writer).poll_flush(cx);
            assert_eq!(polled(flushed), Poll::Ready(Ok(())));
        }
        (Op::WriterClosed { task }, _, Some(writer)) => {
            let expected = model.writer_closed(*task);
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            let mut closed = writer.half().closed();
            assert_eq!(Pin::new(&mut closed).poll(cx), expected);
        }
        (Op::CloseWriter { task }, _, Some(writer)) => {
            model.close_writer();
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            let closed = Pin::new(writer).poll_close(cx);
            assert_eq!(polled(closed), Poll::Ready(Ok(())));
        }
        (Op::DropReader | Op::DropWriter, ..) => unreachable!("the caller knows what to drop"),
        _ => {}
    }
}

/// What a call returns, with errors reduced to their kinds.
type Outcome<T> = Poll<Result<T, ErrorKind>>;

fn polled<T>(outcome: Poll<io::Result<T>>) -> Outcome<T> {
    outcome.map_err(|error| error.kind())
}

/// A `try_*` call is `WouldBlock` where a poll is `Pending`.
fn tried<T>(result: io::Result<T>) -> Outcome<T> {
    match result.map_err(|error| error.kind()) {
        Err(ErrorKind::WouldBlock) => Poll::Pending,
        result => Poll::Ready(result),
    }
}

/// Calls `call` with buffers of `lens`, and compares what it leaves in them.
fn read<R>(
    reader: &mut R,
    lens: &[usize],
    expected: Outcome<Vec<u8>>,
    call: impl FnOnce(&mut R, &mut [Vec<u8>]) -> Outcome<usize>,
) {
    const UNTOUCHED: u8 = 0xa5;
    let mut bufs: Vec<_> = lens.iter().map(|&len| vec![UNTOUCHED; len]).collect();
    let outcome = call(reader, &mut bufs);
    let mut got = bufs.concat();
    let rest = match outcome {
        Poll::Ready(Ok(n)) => got.split_off(n),
        _ => got.clone(),
    };
    assert!(rest.iter().all(|&byte| byte == UNTOUCHED));
    assert_eq!(outcome.map_ok(|_| got), expected);
}

/// Compares what can be seen without a transfer.
fn inspect<R: ReadEnd, W: WriteEnd>(model: &Model, reader: &mut Option<R>, writer: &mut Option<W>) {
    let (len, capacity) = (model.queue.len(), model.capacity);
    if let Some(reader) = reader {
        let reader = reader.half();
        assert_eq!(reader.capacity(), capacity);
        assert_eq!(reader.len(), len);
        assert_eq!(reader.is_empty(), len == 0);
        assert_eq!(reader.is_full(), len == capacity);
        assert_eq!(reader.is_closed(), model.writer.closed);
    }
    if let Some(writer) = writer {
        let writer = writer.half();
        assert_eq!(writer.capacity(), capacity);
        assert_eq!(writer.len(), len);
        assert_eq!(writer.is_empty(), len == 0);
        assert_eq!(writer.is_full(), len == capacity);
        assert_eq!(writer.is_closed(), model.reader.closed);
    }
}

/// Reads what is left after the writer has gone. What is contiguous is lent as one slice, so that
/// two are enough for everything.
fn drain<R: ReadEnd>(model: &mut Model, tasks: &Tasks, reader: &mut Option<R>) {
    if reader.is_none() {
        return;
    }
    let everything = model.capacity;
    for op in [
        Op::FillBuf { task: 0 },
        Op::Consume { n: everything },
        Op::FillBuf { task: 0 },
        Op::Consume { n: everything },
    ] {
        step(model, tasks, reader, &mut None::<Writer>, &op);
    }
    assert!(model.queue.is_empty(), "two slices were not everything");
    for op in [
        Op::Read { task: 0, len: 1 },
        Op::FillBuf { task: 0 },
        Op::TryRead { len: 1 },
        Op::ReaderClosed { task: 0 },
    ] {
        step(model, tasks, reader, &mut None::<Writer>, &op);
    }
}

/// How many tasks there are to poll on behalf of. Any of them may poll either half.
const TASKS: usize = 3;

/// A waker that counts.
#[derive(Default)]
struct Task {
    wakes: AtomicUsize,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
    }
}

struct Tasks([Arc<Task>; TASKS]);

impl Tasks {
    fn new() -> Self {
        Self(Default::default())
    }

    fn waker(&self, task: usize) -> Waker {
        Waker::from(Arc::clone(&self.0[task]))
    }

    /// Each task has been woken as often as the models say, and its waker is kept nowhere but by
    /// the halves whose latest waker it is.
    fn check(&self, models: &[&Model]) {
        let halves = || {
            models
                .iter()
                .flat_map(|model| [&model.reader, &model.writer])
        };
        for (i, task) in self.0.iter().enumerate() {
            let expected: usize = halves().map(|half| half.wakes[i]).sum();
            let woken = task.wakes.load(Ordering::Relaxed);
            assert_eq!(woken, expected, "wakes of task {i}");

            let kept = halves().filter(|half| half.latest == Some(i)).count();
            assert!(Arc::strong_count(task) <= 1 + kept, "a waker is kept");
        }
    }

    fn check_all_released(&self) {
        for task in &self.0 {
            assert_eq!(Arc::strong_count(task), 1, "a waker has leaked");
        }
    }
}

/// A direction.
struct Model {
    capacity: usize,
    queue: VecDeque<u8>,
    /// How many bytes were ever written.
    sent: usize,
    /// How many bytes of what `fill_buf` lent last are still there.
    lent: usize,
    reader: Half,
    writer: Half,
}

/// What the model knows of a half.
#[derive(Default)]
struct Half {
    closed: bool,
    /// The task that polled last and got `Pending`, until it is woken: the one waker that a half
    /// remembers, whatever it was given for.
    latest: Option<usize>,
    /// A transfer was `Pending`, and the other half has made no progress since.
    awaits_progress: bool,
    /// `closed()` was `Pending`.
    awaits_close: bool,
    /// How often each task had to be woken.
    wakes: [usize; TASKS],
}

impl Half {
    fn park<T>(&mut self, task: Option<usize>) -> Poll<T> {
        if task.is_some() {
            self.latest = task;
            self.awaits_progress = true;
        }
        Poll::Pending
    }

    fn wake(&mut self) {
        self.awaits_progress = false;
        if let Some(task) = self.latest.take() {
            self.wakes[task] += 1;
        }
    }

    /// The other half has moved bytes.
    fn progress(&mut self) {
        if self.awaits_progress {
            self.wake();
        }
    }

    /// The other half has closed.
    fn hang_up(&mut self) {
        if self.awaits_progress || self.awaits_close {
            self.wake();
        }
    }

    fn poll_closed(&mut self, task: usize, other: &Half) -> Poll<()> {
        if other.closed {
            return Poll::Ready(());
        }
        self.latest = Some(task);
        self.awaits_close = true;
        Poll::Pending
    }

    fn close(&mut self, other: &mut Half) {
        if !self.closed {
            self.closed = true;
            other.hang_up();
        }
    }
}

impl Model {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            queue: VecDeque::new(),
            sent: 0,
            lent: 0,
            reader: Half::default(),
            writer: Half::default(),
        }
    }

    /// The next `len` bytes of a sequence in which no shift or swap goes unnoticed.
    fn to_send(&self, len: usize) -> Vec<u8> {
        (self.sent..self.sent + len)
            .map(|i| ((i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
            .collect()
    }

    fn read(&mut self, task: Option<usize>, len: usize) -> Outcome<Vec<u8>> {
        let n = len.min(self.queue.len());
        let is_over = self.reader.closed || self.writer.closed;
        if n == 0 && len > 0 && !is_over {
            return self.reader.park(task);
        }
        Poll::Ready(Ok(self.take(n)))
    }

    /// Whether `fill_buf` has an answer.
    fn fill_buf(&mut self, task: usize) -> Poll<()> {
        if self.queue.is_empty() && !self.reader.closed && !self.writer.closed {
            return self.reader.park(Some(task));
        }
        Poll::Ready(())
    }

    /// Compares what `fill_buf` returned. How much of the queue it is depends on where that wraps;
    /// something it must be.
    fn lend(&mut self, expected: Poll<()>, lent: &[u8]) {
        assert_eq!(Poll::Ready(()), expected);
        assert_eq!(lent.is_empty(), self.queue.is_empty());
        assert!(self.queue.iter().zip(lent).all(|(a, b)| a == b));
        assert!(lent.len() <= self.queue.len());
        self.lent = lent.len();
    }

    /// Consumes `n` bytes, but no more than were lent, and returns how many.
    fn consume(&mut self, n: usize) -> usize {
        self.take(n.min(self.lent)).len()
    }

    fn take(&mut self, n: usize) -> Vec<u8> {
        if n > 0 {
            self.writer.progress();
        }
        self.lent = self.lent.saturating_sub(n);
        self.queue.drain(..n).collect()
    }

    fn write(&mut self, task: Option<usize>, bytes: &[u8]) -> Outcome<usize> {
        if self.reader.closed || self.writer.closed {
            return Poll::Ready(Err(ErrorKind::BrokenPipe));
        }
        let n = bytes.len().min(self.capacity - self.queue.len());
        if n == 0 && !bytes.is_empty() {
            return self.writer.park(task);
        }
        self.queue.extend(&bytes[..n]);
        self.sent += n;
        if n > 0 {
            self.reader.progress();
        }
        Poll::Ready(Ok(n))
    }

    fn reader_closed(&mut self, task: usize) -> Poll<()> {
        self.reader.poll_closed(task, &self.writer)
    }

    fn writer_closed(&mut self, task: usize) -> Poll<()> {
        self.writer.poll_closed(task, &self.reader)
    }

    fn close_reader(&mut self) {
        self.reader.close(&mut self.writer);
    }

    fn close_writer(&mut self) {
        self.writer.close(&mut self.reader);
    }

    fn drop_reader(&mut self) {
        self.reader.latest = None;
        self.close_reader();
    }

    fn drop_writer(&mut self) {
        self.writer.latest = None;
        self.close_writer();
    }
}
