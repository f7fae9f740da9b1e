//! B21: a pipe retains no waker that it will not wake, and never wakes the task of a half that has
//! been dropped.

use core::task::Poll;

use async_duplex::{duplex, pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, BROKEN, END};
use crate::endings::{READER_ABORT, READER_ENDINGS, WRITER_ABORT, WRITER_ENDINGS};
use crate::{
    full_pipe, park_reader, park_writer, pipe_with_parked_reader, pipe_with_parked_writer,
    READER_EVENTS,
};

#[test]
fn b21_a_dropped_reader_retains_no_waker_and_is_not_woken() {
    for (what, end) in WRITER_ENDINGS {
        let task = CountingTask::new();
        let (reader, mut writer) = pipe_with_parked_reader(&task);
        drop(reader);
        assert_eq!((task.wakes(), task.retained()), (0, 0));
        assert_eq!(as_poll(writer.try_write(b"x")), BROKEN);
        drop(end(writer));
        assert_eq!((task.wakes(), task.retained()), (0, 0), "the writer {what}");
    }
}

#[test]
fn b21_a_dropped_writer_retains_no_waker_and_is_not_woken() {
    for (what, act) in READER_EVENTS {
        let task = CountingTask::new();
        let (reader, writer) = pipe_with_parked_writer(&task);
        drop(writer);
        assert_eq!((task.wakes(), task.retained()), (0, 0));
        drop(act(reader));
        assert_eq!((task.wakes(), task.retained()), (0, 0), "the reader {what}");
    }
}

#[test]
fn b21_halves_that_waited_for_the_end_retain_no_waker_when_dropped() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = full_pipe();
    assert!(read.poll(|cx| reader.poll_closed(cx)).is_pending());
    assert!(write.poll(|cx| writer.poll_closed(cx)).is_pending());
    drop(reader);
    assert_eq!((read.wakes(), read.retained()), (0, 0));
    assert_eq!((write.wakes(), write.retained()), (1, 0));
    drop(writer);
    assert_eq!((read.wakes(), write.wakes()), (0, 1));
}

#[test]
fn b21_a_dropped_stream_retains_no_waker_of_either_direction() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut left, mut right) = duplex(4);
    assert!(read.read(&mut left, &mut [0]).is_pending());
    assert_eq!(write.write(&mut left, b"full"), ready(4));
    assert!(write.write(&mut left, b"x").is_pending());
    drop(left);
    assert_eq!((read.retained(), write.retained()), (0, 0));
    assert_eq!(read.read(&mut right, &mut [0; 8]), ready(4));
    assert_eq!(write.write(&mut right, b"x"), BROKEN);
    drop(right);
    assert_eq!((read.wakes(), write.wakes()), (0, 0));
}

/// What a half waits for.
enum Wait {
    Bytes,
    End,
}

/// Bytes, the end, or both in either order.
const ORDERS: [&[Wait]; 4] = [
    &[Wait::Bytes],
    &[Wait::End],
    &[Wait::Bytes, Wait::End],
    &[Wait::End, Wait::Bytes],
];

/// A pipe whose reader waits in a task.
fn waiting_reader(waits: &[Wait], task: &CountingTask) -> (Reader, Writer) {
    let (mut reader, writer) = pipe(4);
    for wait in waits {
        match wait {
            Wait::Bytes => park_reader(task, &mut reader),
            Wait::End => assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending()),
        }
    }
    (reader, writer)
}

/// A full pipe whose writer waits in a task.
fn waiting_writer(waits: &[Wait], task: &CountingTask) -> (Reader, Writer) {
    let (reader, mut writer) = full_pipe();
    for wait in waits {
        match wait {
            Wait::Bytes => park_writer(task, &mut writer),
            Wait::End => assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending()),
        }
    }
    (reader, writer)
}

/// How many times a task was woken, and how many of its wakers are retained.
fn state(task: &CountingTask) -> (usize, usize) {
    (task.wakes(), task.retained())
}

#[test]
fn b21_a_dropped_half_retains_no_waker_of_any_of_its_waits() {
    for waits in ORDERS {
        let task = CountingTask::new();
        let (reader, mut writer) = waiting_reader(waits, &task);
        drop(reader);
        assert_eq!(state(&task), (0, 0));
        writer.finish();
        assert_eq!(state(&task), (0, 0));

        let (mut reader, writer) = waiting_writer(waits, &task);
        drop(writer);
        assert_eq!(state(&task), (0, 0));
        assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(4));
        reader.close();
        assert_eq!(state(&task), (0, 0));
    }
}

/// A half does not wake its own task. Its peer does.
#[test]
fn b7_a_half_that_ends_keeps_its_waker_until_the_other_half_ends() {
    for waits in ORDERS {
        for (what, close) in [READER_ENDINGS[0], READER_ABORT] {
            let task = CountingTask::new();
            let (reader, mut writer) = waiting_reader(waits, &task);
            let _reader = close(reader);
            let written = as_poll(writer.try_write(b"x"));
            assert!(matches!(written, Poll::Ready(Err(_))));
            assert_eq!(state(&task), (0, 1), "the reader {what}");
            writer.finish();
            assert_eq!(state(&task), (1, 0), "the reader {what}");
        }
        for (what, close) in [WRITER_ENDINGS[0], WRITER_ABORT] {
            let task = CountingTask::new();
            let (mut reader, writer) = waiting_writer(waits, &task);
            let _writer = close(writer);
            assert_eq!(state(&task), (0, 1), "the writer {what}");
            reader.close();
            assert_eq!(state(&task), (1, 0), "the writer {what}");
        }
    }
}

#[test]
fn b21_a_half_that_is_dropped_after_its_end_retains_no_waker() {
    for waits in ORDERS {
        let task = CountingTask::new();
        for (what, close) in [READER_ENDINGS[0], READER_ABORT] {
            let (reader, writer) = waiting_reader(waits, &task);
            drop(close(reader));
            assert_eq!(state(&task), (0, 0), "the reader {what}");
            drop(writer);
            assert_eq!(state(&task), (0, 0), "the reader {what}");
        }
        for (what, close) in [WRITER_ENDINGS[0], WRITER_ABORT] {
            let (reader, writer) = waiting_writer(waits, &task);
            drop(close(writer));
            assert_eq!(state(&task), (0, 0), "the writer {what}");
            drop(reader);
            assert_eq!(state(&task), (0, 0), "the writer {what}");
        }
    }
}

/// The writer finishes, then waits for the end of the reader, and is dropped before it.
#[test]
fn b21_a_waker_registered_after_the_half_finished_is_dropped_with_it() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe_with_parked_reader(&task);
    writer.finish();
    assert_eq!(task.read(&mut reader, &mut [0]), END);
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
    assert_eq!(task.retained(), 1);
    drop(writer);
    assert_eq!((task.wakes(), task.retained()), (1, 0));
}

#[test]
fn b21_a_dropped_read_leaves_one_waker_which_the_next_read_replaces() {
    let (old, new) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe_with_parked_reader(&old);
    // The future has been dropped, and its waker is still registered.
    assert_eq!(old.retained(), 1);
    park_reader(&new, &mut reader);
    assert_eq!((old.retained(), new.retained()), (0, 1));
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
    assert_eq!(new.read(&mut reader, &mut [0; 8]), ready(3));
}
