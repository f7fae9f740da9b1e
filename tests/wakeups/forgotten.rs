//! B22: forgetting a half leaks at most its pipe.
//!
//! Not under Miri, which would call it what it is: a leak.

#![cfg(not(miri))]

use core::mem;
use core::task::Poll;

use async_duplex::{duplex, pipe};

use crate::counting_waker::{moved, tried, CountingTask, BROKEN, END};
use crate::{park_writer, pipe_with_parked_reader, pipe_with_parked_writer};

#[test]
fn b22_without_its_reader_a_writer_writes_up_to_the_capacity_and_closes() {
    let task = CountingTask::new();
    let (reader, mut writer) = pipe(4);
    mem::forget(reader);
    assert_eq!(task.write(&mut writer, b"abc"), moved(3));
    assert_eq!(task.write(&mut writer, b"def"), moved(1));
    assert_eq!(task.write(&mut writer, b"ef"), Poll::Pending);
    assert!(writer.is_full() && !writer.is_closed());
    writer.finish();
    assert_eq!(task.write(&mut writer, b"ef"), BROKEN);
    drop(writer);
    assert_eq!((task.wakes(), task.kept()), (0, 0));
}

#[test]
fn b22_without_its_writer_a_reader_reads_what_there_is_and_closes() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(task.write(&mut writer, b"abc"), moved(3));
    mem::forget(writer);
    assert_eq!(task.read(&mut reader, &mut [0; 2]), moved(2));
    assert_eq!(task.read(&mut reader, &mut [0; 2]), moved(1));
    assert_eq!(task.read(&mut reader, &mut [0; 2]), Poll::Pending);
    assert!(reader.is_empty() && !reader.is_closed());
    reader.close();
    assert_eq!(task.read(&mut reader, &mut [0; 2]), END);
    drop(reader);
    assert_eq!((task.wakes(), task.kept()), (0, 0));
}

#[test]
fn b22_a_parked_half_that_was_forgotten_is_woken_and_does_no_harm() {
    let task = CountingTask::new();
    let (reader, mut writer) = pipe_with_parked_reader(&task);
    mem::forget(reader);
    assert_eq!(tried(writer.try_write(b"abcdef")), moved(4));
    assert_eq!((task.wakes(), task.kept()), (1, 0));
    park_writer(&task, &mut writer);
    drop(writer);
    assert_eq!((task.wakes(), task.kept()), (1, 0));

    let (mut reader, writer) = pipe_with_parked_writer(&task);
    mem::forget(writer);
    assert_eq!(tried(reader.try_read(&mut [0; 8])), moved(4));
    assert_eq!((task.wakes(), task.kept()), (2, 0));
    assert_eq!(tried(reader.try_read(&mut [0; 8])), Poll::Pending);
}

#[test]
fn b22_forgetting_one_half_of_a_stream_leaves_the_other_direction_alone() {
    let (left, mut right) = duplex(4);
    let (mut reader, writer) = left.into_split();
    mem::forget(writer);
    let task = CountingTask::new();
    for _ in 0..10 {
        assert_eq!(task.write(&mut right, b"abcd"), moved(4));
        assert_eq!(tried(reader.try_read(&mut [0; 8])), moved(4));
    }
    drop(reader);
    assert_eq!(task.write(&mut right, b"x"), BROKEN);
    assert_eq!(task.read(&mut right, &mut [0]), Poll::Pending);
}

#[test]
fn b22_forgetting_a_stream_leaves_other_pipes_alone() {
    let (left, mut right) = duplex(4);
    let (mut reader, mut writer) = pipe(4);
    mem::forget(left);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut right, b"abcdef"), moved(4));
    assert_eq!(task.read(&mut right, &mut [0]), Poll::Pending);
    assert_eq!(tried(writer.try_write(b"abcdef")), moved(4));
    assert_eq!(tried(reader.try_read(&mut [0; 8])), moved(4));
    drop(right);
    assert_eq!(task.kept(), 0);
}
