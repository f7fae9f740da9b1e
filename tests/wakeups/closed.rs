//! B15: waiting for the end of the other half.

use core::future::Future;
use core::pin::pin;

use async_duplex::{pipe, Reader, Writer};
use futures::future::FusedFuture;

use crate::counting_waker::{as_poll, ready, CountingTask, BROKEN, END};
use crate::{full_pipe, park_reader, park_writer, READER_ENDINGS, WRITER_ENDINGS};

/// A pipe with `fill` unread bytes, whose reader waits for the end of the writer in `task`.
fn watched_by_reader(task: &CountingTask, fill: usize) -> (Reader, Writer) {
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(as_poll(writer.try_write(&b"full"[..fill])), ready(fill));
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    assert_eq!(task.retained(), 1);
    (reader, writer)
}

/// A pipe with `fill` unread bytes, whose writer waits for the end of the reader in `task`.
fn watched_by_writer(task: &CountingTask, fill: usize) -> (Reader, Writer) {
    let (reader, mut writer) = pipe(4);
    assert_eq!(as_poll(writer.try_write(&b"full"[..fill])), ready(fill));
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
    assert_eq!(task.retained(), 1);
    (reader, writer)
}

#[test]
fn b15_reader_closed_resolves_when_the_writer_ends_and_leaves_unread_bytes() {
    for fill in 0..=4 {
        for (what, end) in WRITER_ENDINGS {
            let task = CountingTask::new();
            let (mut reader, writer) = watched_by_reader(&task, fill);
            let _closed = end(writer);
            assert_eq!((task.wakes(), task.retained()), (1, 0), "the writer {what}");
            assert!(task.poll(|cx| reader.poll_closed(cx)).is_ready(), "{what}");
            let mut buf = [0; 8];
            assert_eq!(task.read(&mut reader, &mut buf), ready(fill));
            assert_eq!(buf[..fill], b"full"[..fill]);
            assert_eq!(task.read(&mut reader, &mut buf), END);
            assert_eq!((task.wakes(), task.retained()), (1, 0));
        }
    }
}

#[test]
fn b15_writer_closed_resolves_when_the_reader_ends_however_full_the_pipe_is() {
    for fill in 0..=4 {
        for (what, end) in READER_ENDINGS {
            let task = CountingTask::new();
            let (reader, mut writer) = watched_by_writer(&task, fill);
            let _closed = end(reader);
            assert_eq!((task.wakes(), task.retained()), (1, 0), "the reader {what}");
            assert!(task.poll(|cx| writer.poll_closed(cx)).is_ready(), "{what}");
            assert_eq!(task.write(&mut writer, b"x"), BROKEN);
            assert_eq!((task.wakes(), task.retained()), (1, 0));
        }
    }
}

#[test]
fn b15_closed_resolves_at_once_if_the_other_half_has_ended() {
    let task = CountingTask::new();
    for (_, end) in WRITER_ENDINGS {
        let (mut reader, writer) = pipe(4);
        let _closed = end(writer);
        assert!(task.poll(|cx| pin!(reader.closed()).poll(cx)).is_ready());
    }
    for (_, end) in READER_ENDINGS {
        let (reader, mut writer) = full_pipe();
        let _closed = end(reader);
        assert!(task.poll(|cx| pin!(writer.closed()).poll(cx)).is_ready());
    }
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}

#[test]
fn b15_bytes_do_not_wake_a_reader_that_waits_for_the_end() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = watched_by_reader(&task, 0);
    for _ in 0..100 {
        assert_eq!(as_poll(writer.try_write(b"full")), ready(4));
        assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(4));
    }
    assert_eq!((task.wakes(), task.retained()), (0, 1));
    drop(writer);
    assert_eq!(task.wakes(), 1);
}

#[test]
fn b15_room_does_not_wake_a_writer_that_waits_for_the_end() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = watched_by_writer(&task, 4);
    for _ in 0..100 {
        assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(4));
        assert_eq!(as_poll(writer.try_write(b"full")), ready(4));
    }
    assert_eq!((task.wakes(), task.retained()), (0, 1));
    drop(reader);
    assert_eq!(task.wakes(), 1);
}

#[test]
fn b15_closed_is_pending_until_it_resolves_and_then_terminated() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(4);
    {
        let mut closed = pin!(reader.closed());
        assert!(!closed.is_terminated());
        for _ in 0..3 {
            assert!(task.poll(|cx| closed.as_mut().poll(cx)).is_pending());
            assert!(!closed.is_terminated());
        }
        writer.finish();
        assert!(task.poll(|cx| closed.as_mut().poll(cx)).is_ready());
        assert!(closed.is_terminated());
    }
    let mut closed = pin!(writer.closed());
    assert!(task.poll(|cx| closed.as_mut().poll(cx)).is_pending());
    drop(reader);
    assert!(task.poll(|cx| closed.as_mut().poll(cx)).is_ready());
    assert!(closed.is_terminated());
}

