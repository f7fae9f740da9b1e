//! Makes the same calls of a pipe and of the model, and compares the results.

use core::pin::Pin;
use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};

use async_duplex::{AbortHandle, DuplexStream, Reader, Writer};
use futures::io::{AsyncBufRead, AsyncWrite};

use super::counting_waker::{as_poll, ready, to_kind, CountingTask, Outcome};
use super::model::{is_same, Byte, Model, ABORT_WITH, FINISH_WITH};
use super::op::{Call, Ending, Op, TASKS};
use super::panics::expect_panic;

pub(super) type Tasks = [CountingTask; TASKS];

/// A reader, or a stream that has one. Polls go through the traits, other calls to the reader.
pub(super) trait ReadEnd: AsyncBufRead + Unpin {
    fn half(&mut self) -> &mut Reader;
}

impl ReadEnd for Reader {
    fn half(&mut self) -> &mut Reader {
        self
    }
}

impl ReadEnd for DuplexStream {
    fn half(&mut self) -> &mut Reader {
        self.reader()
    }
}

pub(super) trait WriteEnd: AsyncWrite + Unpin {
    fn half(&mut self) -> &mut Writer;
}

impl WriteEnd for Writer {
    fn half(&mut self) -> &mut Writer {
        self
    }
}

impl WriteEnd for DuplexStream {
    fn half(&mut self) -> &mut Writer {
        self.writer()
    }
}

/// Makes a call of the model and of the pipe. Does nothing if the half has been dropped.
pub(super) fn step<R: ReadEnd, W: WriteEnd>(
    model: &mut Model,
    tasks: &Tasks,
    reader: &mut Option<R>,
    writer: &mut Option<W>,
    op: &Op,
) {
    if let Some(reader) = reader {
        step_reader(model, tasks, reader, op);
    }
    if let Some(writer) = writer {
        step_writer(model, tasks, writer, op);
    }
}

fn step_reader<R: ReadEnd>(model: &mut Model, tasks: &Tasks, reader: &mut R, op: &Op) {
    let task = &tasks[op.task];
    match op.call {
        Call::Read(len) => {
            let expected = model.read(Some(op.task), len);
            read(reader, &[len], expected, |reader, bufs| {
                task.read(reader, &mut bufs[0])
            });
        }
        Call::ReadVectored(lens) => {
            let expected = model.read(Some(op.task), lens.iter().sum());
            read(reader, &lens, expected, |reader, bufs| {
                let mut bufs: Vec<_> = bufs.iter_mut().map(|buf| IoSliceMut::new(buf)).collect();
                task.read_vectored(reader, &mut bufs)
            });
        }
        Call::TryRead(len) => {
            let expected = model.read(None, len);
            read(reader, &[len], expected, |reader, bufs| {
                as_poll(reader.half().try_read(&mut bufs[0]))
            });
        }
        Call::Peek(len) => {
            let expected = model.peek(len);
            read(reader, &[len], expected, |reader, bufs| {
                as_poll(reader.half().peek(&mut bufs[0]))
            });
        }
        Call::FillBuf => {
            let expected = model.readable(Some(op.task), 1);
            let lent = task.poll(|cx| Pin::new(reader).poll_fill_buf(cx));
            if let Poll::Ready(Ok(lent)) = &lent {
                model.check_lent(lent, false);
            }
            assert_eq!(to_kind(lent).map_ok(drop), expected.map_ok(drop));
        }
        Call::AsSlices => {
            let (front, back) = reader.half().as_slices();
            assert!(!front.is_empty() || back.is_empty());
            model.check_lent(&[front, back].concat(), true);
        }
        Call::Consume(n) => {
            let n = model.consumable(n);
            model.consume(n);
            Pin::new(reader).consume(n);
        }
        Call::ConsumeExactly(n) => match model.consume(n) {
            Some(true) => reader.half().consume(n),
            Some(false) => expect_panic(|| reader.half().consume(n)),
            None => {}
        },
        Call::Readable(min) => {
            let min = min.min(model.settings.capacity);
            let expected = model.readable(Some(op.task), min);
            let found = task.poll(|cx| reader.half().poll_readable(cx, min));
            assert_eq!(to_kind(found), expected);
        }
        Call::ReaderClosed => {
            let expected = model.reader_closed(op.task);
            let closed = task.poll(|cx| reader.half().poll_closed(cx));
            assert_eq!(closed, expected);
        }
        Call::EndReader(how) => {
            model.end_reader(how);
            match how {
                Ending::Abort => reader.half().abort(ABORT_WITH),
                _ => reader.half().close(),
            }
        }
        _ => {}
    }
}

