//! Bytes that are moved in place: `spare_slices` and `commit`, `as_slices`, `peek`, `fill_buf` and
//! `consume`, among plain reads and writes and every way to end a stream, compared with a model.
//!
//! The model is a queue of bytes, the bytes that the caller left in the slices that were lent last,
//! and what each half finds when the stream has ended.

#![no_main]

mod model;
#[path = "../support/mod.rs"]
mod support;

use core::task::Poll;
use std::collections::VecDeque;
use std::io::Result;

use async_duplex::{pipe, Reader, Writer};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use model::{Model, ABORTED, CUT, FINISHED_WITH};
use support::counting_waker::{as_poll, CountingTask};
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
            let spare = front.len() + back.len();
            model.check_spare(spare);
            assert!(!front.is_empty() || back.is_empty());
            let start = skip.0.min(spare);
            let made = model.make(len.0.min(spare - start));
            model.lent = VecDeque::from(vec![None; spare]);
            let spare = front.iter_mut().chain(back);
            for ((to, lent), byte) in spare.zip(&mut model.lent).skip(start).zip(made) {
                *to = byte;
                *lent = Some(byte);
            }
        }
        Op::Commit(n) if model.commit(n.0) => writer.commit(n.0),
        Op::Commit(n) => expect_panic(|| writer.commit(n.0)),
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
            assert_eq!(front.len() + back.len(), model.unread());
            assert!(!front.is_empty() || back.is_empty());
            model.check_lent(&[front, back].concat());
        }
        Op::Peek(len) => copy_out(model, len, |buf| reader.peek(buf)),
        Op::TryRead(len) => {
            let expected = model.read(len.0);
            copy_out(model, len, |buf| reader.try_read(buf));
            if let Poll::Ready(Ok(n)) = expected {
                model.consume(n);
            }
        }
        Op::FillBuf => {
            let filled = CountingTask::new().fill_buf(reader);
            if let Poll::Ready(Ok(bytes)) = &filled {
                model.check_lent(bytes);
            }
            let any = filled.map_ok(|bytes| usize::from(!bytes.is_empty()));
            assert_eq!(any, model.read(1));
        }
        Op::Consume(n) => match model.consume(n.0) {
            Some(true) => reader.consume(n.0),
            Some(false) => expect_panic(|| reader.consume(n.0)),
            None => {}
        },
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
            assert_eq!(reader.len(), model.unread());
        }
    }
});
