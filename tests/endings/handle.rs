//! B26: a handle aborts a pipe or a stream from outside.

use core::panic::AssertUnwindSafe;
use core::task::{Poll, Waker};
use std::io::ErrorKind;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::task::Wake;

use async_duplex::{duplex, pipe, AbortHandle, Options};

use crate::{assert_checksum, checksum, kinds_of_reader, kinds_of_writer, CountingTask, RESET};

const _: () = {
    const fn is_easy_to_hold<T>()
    where
        T: core::fmt::Debug + Clone + Send + Sync + Unpin + core::panic::UnwindSafe + 'static,
    {
    }
    is_easy_to_hold::<AbortHandle>();
};

#[test]
fn b26_both_halves_fail_and_are_closed() {
    let (mut reader, mut writer) = pipe(8);
    writer.try_write(b"abc").unwrap();
    let handle = writer.abort_handle();
    assert!(!handle.is_aborted());
    handle.abort(checksum());
    assert!(handle.is_aborted());
    assert!(reader.is_closed() && writer.is_closed());
    assert_eq!(reader.len(), 0, "unread bytes are discarded");
    for _ in 0..2 {
        assert_eq!(kinds_of_reader(&mut reader), [ErrorKind::InvalidData; 5]);
        assert_eq!(kinds_of_writer(&mut writer), [ErrorKind::InvalidData; 4]);
    }
    assert_checksum(&reader.try_read(&mut [0]).unwrap_err());
    assert_checksum(&writer.try_write(b"x").unwrap_err());
    // Their own endings change nothing.
    reader.close();
    writer.finish();
    assert_checksum(&reader.try_read(&mut [0]).unwrap_err());
    assert_checksum(&writer.try_write(b"x").unwrap_err());
}

#[test]
fn b26_all_four_halves_of_two_streams_fail() {
    let (mut near, mut far) = duplex(8);
    let handle = far.abort_handle();
    handle.abort(RESET);
    for stream in [&mut near, &mut far] {
        assert_eq!(kinds_of_reader(stream.reader()), [RESET; 5]);
        assert_eq!(kinds_of_writer(stream.writer()), [RESET; 4]);
    }
}

#[test]
fn b26_each_half_is_woken_once_whatever_it_waits_for() {
    for waits_for_end in [false, true] {
        // A full direction and an empty one, so that each half of the stream can wait.
        let (mut near, mut far) = duplex(1);
        near.try_write(b"a").unwrap();
        let [read, write] = [(); 2].map(|()| CountingTask::new());
        if waits_for_end {
            assert!(read.poll(|cx| near.reader().poll_closed(cx)).is_pending());
            assert!(write.poll(|cx| near.writer().poll_closed(cx)).is_pending());
        } else {
            let (reader, writer) = near.halves();
            assert!(read.poll(|cx| reader.poll_read(cx, &mut [0])).is_pending());
            assert!(write.poll(|cx| writer.poll_write(cx, b"b")).is_pending());
        }
        let handle = far.abort_handle();
        handle.abort(RESET);
        handle.abort(ErrorKind::TimedOut);
        near.abort_handle().abort(ErrorKind::TimedOut);
        assert_eq!((read.wakes(), read.retained()), (1, 0));
        assert_eq!((write.wakes(), write.retained()), (1, 0));
        let closed = read.poll(|cx| near.reader().poll_closed(cx));
        assert_eq!(closed, Poll::Ready(()));
        let closed = write.poll(|cx| near.writer().poll_closed(cx));
        assert_eq!(closed, Poll::Ready(()));
        for stream in [&mut near, &mut far] {
            assert_eq!(kinds_of_reader(stream.reader()), [RESET; 5]);
            assert_eq!(kinds_of_writer(stream.writer()), [RESET; 4]);
        }
    }
}

/// Each half has a waker of the task, so the task may be woken once for each.
#[test]
fn b26_a_task_that_waits_for_both_halves_is_woken() {
    let (mut near, far) = duplex(1);
    near.try_write(b"a").unwrap();
    let task = CountingTask::new();
    let own = task.waker();
    let cx = &mut core::task::Context::from_waker(&own);
    assert!(near.writer().poll_write(cx, b"b").is_pending());
    assert!(near.writer().poll_closed(cx).is_pending());
    assert!(near.reader().poll_read(cx, &mut [0]).is_pending());
    assert!(near.reader().poll_closed(cx).is_pending());
    far.abort_handle().abort(RESET);
    assert!((1..=2).contains(&task.wakes()), "{}", task.wakes());
    drop(own);
    assert_eq!(task.retained(), 0);
}

#[test]
fn b26_a_reader_below_its_threshold_is_woken() {
    let (mut reader, mut writer) = pipe(8);
    let task = CountingTask::new();
    assert!(task.poll(|cx| reader.poll_readable(cx, 5)).is_pending());
    writer.try_write(b"abc").unwrap();
    writer.abort_handle().abort(RESET);
    assert_eq!(task.wakes(), 1);
    assert_eq!(kinds_of_reader(&mut reader), [RESET; 5]);
}

