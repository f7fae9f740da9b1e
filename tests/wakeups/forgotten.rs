//! B22: forgetting a half leaks at most its pipe.
//!
//! Not under Miri, which reports the leak.

#![cfg(not(miri))]

use core::mem;
use core::task::Poll;

use async_duplex::{duplex, pipe};

use crate::counting_waker::{as_poll, ready, CountingTask, BROKEN, END};
use crate::{park_writer, pipe_with_parked_reader, pipe_with_parked_writer};

#[test]
fn b22_a_writer_whose_reader_was_forgotten_writes_up_to_the_capacity() {
    let task = CountingTask::new();
    let (reader, mut writer) = pipe(4);
    mem::forget(reader);
    assert_eq!(task.write(&mut writer, b"abc"), ready(3));
    assert_eq!(task.write(&mut writer, b"def"), ready(1));
    assert_eq!(task.write(&mut writer, b"ef"), Poll::Pending);
    assert!(writer.is_full() && !writer.is_closed());
    writer.finish();
    assert_eq!(task.write(&mut writer, b"ef"), BROKEN);
    drop(writer);
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}

#[test]
fn b22_a_reader_whose_writer_was_forgotten_reads_what_is_unread() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(task.write(&mut writer, b"abc"), ready(3));
    mem::forget(writer);
    assert_eq!(task.read(&mut reader, &mut [0; 2]), ready(2));
    assert_eq!(task.read(&mut reader, &mut [0; 2]), ready(1));
    assert_eq!(task.read(&mut reader, &mut [0; 2]), Poll::Pending);
    assert!(reader.is_empty() && !reader.is_closed());
    reader.close();
    assert_eq!(task.read(&mut reader, &mut [0; 2]), END);
    drop(reader);
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}

#[test]
fn b22_a_parked_half_that_was_forgotten_is_woken_and_its_peer_goes_on() {
    let task = CountingTask::new();
    let (reader, mut writer) = pipe_with_parked_reader(&task);
    mem::forget(reader);
    assert_eq!(as_poll(writer.try_write(b"abcdef")), ready(4));
    assert_eq!((task.wakes(), task.retained()), (1, 0));
    park_writer(&task, &mut writer);
    drop(writer);
    assert_eq!((task.wakes(), task.retained()), (1, 0));

    let (mut reader, writer) = pipe_with_parked_writer(&task);
    mem::forget(writer);
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(4));
    assert_eq!((task.wakes(), task.retained()), (2, 0));
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), Poll::Pending);
}

#[test]
fn b22_forgetting_one_half_of_a_stream_leaves_the_other_direction_open() {
    let (left, mut right) = duplex(4);
    let (mut reader, writer) = left.into_split();
    mem::forget(writer);
    let task = CountingTask::new();
    for _ in 0..10 {
        assert_eq!(task.write(&mut right, b"abcd"), ready(4));
        assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(4));
    }
    drop(reader);
    assert_eq!(task.write(&mut right, b"x"), BROKEN);
    assert_eq!(task.read(&mut right, &mut [0]), Poll::Pending);
}

#[test]
fn b22_forgetting_a_stream_does_not_affect_other_pipes() {
    let (left, mut right) = duplex(4);
    let (mut reader, mut writer) = pipe(4);
    mem::forget(left);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut right, b"abcdef"), ready(4));
    assert_eq!(task.read(&mut right, &mut [0]), Poll::Pending);
    assert_eq!(as_poll(writer.try_write(b"abcdef")), ready(4));
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(4));
    drop(right);
    assert_eq!(task.retained(), 0);
}