fn step_writer<W: WriteEnd>(model: &mut Model, tasks: &Tasks, writer: &mut W, op: &Op) {
    let task = &tasks[op.task];
    match op.call {
        Call::Write(len) => {
            let bytes = model.make(len);
            let expected = model.write(Some(op.task), &bytes);
            assert_eq!(task.write(writer, &bytes), expected);
        }
        Call::WriteVectored(lens) => {
            let bytes = model.make(lens.iter().sum());
            let expected = model.write(Some(op.task), &bytes);
            let mut rest = &bytes[..];
            let bufs = lens.map(|len| {
                let (buf, after) = rest.split_at(len);
                rest = after;
                IoSlice::new(buf)
            });
            assert_eq!(task.write_vectored(writer, &bufs), expected);
        }
        Call::TryWrite(len) => {
            let bytes = model.make(len);
            let expected = model.write(None, &bytes);
            assert_eq!(as_poll(writer.half().try_write(&bytes)), expected);
        }
        Call::Spare { skip, len } => {
            spare(model, writer.half(), skip, len);
        }
        Call::Commit(n) => match model.commit(n) {
            true => writer.half().commit(n),
            false => expect_panic(|| writer.half().commit(n)),
        },
        Call::Send(len) => {
            let lent = spare(model, writer.half(), 0, len);
            let n = model.fitting(len, lent);
            assert!(model.commit(n));
            writer.half().commit(n);
        }
        Call::Writable(min) => {
            let min = min.min(model.settings.capacity);
            let expected = model.poll_writable(op.task, min);
            let found = task.poll(|cx| writer.half().poll_writable(cx, min));
            assert_eq!(to_kind(found), expected);
        }
        Call::Flush => {
            assert_eq!(task.flush(writer), ready(()));
        }
        Call::WriterClosed => {
            let expected = model.writer_closed(op.task);
            let closed = task.poll(|cx| writer.half().poll_closed(cx));
            assert_eq!(closed, expected);
        }
        Call::EndWriter(how) => {
            model.end_writer(how);
            match how {
                Ending::Abort => writer.half().abort(ABORT_WITH),
                Ending::FinishWith => writer.half().finish_with(FINISH_WITH),
                _ => assert_eq!(task.close(writer), ready(())),
            }
        }
        _ => {}
    }
}

/// Writes into the spare slices, and returns how many bytes were lent.
fn spare(model: &mut Model, writer: &mut Writer, skip: usize, len: usize) -> usize {
    let bytes = model.make(len);
    let (front, back) = writer.spare_slices();
    assert!(!front.is_empty() || back.is_empty());
    let lent = front.len() + back.len();
    model.lend_spare(lent, skip, &bytes);
    let places = front.iter_mut().chain(back).skip(skip);
    places.zip(&bytes).for_each(|(to, byte)| *to = *byte);
    lent
}

/// Calls `call` with buffers of `lens` bytes, and compares their contents after it.
fn read<R>(
    reader: &mut R,
    lens: &[usize],
    expected: Outcome<Vec<Byte>>,
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
    if let Poll::Ready(Ok(expected)) = &expected {
        assert!(is_same(expected, &got), "{got:?} in place of {expected:?}");
    }
    assert_eq!(outcome, expected.map_ok(|bytes| bytes.len()));
}

/// Compares what the halves report without a transfer.
pub(super) fn inspect<R: ReadEnd, W: WriteEnd>(
    model: &Model,
    reader: &mut Option<R>,
    writer: &mut Option<W>,
) {
    let capacity = model.settings.capacity;
    if let Some(reader) = reader {
        let (reader, len) = (reader.half(), model.unread());
        assert_eq!((reader.capacity(), reader.len()), (capacity, len));
        assert_eq!(
            (reader.is_empty(), reader.is_full()),
            (len == 0, len == capacity)
        );
        assert_eq!(reader.is_closed(), model.writer.closed);
    }
    if let Some(writer) = writer {
        let (writer, len) = (writer.half(), model.queue.len());
        assert_eq!((writer.capacity(), writer.len()), (capacity, len));
        assert_eq!(
            (writer.is_empty(), writer.is_full()),
            (len == 0, len == capacity)
        );
        assert_eq!(writer.is_closed(), model.reader.closed);
    }
}

/// Compares the number of wakes of each task, and how many slots have its waker.
pub(super) fn inspect_tasks(tasks: &Tasks, models: &[&Model]) {
    let halves = || {
        models
            .iter()
            .flat_map(|model| [&model.reader, &model.writer])
    };
    for (i, task) in tasks.iter().enumerate() {
        let wakes: usize = halves().map(|half| half.wakes[i]).sum();
        let retained = halves().filter(|half| half.waker == Some(i)).count();
        assert_eq!(
            task.state(),
            (wakes, retained),
            "wakes and wakers of task {i}"
        );
    }
}

/// A handle knows of an abort until all halves are gone.
pub(super) fn inspect_handle(handle: &AbortHandle, models: &[&Model], any_half: bool) {
    let was_cut = models.iter().any(|model| model.was_cut);
    assert_eq!(handle.is_aborted(), was_cut && any_half);
}

/// Reads the bytes that are left after the writer was dropped.
pub(super) fn drain<R: ReadEnd>(model: &mut Model, tasks: &Tasks, reader: &mut Option<R>) {
    let everything = model.settings.capacity;
    for call in [
        Call::AsSlices,
        Call::Consume(everything),
        Call::Read(1),
        Call::FillBuf,
        Call::TryRead(1),
        Call::ReaderClosed,
    ] {
        step(
            model,
            tasks,
            reader,
            &mut None::<Writer>,
            &Op { task: 0, call },
        );
    }
}
