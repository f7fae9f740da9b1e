//! B21, the leaks: no pipe keeps a task alive that nobody will wake, nor wakes one that has left.

use async_duplex::duplex;

use crate::counting_waker::{moved, tried, CountingTask, BROKEN, END};
use crate::{
    full_pipe, park_reader, pipe_with_parked_reader, pipe_with_parked_writer, READER_NEWS,
    WRITER_ENDINGS,
};

#[test]
fn b21_a_dropped_reader_keeps_no_waker_and_is_not_woken() {
    for (what, end) in WRITER_ENDINGS {
        let task = CountingTask::new();
        let (reader, mut writer) = pipe_with_parked_reader(&task);
        drop(reader);
        assert_eq!((task.wakes(), task.kept()), (0, 0));
        assert_eq!(tried(writer.try_write(b"x")), BROKEN);
        drop(end(writer));
        assert_eq!((task.wakes(), task.kept()), (0, 0), "the writer {what}");
    }
}

#[test]
fn b21_a_dropped_writer_keeps_no_waker_and_is_not_woken() {
    for (what, deed) in READER_NEWS {
        let task = CountingTask::new();
        let (reader, writer) = pipe_with_parked_writer(&task);
        drop(writer);
        assert_eq!((task.wakes(), task.kept()), (0, 0));
        drop(deed(reader));
        assert_eq!((task.wakes(), task.kept()), (0, 0), "the reader {what}");
    }
}

#[test]
fn b21_halves_that_waited_for_the_end_keep_no_waker_when_dropped() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = full_pipe();
    assert!(read.poll(|cx| reader.poll_closed(cx)).is_pending());
    assert!(write.poll(|cx| writer.poll_closed(cx)).is_pending());
    drop(reader);
    assert_eq!((read.wakes(), read.kept()), (0, 0));
    assert_eq!((write.wakes(), write.kept()), (1, 0));
    drop(writer);
    assert_eq!((read.wakes(), write.wakes()), (0, 1));
}

#[test]
fn b21_a_dropped_stream_keeps_no_waker_of_either_direction() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut left, mut right) = duplex(4);
    assert!(read.read(&mut left, &mut [0]).is_pending());
    assert_eq!(write.write(&mut left, b"full"), moved(4));
    assert!(write.write(&mut left, b"x").is_pending());
    drop(left);
    assert_eq!((read.kept(), write.kept()), (0, 0));
    assert_eq!(read.read(&mut right, &mut [0; 8]), moved(4));
    assert_eq!(write.write(&mut right, b"x"), BROKEN);
    drop(right);
    assert_eq!((read.wakes(), write.wakes()), (0, 0));
}

/// With the other half dropped first, so that there is nobody left to take the waker.
#[test]
fn b21_a_waker_that_was_stored_after_the_others_end_goes_with_the_half() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe_with_parked_reader(&task);
    writer.close();
    assert_eq!(task.read(&mut reader, &mut [0]), END);
    // The writer itself now waits for the reader's end.
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
    assert_eq!(task.kept(), 1);
    drop(writer);
    assert_eq!((task.wakes(), task.kept()), (1, 0));
}

#[test]
fn b21_a_read_that_is_dropped_leaves_at_most_one_waker_behind_and_that_is_replaced() {
    let (old, new) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe_with_parked_reader(&old);
    // The reading future is gone. What it left is woken or replaced, as if it were not.
    assert_eq!(old.kept(), 1);
    park_reader(&new, &mut reader);
    assert_eq!((old.kept(), new.kept()), (0, 1));
    assert_eq!(tried(writer.try_write(b"abc")), moved(3));
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
    assert_eq!(new.read(&mut reader, &mut [0; 8]), moved(3));
}
