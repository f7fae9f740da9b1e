//! Makes the same calls of a pipe and of the model, and compares the results.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};

use async_duplex::{DuplexStream, Reader, Writer};
use futures_io::{AsyncBufRead, AsyncWrite};

use super::model::{Model, Outcome};
use super::op::Op;
use super::tasks::Tasks;

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
                as_poll(reader.half().try_read(&mut bufs[0]))
            });
        }
        (Op::FillBuf { task }, Some(reader), _) => {
            let expected = model.fill_buf(*task);
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            match Pin::new(reader).poll_fill_buf(cx) {
                Poll::Ready(lent) => model.check_filled(expected, lent.unwrap()),
                Poll::Pending => assert_eq!(expected, Poll::Pending),
            }
        }
        (Op::Readable { task, min }, Some(reader), _) => {
            let min = (*min).min(model.capacity);
            let expected = model.readable(*task, min);
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            let found = reader.half().poll_readable(cx, min);
            assert_eq!(polled(found), expected);
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
            assert_eq!(as_poll(writer.half().try_write(&bytes)), expected);
        }
        (Op::Writable { task, min }, _, Some(writer)) => {
            let min = (*min).min(model.capacity);
            let expected = model.writable(*task, min);
            let waker = tasks.waker(*task);
            let cx = &mut Context::from_waker(&waker);
            let found = writer.half().poll_writable(cx, min);
            assert_eq!(polled(found), expected);
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
        (Op::DropReader | Op::DropWriter, ..) => unreachable!("the caller drops halves"),
        _ => {}
    }
}

fn polled<T>(outcome: Poll<io::Result<T>>) -> Outcome<T> {
    outcome.map_err(|error| error.kind())
}

/// The result of a `try_*` call as that of a poll: `WouldBlock` is `Pending`.
fn as_poll<T>(result: io::Result<T>) -> Outcome<T> {
    match result.map_err(|error| error.kind()) {
        Err(ErrorKind::WouldBlock) => Poll::Pending,
        result => Poll::Ready(result),
    }
}

/// Calls `call` with buffers of `lens` bytes, and compares their contents after it.
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

/// Compares what the halves report without a transfer.
pub(super) fn inspect<R: ReadEnd, W: WriteEnd>(
    model: &Model,
    reader: &mut Option<R>,
    writer: &mut Option<W>,
) {
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

/// Reads the bytes that are left after the writer was dropped. They wrap at most once, so two
/// slices are enough for all of them.
pub(super) fn drain<R: ReadEnd>(model: &mut Model, tasks: &Tasks, reader: &mut Option<R>) {
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
    assert!(model.queue.is_empty(), "two slices were not all bytes");
    for op in [
        Op::Read { task: 0, len: 1 },
        Op::FillBuf { task: 0 },
        Op::TryRead { len: 1 },
        Op::ReaderClosed { task: 0 },
    ] {
        step(model, tasks, reader, &mut None::<Writer>, &op);
    }
}
