//! Random schedules of everything that goes beyond reading, writing and closing: slices, readiness,
//! aborting and options (B15 to B19), on a pipe and on a queue of bytes that is to do the same.

#![cfg(not(loom))]
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

/// A call, or two that belong together, with a number of bytes.
#[derive(Clone, Copy, Debug)]
enum Op {
    Read(usize),
    TryRead(usize),
    /// `poll_fill_buf`, and then `consume`, of at least one byte if there is one.
    FillBuf(usize),
    /// `as_slices`, and then `consume`.
    AsSlices(usize),
    Readable(usize),
    Write(usize),
    TryWrite(usize),
    /// `spare_slices`, and then `commit`.
    Spare(usize),
    Writable(usize),
    AwaitWritersEnd,
    AwaitReadersEnd,
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
        1 => Just(Op::AwaitWritersEnd),
        1 => Just(Op::AwaitReadersEnd),
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

/// Makes the calls, one after the other, and checks everything after each.
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
            | Op::AwaitWritersEnd
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
        // A schedule that once failed belongs into a test of its own, with a name.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn b15_to_b19_random_calls_do_what_a_queue_does(settings in settings(), ops in vec(op(), 0..=200)) {
        run(settings, &ops);
    }
}

/// What `n` bytes are to somebody who wants `limit` of them.
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
            let lent = task.fill_buf(reader);
            if let Poll::Ready(Ok(lent)) = &lent {
                let n = n.min(lent.len());
                reader.consume(n);
                assert_eq!(lent[..n], model.take(n));
            }
            let some = |n: usize| n > 0;
            assert_eq!(lent.map_ok(|lent| some(lent.len())), expected.map_ok(some));
        }
        Op::AsSlices(n) => {
            let (front, back) = reader.as_slices();
            let lent = [front, back].concat();
            assert_eq!(lent, model.queue.make_contiguous());
            let n = n.min(lent.len());
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
        Op::AwaitWritersEnd => {
            let expected = model.reader.awaits_end_of(&model.writer);
            assert_eq!(task.poll(|cx| reader.poll_closed(cx)), expected);
        }
        Op::EndReader(how) => {
            if model.reader.ends(how, &mut model.writer) && how.is_some() {
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
                (task.write(writer, &bytes), model.poll_vacant(1))
            } else {
                (as_poll(writer.try_write(&bytes)), model.vacant(n.min(1)))
            };
            assert_eq!(outcome, at_most(n, expected));
            if let Poll::Ready(Ok(n)) = outcome {
                model.send(&bytes[..n]);
            }
        }
        Op::Spare(n) => {
            let (front, back) = writer.spare_slices();
            let vacant = front.len() + back.len();
            let bytes = model.offer(n.min(vacant));
            // More is put there than is sent.
            front.fill(0);
            back.fill(0);
            front
                .iter_mut()
                .chain(back)
                .zip(&bytes)
                .for_each(|(to, from)| *to = *from);
            let expected = model.vacant(0);
            assert_eq!(
                vacant,
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
            let expected = model.poll_vacant(min);
            assert_eq!(
                kinds(task.poll(|cx| writer.poll_writable(cx, min))),
                expected
            );
        }
        Op::AwaitReadersEnd => {
            let expected = model.writer.awaits_end_of(&model.reader);
            assert_eq!(task.poll(|cx| writer.poll_closed(cx)), expected);
        }
        Op::EndWriter(how) => {
            let ends = model.writer.ends(how, &mut model.reader);
            if ends && how.is_some() && model.reader.end.is_none() {
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
