//! Random calls of all that goes beyond reading, writing and closing: slices, readiness, aborts and
//! options (B15 to B19). A queue of bytes is the model that the pipe is compared with.

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[path = "../support/counting_waker.rs"]
mod counting_waker;
mod model;

use core::task::Poll;
use std::io::{self, ErrorKind};

use async_duplex::{Reader, Writer};
use counting_waker::{as_poll, Outcome, END};
use model::{Model, Settings};
use proptest::collection::vec;
use proptest::prelude::*;

/// A call, or two calls in a row, with a number of bytes.
#[derive(Clone, Copy, Debug)]
enum Op {
    Read(usize),
    TryRead(usize),
    /// `poll_fill_buf`, then `consume`.
    FillBuf(usize),
    /// `as_slices`, then `consume`.
    AsSlices(usize),
    Readable(usize),
    Write(usize),
    TryWrite(usize),
    /// `spare_slices`, then `commit`.
    Spare(usize),
    Writable(usize),
    AwaitEndOfWriter,
    AwaitEndOfReader,
    EndReader(Option<ErrorKind>),
    EndWriter(Option<ErrorKind>),
}

fn op() -> impl Strategy<Value = Op> {
    let n = || 1..=9usize;
    let kind = || prop_oneof![Just(None), Just(Some(ErrorKind::TimedOut))];
    prop_oneof![
        6 => n().prop_map(Op::Read),
        3 => (0..=9usize).prop_map(Op::TryRead),
        6 => n().prop_map(Op::FillBuf),
        6 => (0..=9usize).prop_map(Op::AsSlices),
        6 => n().prop_map(Op::Readable),
        9 => n().prop_map(Op::Write),
        3 => (0..=9usize).prop_map(Op::TryWrite),
        9 => (0..=9usize).prop_map(Op::Spare),
        6 => n().prop_map(Op::Writable),
        1 => Just(Op::AwaitEndOfWriter),
        1 => Just(Op::AwaitEndOfReader),
        1 => kind().prop_map(Op::EndReader),
        1 => kind().prop_map(Op::EndWriter),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    (1..=7usize).prop_flat_map(|capacity| {
        let yield_every = prop_oneof![Just(0), 1..=5usize];
        yield_every.prop_map(move |yield_every| Settings {
            capacity,
            yield_every,
        })
    })
}

/// Makes the calls in turn, and checks the state after each.
fn run(settings: Settings, ops: &[Op]) {
    let mut model = Model::new(settings);
    let (mut reader, mut writer) = settings.pipe();
    for &op in ops {
        match op {
            Op::Read(_)
            | Op::TryRead(_)
            | Op::FillBuf(_)
            | Op::AsSlices(_)
            | Op::Readable(_)
            | Op::AwaitEndOfWriter
            | Op::EndReader(_) => read(&mut model, &mut reader, op),
            _ => write(&mut model, &mut writer, op),
        }
        model.check(&reader, &writer);
    }
    let tasks = [model.reader.task, model.writer.task];
    drop((reader, writer));
    assert!(tasks.iter().all(|task| task.retained() == 0));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        // Calls that failed once belong in a test of their own, with a name.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn b15_to_b19_random_calls_do_what_a_queue_does(
        settings in settings(),
        ops in vec(op(), 0..=200),
    ) {
        run(settings, &ops);
    }
}

/// The result of a call for `limit` bytes if `n` are available.
fn at_most(limit: usize, n: Outcome<usize>) -> Outcome<usize> {
    n.map_ok(|n| n.min(limit))
}

fn kinds(polled: Poll<io::Result<usize>>) -> Outcome<usize> {
    polled.map_err(|error| error.kind())
}

