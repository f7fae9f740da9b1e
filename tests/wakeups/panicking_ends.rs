//! B21: if some of the wakers that an end wakes panic, the others are woken, each peer finds the
//! end, and the first panic propagates to the caller.

use core::panic::AssertUnwindSafe;
use core::task::{Context, Waker};
use std::panic::catch_unwind;

use async_duplex::{duplex, pipe, DuplexStream, Reader, Writer};

use crate::counting_waker::{as_poll, failed, CountingTask, Outcome, BROKEN, END};
use crate::endings::{reader_ends, writer_ends, ABORT};
use crate::full_pipe;
use crate::wakers::on_wake;

const ABORTED: Outcome<usize> = failed(ABORT);

const MESSAGE: &str = "the waker's own panic";

/// A waker that panics when it is woken.
fn panics_on_wake() -> Waker {
    on_wake(|| panic!("{MESSAGE}"))
}

/// Calls `f`, which must propagate the panic of a waker.
fn assert_propagates_panic<T>(what: &str, f: impl FnOnce() -> T) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("{what}: it did not panic");
    };
    assert_eq!(*panic.downcast::<String>().unwrap(), MESSAGE, "{what}");
}

/// Wakers for `waits` waits: those in the set `panics` panic, and the others are those of `task`.
fn wakers(task: &CountingTask, waits: usize, panics: u32) -> Vec<Waker> {
    (0..waits)
        .map(|i| {
            if panics & (1 << i) != 0 {
                panics_on_wake()
            } else {
                task.waker()
            }
        })
        .collect()
}

/// Lets a reader wait for a byte and for the end, in this order or the other one.
fn wait_to_read(reader: &mut Reader, [bytes, end]: [&Waker; 2], end_first: bool) {
    let mut bytes = Context::from_waker(bytes);
    let mut end = Context::from_waker(end);
    if end_first {
        assert!(reader.poll_closed(&mut end).is_pending());
    }
    assert!(reader.poll_read(&mut bytes, &mut [0]).is_pending());
    if !end_first {
        assert!(reader.poll_closed(&mut end).is_pending());
    }
}

/// Lets a writer wait for space and for the end, in this order or the other one.
fn wait_to_write(writer: &mut Writer, [room, end]: [&Waker; 2], end_first: bool) {
    let mut room = Context::from_waker(room);
    let mut end = Context::from_waker(end);
    if end_first {
        assert!(writer.poll_closed(&mut end).is_pending());
    }
    assert!(writer.poll_write(&mut room, b"x").is_pending());
    if !end_first {
        assert!(writer.poll_closed(&mut end).is_pending());
    }
}

/// How often the task of a half is woken whose two waits have the wakers of the set `panics`: once,
/// even if both wakers are those of the task.
fn woken(panics: u32) -> usize {
    usize::from(panics != 0b11)
}

/// Calls `check` with each set of waits whose wakers panic, as the bits of a number, and with both
/// orders of the waits.
fn every_case(waits: usize, check: impl Fn(u32, bool)) {
    for panics in 1..1 << waits {
        for end_first in [false, true] {
            check(panics, end_first);
        }
    }
}

#[test]
fn b21_when_the_writer_ends_both_of_the_readers_wakers_may_panic() {
    for (how, end) in writer_ends() {
        every_case(2, |panics, end_first| {
            let task = CountingTask::new();
            let (mut reader, writer) = pipe(4);
            let wakers = wakers(&task, 2, panics);
            wait_to_read(&mut reader, [&wakers[0], &wakers[1]], end_first);
            drop(wakers);
            assert_propagates_panic(how, || end(writer));
            assert_eq!(
                (task.wakes(), task.retained()),
                (woken(panics), 0),
                "the writer {how}"
            );
            let expected = if how == "aborts" { ABORTED } else { END };
            assert_eq!(as_poll(reader.try_read(&mut [0])), expected);
            assert!(reader.is_closed());
        });
    }
}

#[test]
fn b21_when_the_reader_ends_both_of_the_writers_wakers_may_panic() {
    for (how, end) in reader_ends() {
        every_case(2, |panics, end_first| {
            let task = CountingTask::new();
            let (reader, mut writer) = full_pipe();
            let wakers = wakers(&task, 2, panics);
            wait_to_write(&mut writer, [&wakers[0], &wakers[1]], end_first);
            drop(wakers);
            assert_propagates_panic(how, || end(reader));
            assert_eq!(
                (task.wakes(), task.retained()),
                (woken(panics), 0),
                "the reader {how}"
            );
            let expected = if how == "aborts" { ABORTED } else { BROKEN };
            assert_eq!(as_poll(writer.try_write(b"x")), expected);
            assert!(writer.is_closed());
        });
    }
}

/// Lets both halves of a stream wait, for bytes, for space and for the end. Some of the four wakers
/// panic when `end` ends the other stream. What `end` does not drop is dropped after the checks.
fn check_stream(how: &str, outcomes: [Outcome<usize>; 2], end: fn(&mut Option<DuplexStream>)) {
    every_case(4, |panics, end_first| {
        let task = CountingTask::new();
        let (near, far) = duplex(4);
        let (mut reader, mut writer) = far.into_split();
        assert!(writer.try_write(b"full").is_ok());
        let wakers = wakers(&task, 4, panics);
        wait_to_read(&mut reader, [&wakers[0], &wakers[1]], end_first);
        wait_to_write(&mut writer, [&wakers[2], &wakers[3]], end_first);
        drop(wakers);
        let mut near = Some(near);
        assert_propagates_panic(how, || end(&mut near));
        let expected = woken(panics & 0b11) + woken(panics >> 2);
        assert_eq!(
            (task.wakes(), task.retained()),
            (expected, 0),
            "{how}, {panics:b}"
        );
        let [read, written] = outcomes;
        assert_eq!(as_poll(reader.try_read(&mut [0])), read, "{how}, {panics}");
        assert_eq!(as_poll(writer.try_write(b"x")), written, "{how}, {panics}");
    });
}

#[test]
fn b21_when_a_stream_is_dropped_all_of_its_peers_wakers_may_panic() {
    check_stream("the stream is dropped", [END, BROKEN], |stream| {
        drop(stream.take());
    });
}

#[test]
fn b21_when_a_stream_aborts_all_of_its_peers_wakers_may_panic() {
    check_stream("the stream aborts", [ABORTED, ABORTED], |stream| {
        stream.as_mut().expect("a stream").abort(ABORT);
    });
}

/// Only one of the halves waits.
#[test]
fn b21_aborting_a_stream_aborts_both_directions_even_if_the_only_waker_panics() {
    for reader_waits in [true, false] {
        let (mut near, far) = duplex(4);
        let (mut reader, mut writer) = far.into_split();
        assert!(writer.try_write(b"full").is_ok());
        let waker = panics_on_wake();
        let mut cx = Context::from_waker(&waker);
        if reader_waits {
            assert!(reader.poll_read(&mut cx, &mut [0]).is_pending());
        } else {
            assert!(writer.poll_write(&mut cx, b"x").is_pending());
        }
        assert_propagates_panic("the stream aborts", || near.abort(ABORT));
        assert_eq!(as_poll(reader.try_read(&mut [0])), ABORTED);
        assert_eq!(as_poll(writer.try_write(b"x")), ABORTED);
    }
}
