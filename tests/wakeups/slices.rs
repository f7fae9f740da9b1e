//! B19 and B8: a commit wakes the reader, a consume the writer, and borrowing slices no task.

use async_duplex::{Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, END};
use crate::{full_pipe, park_reader, park_writer};
use crate::{pipe_with_parked_reader, pipe_with_parked_writer};

/// Borrows and fills the spare slices, and commits none of them.
fn borrow_spare(writer: &mut Writer) {
    let (front, back) = writer.spare_slices();
    front.fill(1);
    back.fill(2);
}

fn borrow_unread(reader: &mut Reader) {
    let (front, back) = reader.as_slices();
    assert!(!front.is_empty() || back.is_empty());
}

#[test]
fn b19_a_commit_wakes_the_parked_reader_once() {
    for n in 1..=4 {
        let task = CountingTask::new();
        let (mut reader, mut writer) = pipe_with_parked_reader(&task);
        borrow_spare(&mut writer);
        assert_eq!((task.wakes(), task.retained()), (0, 1));
        for _ in 0..n {
            writer.commit(1);
            assert_eq!((task.wakes(), task.retained()), (1, 0));
        }
        assert_eq!(task.read(&mut reader, &mut [0; 8]), ready(n));
        park_reader(&task, &mut reader);
        borrow_spare(&mut writer);
        writer.commit(n);
        assert_eq!((task.wakes(), task.retained()), (2, 0));
    }
}

#[test]
fn b19_a_consume_wakes_the_parked_writer_once() {
    for n in 1..=4 {
        let task = CountingTask::new();
        let (mut reader, mut writer) = pipe_with_parked_writer(&task);
        borrow_unread(&mut reader);
        assert_eq!((task.wakes(), task.retained()), (0, 1));
        for _ in 0..n {
            reader.consume(1);
            assert_eq!((task.wakes(), task.retained()), (1, 0));
        }
        assert_eq!(task.write(&mut writer, &[1; 8]), ready(n));
        park_writer(&task, &mut writer);
        borrow_unread(&mut reader);
        reader.consume(n);
        assert_eq!((task.wakes(), task.retained()), (2, 0));
    }
}

#[test]
fn b19_slices_without_commit_or_consume_wake_no_task() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe_with_parked_reader(&read);
    for _ in 0..3 {
        borrow_spare(&mut writer);
        writer.commit(0);
        borrow_unread(&mut reader);
        reader.consume(0);
    }
    assert_eq!((read.wakes(), read.retained()), (0, 1));
    borrow_spare(&mut writer);
    writer.commit(4);
    park_writer(&write, &mut writer);
    for _ in 0..3 {
        borrow_unread(&mut reader);
        reader.consume(0);
        borrow_spare(&mut writer);
        writer.commit(0);
    }
    assert_eq!((read.wakes(), write.wakes(), write.retained()), (1, 0, 1));
}

#[test]
fn b19_dropping_a_writer_wakes_the_reader_once_and_sends_no_uncommitted_byte() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe_with_parked_reader(&task);
    borrow_spare(&mut writer);
    drop(writer);
    assert_eq!((task.wakes(), task.retained()), (1, 0));
    assert_eq!(task.read(&mut reader, &mut [0; 8]), END);
}

/// Borrowing slices is no transfer.
#[test]
fn b8_a_parked_half_that_borrows_slices_stays_parked() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe_with_parked_reader(&read);
    borrow_unread(&mut reader);
    borrow_spare(&mut writer);
    assert_eq!((read.wakes(), read.retained()), (0, 1));
    writer.commit(1);
    assert_eq!((read.wakes(), read.retained()), (1, 0));

    let (mut reader, mut writer) = full_pipe();
    park_writer(&write, &mut writer);
    borrow_spare(&mut writer);
    assert_eq!((write.wakes(), write.retained()), (0, 1));
    assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
    borrow_spare(&mut writer);
    writer.commit(1);
    assert_eq!((write.wakes(), write.retained()), (1, 0));
    park_writer(&write, &mut writer);
}