#[test]
fn b26_a_direction_that_has_ended_is_left_as_it_is() {
    // A clean end.
    let (mut reader, mut writer) = pipe(8);
    writer.try_write(b"abc").unwrap();
    writer.finish();
    let handle = reader.abort_handle();
    handle.abort(RESET);
    assert!(!handle.is_aborted());
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 0);

    // An abort.
    let (mut reader, mut writer) = pipe(8);
    writer.abort(ErrorKind::TimedOut);
    reader.abort_handle().abort(RESET);
    assert_eq!(kinds_of_reader(&mut reader), [ErrorKind::TimedOut; 5]);

    // One direction of a stream: the other one is cut.
    let (mut near, mut far) = duplex(8);
    near.writer().finish();
    far.abort_handle().abort(RESET);
    assert_eq!(far.try_read(&mut [0]).unwrap(), 0);
    assert_eq!(kinds_of_writer(far.writer()), [RESET; 4]);
    assert_eq!(kinds_of_reader(near.reader()), [RESET; 5]);
}

#[test]
fn b26_a_handle_keeps_nothing_open_and_can_be_used_after_everything_is_gone() {
    let (mut reader, writer) = pipe(8);
    let handle = writer.abort_handle();
    drop(writer);
    assert_eq!(
        reader.try_read(&mut [0]).unwrap(),
        0,
        "the end, in spite of the handle"
    );
    drop(reader);
    let other = handle.clone();
    handle.abort(RESET);
    assert!(!other.is_aborted());
    drop(handle);
    other.abort(RESET);
}

#[test]
fn b26_the_first_of_two_handles_stands() {
    let (mut reader, writer) = pipe(8);
    let (one, other) = (reader.abort_handle(), writer.abort_handle());
    one.abort(checksum());
    other.abort(RESET);
    assert_checksum(&reader.try_read(&mut [0]).unwrap_err());
    assert!(one.is_aborted() && other.is_aborted());
}

/// The first handle has aborted one direction only, and keeps that one.
#[test]
fn b26_a_second_handle_aborts_the_direction_that_the_first_one_has_left_open() {
    let (mut near, mut far) = duplex(8);
    near.reader().abort_handle().abort(checksum());
    near.abort_handle().abort(RESET);
    assert_checksum(&near.try_read(&mut [0]).unwrap_err());
    assert_checksum(&far.try_write(b"x").unwrap_err());
    assert_eq!(kinds_of_reader(far.reader()), [RESET; 5]);
    assert_eq!(kinds_of_writer(near.writer()), [RESET; 4]);
}

/// A handle is a weak reference, and the flag goes with the pipe.
#[test]
fn b26_an_abort_is_forgotten_once_both_halves_are_dropped() {
    for writer_first in [false, true] {
        let (reader, writer) = pipe(8);
        let (one, other) = (reader.abort_handle(), writer.abort_handle());
        one.abort(RESET);
        let mut halves: [Box<dyn Send>; 2] = [Box::new(reader), Box::new(writer)];
        if writer_first {
            halves.reverse();
        }
        for half in halves {
            assert!(one.is_aborted() && other.is_aborted());
            drop(half);
        }
        assert!(!one.is_aborted() && !other.is_aborted());
        other.abort(RESET);
        assert!(!other.is_aborted());
    }
}

#[test]
fn b26_halves_that_are_dropped_after_the_abort_tell_nothing_else() {
    let (reader, mut writer) = Options::new(8).error_on_drop(ErrorKind::TimedOut).pipe();
    reader.abort_handle().abort(RESET);
    drop(reader);
    assert_eq!(kinds_of_writer(&mut writer), [RESET; 4]);
}

/// Wakers of dropped halves go at once, although the handle lives.
#[test]
fn b26_a_handle_keeps_no_waker() {
    let (mut reader, mut writer) = pipe(1);
    writer.try_write(b"a").unwrap();
    let task = CountingTask::new();
    assert!(task.poll(|cx| writer.poll_write(cx, b"b")).is_pending());
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    let handle = reader.abort_handle();
    drop(writer);
    drop(reader);
    assert_eq!(task.retained(), 0);
    drop(handle);
}

#[test]
fn b26_every_task_is_woken_even_if_a_waker_panics() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker panics");
        }
    }

    let (mut near, mut far) = duplex(1);
    let waker = Waker::from(Arc::new(Panics));
    let cx = &mut core::task::Context::from_waker(&waker);
    assert!(near.reader().poll_read(cx, &mut [0]).is_pending());
    let (closed, read) = (CountingTask::new(), CountingTask::new());
    assert!(closed.poll(|cx| near.writer().poll_closed(cx)).is_pending());
    assert!(read
        .poll(|cx| far.reader().poll_read(cx, &mut [0]))
        .is_pending());
    let handle = near.abort_handle();
    let abort = AssertUnwindSafe(|| handle.abort(RESET));
    assert!(catch_unwind(abort).is_err());
    assert_eq!((closed.wakes(), read.wakes()), (1, 1));
    assert_eq!(kinds_of_reader(near.reader()), [RESET; 5]);
    assert_eq!(kinds_of_writer(near.writer()), [RESET; 4]);
}

#[test]
fn surface_a_handle_shows_whether_it_has_aborted() {
    let (reader, _writer) = pipe(8);
    let handle = reader.abort_handle();
    assert_eq!(format!("{handle:?}"), "AbortHandle { is_aborted: false }");
    handle.abort(RESET);
    assert_eq!(format!("{handle:?}"), "AbortHandle { is_aborted: true }");
}