fn read(model: &mut Model, reader: &mut Reader, op: Op) {
    let task = model.reader.task.clone();
    match op {
        Op::Read(n) | Op::TryRead(n) => {
            let (mut buf, polled) = (vec![0; n], matches!(op, Op::Read(_)));
            let (outcome, expected) = if polled {
                (task.read(reader, &mut buf), model.poll_unread(1))
            } else {
                let found = if n == 0 { END } else { model.unread(1) };
                (as_poll(reader.try_read(&mut buf)), found)
            };
            assert_eq!(outcome, at_most(n, expected));
            if let Poll::Ready(Ok(n)) = outcome {
                assert_eq!(buf[..n], model.take(n));
            }
        }
        Op::FillBuf(n) => {
            let expected = model.poll_unread(1);
            let bytes = task.fill_buf(reader);
            if let Poll::Ready(Ok(bytes)) = &bytes {
                let n = n.min(bytes.len());
                reader.consume(n);
                assert_eq!(bytes[..n], model.take(n));
            }
            let some = |n: usize| n > 0;
            assert_eq!(
                bytes.map_ok(|bytes| some(bytes.len())),
                expected.map_ok(some)
            );
        }
        Op::AsSlices(n) => {
            let (front, back) = reader.as_slices();
            let bytes = [front, back].concat();
            assert_eq!(bytes, model.queue.make_contiguous());
            let n = n.min(bytes.len());
            reader.consume(n);
            model.take(n);
        }
        Op::Readable(min) => {
            let min = min.min(model.settings.capacity);
            let expected = model.poll_unread(min);
            assert_eq!(
                kinds(task.poll(|cx| reader.poll_readable(cx, min))),
                expected
            );
        }
        Op::AwaitEndOfWriter => {
            let expected = model.reader.await_end_of(&model.writer);
            assert_eq!(task.poll(|cx| reader.poll_closed(cx)), expected);
        }
        Op::EndReader(how) => {
            if model.reader.end_with(how, &mut model.writer) && how.is_some() {
                model.queue.clear();
            }
            match how {
                Some(kind) => reader.abort(kind),
                None => reader.close(),
            }
        }
        op => unreachable!("{op:?} is for the writer"),
    }
}

fn write(model: &mut Model, writer: &mut Writer, op: Op) {
    let task = model.writer.task.clone();
    match op {
        Op::Write(n) | Op::TryWrite(n) => {
            let (bytes, polled) = (model.offer(n), matches!(op, Op::Write(_)));
            let (outcome, expected) = if polled {
                (task.write(writer, &bytes), model.poll_free(1))
            } else {
                (as_poll(writer.try_write(&bytes)), model.free(n.min(1)))
            };
            assert_eq!(outcome, at_most(n, expected));
            if let Poll::Ready(Ok(n)) = outcome {
                model.send(&bytes[..n]);
            }
        }
        Op::Spare(n) => {
            let (front, back) = writer.spare_slices();
            let free = front.len() + back.len();
            let bytes = model.offer(n.min(free));
            // More bytes are written into the slices than are committed.
            front.fill(0);
            back.fill(0);
            front
                .iter_mut()
                .chain(back)
                .zip(&bytes)
                .for_each(|(to, from)| *to = *from);
            let expected = model.free(0);
            assert_eq!(
                free,
                if let Poll::Ready(Ok(n)) = expected {
                    n
                } else {
                    0
                }
            );
            writer.commit(bytes.len());
            model.send(&bytes);
        }
        Op::Writable(min) => {
            let min = min.min(model.settings.capacity);
            let expected = model.poll_free(min);
            assert_eq!(
                kinds(task.poll(|cx| writer.poll_writable(cx, min))),
                expected
            );
        }
        Op::AwaitEndOfReader => {
            let expected = model.writer.await_end_of(&model.reader);
            assert_eq!(task.poll(|cx| writer.poll_closed(cx)), expected);
        }
        Op::EndWriter(how) => {
            let has_ended = model.writer.end_with(how, &mut model.reader);
            if has_ended && how.is_some() && model.reader.end.is_none() {
                model.queue.clear();
            }
            match how {
                Some(kind) => writer.abort(kind),
                None => writer.finish(),
            }
        }
        op => unreachable!("{op:?} is for the reader"),
    }
}
