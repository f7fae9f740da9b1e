//! B17: a half that waits with several thresholds before it is woken. The latest task is woken, at
//! the lowest threshold: the waits may be those of one task.

use core::task::Poll;

use async_duplex::Reader;

use crate::counting_waker::CountingTask;
use crate::readiness::{filled_pipe, readable, writable, READ_CALLS, WRITE_CALLS};
use crate::{park_reader, park_writer};

/// How many times the task that waits for `then` bytes was woken when `n` bytes were available, if
/// the half had waited for `first` bytes before.
fn wakes_at(n: usize, first: usize, then: usize) -> usize {
    usize::from(n >= first && first < then) + usize::from(n >= then)
}

/// If the dropped wait had the lower threshold, the later task is woken there too, once.
#[test]
fn b17_a_readers_second_task_is_woken_at_the_lower_threshold_and_then_at_its_own() {
    for first in 1..=4 {
        for then in 1..=4 {
            let (old, new) = (CountingTask::new(), CountingTask::new());
            let (mut reader, mut writer) = filled_pipe(4, 3, 0);
            assert_eq!(readable(&old, &mut reader, first), Poll::Pending);
            assert_eq!(readable(&new, &mut reader, then), Poll::Pending);
            for unread in 1..=4 {
                WRITE_CALLS[0](&mut writer, 1);
                assert_eq!(new.wakes(), wakes_at(unread, first, then));
                if unread == first && first < then {
                    assert_eq!(readable(&new, &mut reader, then), Poll::Pending);
                }
            }
            assert_eq!(old.wakes(), 0);
        }
    }
}

/// See [`b17_a_readers_second_task_is_woken_at_the_lower_threshold_and_then_at_its_own`].
#[test]
fn b17_a_writers_second_task_is_woken_at_the_lower_threshold_and_then_at_its_own() {
    for first in 1..=4 {
        for then in 1..=4 {
            let (old, new) = (CountingTask::new(), CountingTask::new());
            let (mut reader, mut writer) = filled_pipe(4, 3, 4);
            assert_eq!(writable(&old, &mut writer, first), Poll::Pending);
            assert_eq!(writable(&new, &mut writer, then), Poll::Pending);
            for free in 1..=4 {
                READ_CALLS[0](&mut reader, 1);
                assert_eq!(new.wakes(), wakes_at(free, first, then));
                if free == first && first < then {
                    assert_eq!(writable(&new, &mut writer, then), Poll::Pending);
                }
            }
            assert_eq!(old.wakes(), 0);
        }
    }
}

#[test]
fn b17_after_a_dropped_wait_for_more_a_plain_read_or_write_is_woken_by_one_byte() {
    for wait_for_one in [readable, |task: &CountingTask, reader: &mut Reader, _| {
        task.read(reader, &mut [0])
    }] {
        let task = CountingTask::new();
        let (mut reader, mut writer) = filled_pipe(4, 3, 0);
        assert_eq!(readable(&task, &mut reader, 4), Poll::Pending);
        assert_eq!(wait_for_one(&task, &mut reader, 1), Poll::Pending);
        WRITE_CALLS[0](&mut writer, 1);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
    }
    let task = CountingTask::new();
    let (mut reader, mut writer) = filled_pipe(4, 3, 4);
    assert_eq!(writable(&task, &mut writer, 4), Poll::Pending);
    park_writer(&task, &mut writer);
    READ_CALLS[0](&mut reader, 1);
    assert_eq!((task.wakes(), task.retained()), (1, 0));
}

#[test]
fn b17_a_task_with_two_thresholds_is_woken_at_the_lower_one() {
    for first in 1..=4 {
        for then in 1..=4 {
            let least = first.min(then);
            let (read, write) = (CountingTask::new(), CountingTask::new());
            let (mut reader, mut writer) = filled_pipe(4, 3, 0);
            for min in [first, then] {
                assert_eq!(readable(&read, &mut reader, min), Poll::Pending);
                assert_eq!((read.wakes(), read.retained()), (0, 1));
            }
            for unread in 1..=4 {
                WRITE_CALLS[0](&mut writer, 1);
                let waits = usize::from(unread < least);
                assert_eq!((read.wakes(), read.retained()), (1 - waits, waits));
            }
            for min in [first, then] {
                assert_eq!(writable(&write, &mut writer, min), Poll::Pending);
                assert_eq!((write.wakes(), write.retained()), (0, 1));
            }
            for free in 1..=4 {
                READ_CALLS[0](&mut reader, 1);
                let waits = usize::from(free < least);
                assert_eq!((write.wakes(), write.retained()), (1 - waits, waits));
            }
        }
    }
}

/// The threshold of a read is one byte.
#[test]
fn b17_a_wait_for_more_bytes_does_not_replace_a_parked_read_or_write_of_the_same_task() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = filled_pipe(4, 3, 0);
    park_reader(&read, &mut reader);
    assert_eq!(readable(&read, &mut reader, 3), Poll::Pending);
    WRITE_CALLS[0](&mut writer, 1);
    assert_eq!((read.wakes(), read.retained()), (1, 0));
    WRITE_CALLS[0](&mut writer, 3);
    park_writer(&write, &mut writer);
    assert_eq!(writable(&write, &mut writer, 3), Poll::Pending);
    READ_CALLS[0](&mut reader, 1);
    assert_eq!((write.wakes(), write.retained()), (1, 0));
}

#[test]
fn b17_a_wake_clears_the_thresholds_from_before_it() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = filled_pipe(4, 3, 0);
    park_reader(&read, &mut reader);
    WRITE_CALLS[0](&mut writer, 1);
    assert_eq!(read.wakes(), 1);
    assert_eq!(readable(&read, &mut reader, 4), Poll::Pending);
    WRITE_CALLS[0](&mut writer, 2);
    assert_eq!(read.wakes(), 1);
    WRITE_CALLS[0](&mut writer, 1);
    assert_eq!((read.wakes(), read.retained()), (2, 0));
    park_writer(&write, &mut writer);
    READ_CALLS[0](&mut reader, 1);
    assert_eq!(write.wakes(), 1);
    assert_eq!(writable(&write, &mut writer, 4), Poll::Pending);
    READ_CALLS[0](&mut reader, 2);
    assert_eq!(write.wakes(), 1);
    READ_CALLS[0](&mut reader, 1);
    assert_eq!((write.wakes(), write.retained()), (2, 0));
}
