//! B18: `yield_every` makes a half that never has to wait yield. See also `unyielding`.

use core::panic::AssertUnwindSafe;
use core::task::{Context, Poll};
use std::io::{IoSlice, IoSliceMut};
use std::panic::catch_unwind;

use async_duplex::{pipe, Options, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, Outcome};
use crate::readiness::{readable, writable};
use crate::wakers::on_wake;

/// Every call that waits for bytes. Each reads one byte.
const READ_CALLS: [fn(&CountingTask, &mut Reader) -> Outcome<usize>; 4] = [
    |task, reader| task.read(reader, &mut [0]),
    |task, reader| {
        let mut buf = [0];
        task.read_vectored(
            reader,
            &mut [IoSliceMut::new(&mut []), IoSliceMut::new(&mut buf)],
        )
    },
    |task, reader| {
        let lent = task.fill_buf(reader);
        consumed(lent.map_ok(|lent| lent.len()), reader)
    },
    |task, reader| {
        let found = readable(task, reader, 1);
        consumed(found, reader)
    },
];

/// Consumes one of the bytes that were found.
fn consumed(found: Outcome<usize>, reader: &mut Reader) -> Outcome<usize> {
    found.map_ok(|n| {
        reader.consume(n.min(1));
        n.min(1)
    })
}

/// Every call that waits for space. Each writes one byte.
const WRITE_CALLS: [fn(&CountingTask, &mut Writer) -> Outcome<usize>; 3] = [
    |task, writer| task.write(writer, b"x"),
    |task, writer| task.write_vectored(writer, &[IoSlice::new(b""), IoSlice::new(b"x")]),
    |task, writer| {
        let found = writable(task, writer, 1);
        found.map_ok(|_| {
            writer.commit(1);
            1
        })
    },
];

/// Calls of a half that never have to wait.
struct Busy<F> {
    task: CountingTask,
    call: F,
}

impl<F: FnMut(&CountingTask) -> Outcome<usize>> Busy<F> {
    fn new(call: F) -> Self {
        let task = CountingTask::new();
        Self { task, call }
    }

    /// Makes `calls` calls, which must be ready.
    fn assert_ready(&mut self, calls: usize) {
        let wakes = self.task.wakes();
        for _ in 0..calls {
            assert_eq!((self.call)(&self.task), ready(1));
        }
        assert_eq!((self.task.wakes(), self.task.retained()), (wakes, 0));
    }

    /// Makes a call, which must wake its task and be pending.
    fn assert_yields(&mut self) {
        let wakes = self.task.wakes();
        assert_eq!((self.call)(&self.task), Poll::Pending);
        assert_eq!((self.task.wakes(), self.task.retained()), (wakes + 1, 0));
    }
}

/// Calls that read from a pipe that is never empty.
fn busy_reader(
    options: &Options,
    read: fn(&CountingTask, &mut Reader) -> Outcome<usize>,
) -> Busy<impl FnMut(&CountingTask) -> Outcome<usize>> {
    let (mut reader, mut writer) = options.pipe();
    Busy::new(move |task| {
        let _full = writer.try_write(b"abc");
        let before = reader.len();
        let outcome = read(task, &mut reader);
        let taken = usize::from(outcome.is_ready());
        assert_eq!(
            reader.len(),
            before - taken,
            "a call that yields reads no byte"
        );
        outcome
    })
}

/// Calls that write to a pipe that is never full.
fn busy_writer(
    options: &Options,
    write: fn(&CountingTask, &mut Writer) -> Outcome<usize>,
) -> Busy<impl FnMut(&CountingTask) -> Outcome<usize>> {
    let (mut reader, mut writer) = options.pipe();
    Busy::new(move |task| {
        let _empty = reader.try_read(&mut [0; 8]);
        let outcome = write(task, &mut writer);
        let written = usize::from(outcome.is_ready());
        assert_eq!(writer.len(), written, "a call that yields writes no byte");
        outcome
    })
}

#[test]
fn b18_after_n_calls_that_need_not_wait_exactly_one_yields() {
    for calls in [1, 2, 3, 10] {
        let options = Options::new(4).yield_every(calls);
        for call in READ_CALLS {
            let mut busy = busy_reader(&options, call);
            for _ in 0..20 {
                busy.assert_ready(calls);
                busy.assert_yields();
            }
        }
        for call in WRITE_CALLS {
            let mut busy = busy_writer(&options, call);
            for _ in 0..20 {
                busy.assert_ready(calls);
                busy.assert_yields();
            }
        }
    }
}

