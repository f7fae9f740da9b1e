//! B7, B8, B11 and B12: one half parks, and the other one wakes it.

use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};

use async_duplex::{pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, BROKEN, END};
use crate::{
    full_pipe, park_reader, park_writer, pipe_with_parked_reader, pipe_with_parked_writer,
    READER_EVENTS, WRITER_EVENTS,
};

#[test]
fn b7_a_parked_reader_is_woken_by_writes_and_by_the_end() {
    for (what, act) in WRITER_EVENTS {
        let task = CountingTask::new();
        let (mut reader, writer) = pipe_with_parked_reader(&task);
        assert_eq!((task.wakes(), task.retained()), (0, 1));
        let _rest = act(writer);
        assert_eq!((task.wakes(), task.retained()), (1, 0), "the writer {what}");
        assert!(task.read(&mut reader, &mut [0; 4]).is_ready(), "{what}");
        assert_eq!((task.wakes(), task.retained()), (1, 0), "the writer {what}");
    }
}

#[test]
fn b7_a_parked_writer_is_woken_by_reads_and_by_the_end() {
    for (what, act) in READER_EVENTS {
        let task = CountingTask::new();
        let (reader, mut writer) = pipe_with_parked_writer(&task);
        assert_eq!((task.wakes(), task.retained()), (0, 1));
        let _rest = act(reader);
        assert_eq!((task.wakes(), task.retained()), (1, 0), "the reader {what}");
        assert!(task.write(&mut writer, b"x").is_ready(), "{what}");
        assert_eq!((task.wakes(), task.retained()), (1, 0), "the reader {what}");
    }
}

#[test]
fn b7_every_way_to_wait_for_bytes_is_woken_by_one_byte() {
    let calls: [fn(&CountingTask, &mut Reader) -> bool; 3] = [
        |task, reader| task.read(reader, &mut [0; 100]).is_pending(),
        |task, reader| {
            let mut buf = [0; 3];
            let bufs = &mut [IoSliceMut::new(&mut []), IoSliceMut::new(&mut buf)];
            task.read_vectored(reader, bufs).is_pending()
        },
        |task, reader| task.fill_buf(reader).is_pending(),
    ];
    for call in calls {
        let task = CountingTask::new();
        let (mut reader, mut writer) = pipe(100);
        assert!(call(&task, &mut reader));
        assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
        assert_eq!(task.wakes(), 1);
        assert!(!call(&task, &mut reader));
    }
}

#[test]
fn b7_every_way_to_wait_for_room_is_woken_by_one_free_byte() {
    let calls: [fn(&CountingTask, &mut Writer) -> bool; 2] = [
        |task, writer| task.write(writer, b"more").is_pending(),
        |task, writer| {
            let bufs = &[IoSlice::new(b""), IoSlice::new(b"more")];
            task.write_vectored(writer, bufs).is_pending()
        },
    ];
    for call in calls {
        let task = CountingTask::new();
        let (mut reader, mut writer) = full_pipe();
        assert!(call(&task, &mut writer));
        assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
        assert_eq!(task.wakes(), 1);
        assert!(!call(&task, &mut writer));
    }
}

#[test]
fn b7_the_latest_waker_of_a_reader_is_woken_and_the_old_one_dropped() {
    for (what, act) in WRITER_EVENTS {
        let (old, new) = (CountingTask::new(), CountingTask::new());
        let (mut reader, writer) = pipe_with_parked_reader(&old);
        park_reader(&new, &mut reader);
        assert_eq!((old.retained(), new.retained()), (0, 1));
        let _rest = act(writer);
        assert_eq!((old.wakes(), new.wakes()), (0, 1), "the writer {what}");
    }
}

#[test]
fn b7_the_latest_waker_of_a_writer_is_woken_and_the_old_one_dropped() {
    for (what, act) in READER_EVENTS {
        let (old, new) = (CountingTask::new(), CountingTask::new());
        let (reader, mut writer) = pipe_with_parked_writer(&old);
        park_writer(&new, &mut writer);
        assert_eq!((old.retained(), new.retained()), (0, 1));
        let _rest = act(reader);
        assert_eq!((old.wakes(), new.wakes()), (0, 1), "the reader {what}");
    }
}

#[test]
fn b7_parking_again_in_the_same_task_retains_one_waker() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe_with_parked_reader(&read);
    for _ in 0..10 {
        park_reader(&read, &mut reader);
        assert_eq!((read.wakes(), read.retained()), (0, 1));
    }
    assert_eq!(as_poll(writer.try_write(b"full")), ready(4));
    for _ in 0..10 {
        park_writer(&write, &mut writer);
        assert_eq!((write.wakes(), write.retained()), (0, 1));
    }
    assert_eq!(read.wakes(), 1);
}

#[test]
fn b7_a_call_that_need_not_wait_retains_no_waker() {
    let (mut reader, mut writer) = pipe(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut writer, b"abcdef"), ready(4));
    assert!(task.fill_buf(&mut reader).is_ready());
    assert_eq!(task.read(&mut reader, &mut [0; 2]), ready(2));
    assert!(task.flush(&mut writer).is_ready());
    assert!(task.close(&mut writer).is_ready());
    assert_eq!(task.read(&mut reader, &mut [0; 4]), ready(2));
    assert_eq!(task.read(&mut reader, &mut [0; 4]), END);
    drop(reader);
    assert_eq!(task.write(&mut writer, b"x"), BROKEN);
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}