#[test]
fn b15_closed_does_not_resolve_when_its_own_half_ends() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(4);
    reader.close();
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_ready());
    writer.finish();
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_ready());
}

#[test]
fn b15_both_halves_can_wait_for_each_others_end() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (reader, mut writer) = watched_by_reader(&read, 2);
    assert!(write.poll(|cx| writer.poll_closed(cx)).is_pending());
    writer.finish();
    assert_eq!((read.wakes(), write.wakes()), (1, 0));
    drop(reader);
    assert_eq!((read.wakes(), write.wakes()), (1, 1));
}

#[test]
fn b15_an_end_and_a_drop_after_it_wake_closed_once() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (_reader, mut writer) = watched_by_reader(&read, 0);
    writer.finish();
    drop(writer);
    assert_eq!(read.wakes(), 1);
    let (mut reader, _writer) = watched_by_writer(&write, 0);
    reader.close();
    drop(reader);
    assert_eq!(write.wakes(), 1);
}

#[test]
fn b15_closed_wakes_its_latest_waker() {
    let (old, new) = (CountingTask::new(), CountingTask::new());
    let (mut reader, writer) = watched_by_reader(&old, 0);
    assert!(new.poll(|cx| reader.poll_closed(cx)).is_pending());
    assert_eq!((old.retained(), new.retained()), (0, 1));
    drop(writer);
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
}

/// The task may wait for both in either order. Each of them wakes it.
#[test]
fn b15_a_task_can_wait_for_bytes_and_for_the_end_at_once() {
    for end_first in [true, false] {
        let task = CountingTask::new();
        let (mut reader, mut writer) = pipe(4);
        let wait_for_both = |reader: &mut Reader| {
            for end in [end_first, !end_first] {
                if end {
                    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
                } else {
                    park_reader(&task, reader);
                }
            }
        };
        wait_for_both(&mut reader);
        assert_eq!(as_poll(writer.try_write(b"a")), ready(1));
        assert_eq!(task.wakes(), 1);
        assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
        wait_for_both(&mut reader);
        drop(writer);
        assert_eq!((task.wakes(), task.retained()), (2, 0));
    }
}

/// See [`b15_a_task_can_wait_for_bytes_and_for_the_end_at_once`].
#[test]
fn b15_a_task_can_wait_for_room_and_for_the_end_at_once() {
    for end_first in [true, false] {
        let task = CountingTask::new();
        let (mut reader, mut writer) = full_pipe();
        let wait_for_both = |writer: &mut Writer| {
            for end in [end_first, !end_first] {
                if end {
                    assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
                } else {
                    park_writer(&task, writer);
                }
            }
        };
        wait_for_both(&mut writer);
        assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
        assert_eq!(task.wakes(), 1);
        assert_eq!(task.write(&mut writer, b"a"), ready(1));
        wait_for_both(&mut writer);
        drop(reader);
        assert_eq!((task.wakes(), task.retained()), (2, 0));
    }
}

/// A half has one waker. The task that waited before is not woken any more.
#[test]
fn b7_a_wait_for_the_end_and_one_for_bytes_replace_each_others_waker() {
    for end_first in [true, false] {
        let (old, new) = (CountingTask::new(), CountingTask::new());
        let (watching, moving) = if end_first {
            (&old, &new)
        } else {
            (&new, &old)
        };

        let (mut reader, mut writer) = pipe(4);
        let watch = |reader: &mut Reader| {
            assert!(watching.poll(|cx| reader.poll_closed(cx)).is_pending());
        };
        if end_first {
            watch(&mut reader);
        }
        park_reader(moving, &mut reader);
        if !end_first {
            watch(&mut reader);
        }
        assert_eq!((old.retained(), new.retained()), (0, 1));
        writer.finish();
        assert_eq!((old.wakes(), new.wakes()), (0, 1));
        assert_eq!((old.retained(), new.retained()), (0, 0));

        let (reader, mut writer) = full_pipe();
        let watch = |writer: &mut Writer| {
            assert!(watching.poll(|cx| writer.poll_closed(cx)).is_pending());
        };
        if end_first {
            watch(&mut writer);
        }
        park_writer(moving, &mut writer);
        if !end_first {
            watch(&mut writer);
        }
        assert_eq!((old.retained(), new.retained()), (0, 1));
        drop(reader);
        assert_eq!((old.wakes(), new.wakes()), (0, 2));
        assert_eq!((old.retained(), new.retained()), (0, 0));
    }
}