#[test]
fn b18_no_call_yields_by_default() {
    let operations = if cfg!(miri) { 500 } else { 100_000 };
    for options in [
        Options::new(4),
        Options::new(4).yield_every(7).yield_every(0),
        Options::new(4).yield_every(usize::MAX),
    ] {
        busy_reader(&options, READ_CALLS[0]).assert_ready(operations);
        busy_writer(&options, WRITE_CALLS[0]).assert_ready(operations);
    }
    let (mut reader, mut writer) = pipe(4);
    let mut busy = Busy::new(|task| {
        assert_eq!(task.write(&mut writer, b"x"), ready(1));
        task.read(&mut reader, &mut [0])
    });
    busy.assert_ready(operations);
}

#[test]
fn b18_calls_that_cannot_wait_are_not_counted() {
    let (mut reader, mut writer) = Options::new(4).yield_every(2).pipe();
    for _ in 0..100 {
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
        writer.spare_slices();
        writer.commit(1);
        assert_eq!(reader.as_slices().0.len() + reader.as_slices().1.len(), 3);
        reader.consume(3);
    }
    // They do not restart the count of the others either.
    let mut busy = Busy::new(|task| {
        assert_eq!(as_poll(writer.try_write(b"a")), ready(1));
        assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
        task.write(&mut writer, b"b").map_ok(|n| {
            assert_eq!(as_poll(reader.try_read(&mut [0])), ready(n));
            n
        })
    });
    for _ in 0..3 {
        busy.assert_ready(2);
        busy.assert_yields();
    }
}

#[test]
fn b18_each_half_counts_its_own_calls() {
    let (mut reader, mut writer) = Options::new(8).yield_every(3).pipe();
    let (read, write) = (CountingTask::new(), CountingTask::new());
    for _ in 0..3 {
        assert_eq!(write.write(&mut writer, b"x"), ready(1));
    }
    for _ in 0..2 {
        assert_eq!(read.read(&mut reader, &mut [0]), ready(1));
    }
    assert_eq!(write.write(&mut writer, b"x"), Poll::Pending);
    assert_eq!(read.read(&mut reader, &mut [0]), ready(1));
    assert_eq!((read.wakes(), write.wakes()), (0, 1));
}

/// A half that waits lets other tasks run.
#[test]
fn b18_a_wait_restarts_the_count() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(2).yield_every(2).pipe();
    for round in 1..=20 {
        assert_eq!(task.write(&mut writer, b"x"), ready(1));
        assert_eq!(task.write(&mut writer, b"x"), ready(1));
        assert_eq!(task.write(&mut writer, b"x"), Poll::Pending);
        assert_eq!(
            task.retained(),
            1,
            "the pipe is full, and the writer is parked"
        );
        assert_eq!(as_poll(reader.try_read(&mut [0; 2])), ready(2));
        assert_eq!(task.wakes(), round);
    }
    for round in 1..=20 {
        assert_eq!(as_poll(writer.try_write(b"xy")), ready(2));
        assert_eq!(task.wakes(), 20 + round - 1);
        assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
        assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
        assert_eq!(task.read(&mut reader, &mut [0]), Poll::Pending);
        assert_eq!(
            task.retained(),
            1,
            "the pipe is empty, and the reader is parked"
        );
        assert_eq!(as_poll(writer.try_write(b"z")), ready(1));
        assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
    }
}

#[test]
fn b18_a_yield_does_not_wake_the_other_half() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = Options::new(4).yield_every(1).pipe();
    assert_eq!(write.write(&mut writer, b"x"), ready(1));
    assert_eq!(readable(&read, &mut reader, 2), Poll::Pending);
    assert_eq!(write.write(&mut writer, b"x"), Poll::Pending);
    assert_eq!((read.wakes(), read.retained()), (0, 1));
    assert_eq!(write.write(&mut writer, b"x"), ready(1));
    assert_eq!((read.wakes(), write.wakes()), (1, 1));
}

#[test]
fn b21_after_a_waker_panicked_in_a_yield_the_half_works() {
    let waker = on_wake(|| panic!("a waker's own"));
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).yield_every(1).pipe();
    assert_eq!(task.write(&mut writer, b"a"), ready(1));
    let cx = &mut Context::from_waker(&waker);
    let yielding = AssertUnwindSafe(|| writer.poll_write(cx, b"b").is_pending());
    assert!(catch_unwind(yielding).is_err());
    assert_eq!(task.write(&mut writer, b"b"), ready(1));
    assert_eq!(task.write(&mut writer, b"c"), Poll::Pending);
    assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(2));
}