#[test]
fn b7_try_calls_neither_register_nor_remove_a_waker() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe_with_parked_reader(&read);
    assert_eq!(as_poll(reader.try_read(&mut [0])), Poll::Pending);
    assert_eq!(as_poll(writer.try_write(b"full")), ready(4));
    assert_eq!(read.wakes(), 1);
    park_writer(&write, &mut writer);
    assert_eq!(as_poll(writer.try_write(b"x")), Poll::Pending);
    assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
    assert_eq!(write.wakes(), 1);
}

#[test]
fn b7_both_halves_can_park_in_turn_again_and_again() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe(4);
    for round in 0..10 {
        park_reader(&read, &mut reader);
        assert_eq!(as_poll(writer.try_write(b"full")), ready(4));
        park_writer(&write, &mut writer);
        assert_eq!((read.wakes(), write.wakes()), (round + 1, round));
        assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(4));
        assert_eq!((read.wakes(), write.wakes()), (round + 1, round + 1));
    }
}

#[test]
fn b8_a_parked_reader_is_woken_once_for_a_thousand_writes() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(2000);
    for round in 1..=3 {
        park_reader(&task, &mut reader);
        for _ in 0..1000 {
            assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
        }
        assert_eq!(task.wakes(), round);
        assert_eq!(task.read(&mut reader, &mut [0; 2000]), ready(1000));
    }
    park_reader(&task, &mut reader);
    assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
    writer.finish();
    drop(writer);
    assert_eq!(task.wakes(), 4, "bytes and the end are one wake, too");
}

#[test]
fn b8_a_parked_writer_is_woken_once_for_a_thousand_reads() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(1001);
    for round in 1..=3 {
        assert!(task.write(&mut writer, &[0; 1001]).is_ready());
        park_writer(&task, &mut writer);
        for _ in 0..1000 {
            assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
        }
        assert_eq!(task.wakes(), round);
    }
    assert_eq!(task.write(&mut writer, &[0; 1001]), ready(1000));
    park_writer(&task, &mut writer);
    assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
    reader.close();
    drop(reader);
    assert_eq!(task.wakes(), 4, "room and the end are one wake, too");
}

#[test]
fn b8_a_half_that_is_not_parked_is_not_woken() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe_with_parked_reader(&read);
    assert_eq!(write.write(&mut writer, b"a"), ready(1));
    assert_eq!(read.read(&mut reader, &mut [0; 4]), ready(1));
    for _ in 0..100 {
        assert_eq!(write.write(&mut writer, b"full"), ready(4));
        assert_eq!(read.read(&mut reader, &mut [0; 4]), ready(4));
    }
    drop(writer);
    assert_eq!((read.wakes(), write.wakes()), (1, 0));
    drop(reader);
    assert_eq!((read.wakes(), write.wakes()), (1, 0));
}

#[test]
fn b8_calls_that_change_nothing_wake_no_task() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe_with_parked_reader(&read);
    assert!(write.flush(&mut writer).is_ready());
    assert!(writer.is_empty() && !writer.is_full() && !writer.is_closed());
    assert!(!format!("{writer:?}").is_empty());
    assert_eq!((read.wakes(), read.retained()), (0, 1));

    assert_eq!(as_poll(writer.try_write(b"full")), ready(4));
    park_writer(&write, &mut writer);
    assert_eq!(as_poll(writer.try_write(b"x")), Poll::Pending);
    assert!(read.fill_buf(&mut reader).is_ready());
    assert!(reader.is_full() && !reader.is_empty() && !reader.is_closed());
    assert!(!format!("{reader:?}").is_empty());
    assert_eq!((write.wakes(), write.retained()), (0, 1));
    assert_eq!(read.wakes(), 1);
}

#[test]
fn b8_two_pipes_do_not_wake_each_other() {
    let (one, other) = (CountingTask::new(), CountingTask::new());
    let (_reader, mut writer) = pipe_with_parked_reader(&one);
    let (_other_reader, _other_writer) = pipe_with_parked_reader(&other);
    assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
    assert_eq!((one.wakes(), other.wakes()), (1, 0));
}

#[test]
fn b11_finish_wakes_the_parked_reader_once_and_a_drop_after_it_does_not() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe_with_parked_reader(&task);
    writer.finish();
    writer.finish();
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.read(&mut reader, &mut [0]), END);
    drop(writer);
    assert_eq!((task.wakes(), task.retained()), (1, 0));
}

#[test]
fn b12_close_wakes_the_parked_writer_once_and_a_drop_after_it_does_not() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe_with_parked_writer(&task);
    reader.close();
    reader.close();
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.write(&mut writer, b"x"), BROKEN);
    assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(4));
    drop(reader);
    assert_eq!((task.wakes(), task.retained()), (1, 0));
}
