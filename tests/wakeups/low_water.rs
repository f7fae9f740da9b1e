//! B17: a writer with a low-water mark sleeps until so much is free.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{DuplexStream, Options, Reader, Writer};

use crate::counting_waker::{moved, tried, CountingTask};
use crate::readiness::{readable, writable};
use crate::{park_reader, park_writer, Deed, READER_ENDINGS};

/// A pipe that is full, and whose writer waits for room, for `task`.
fn parked(task: &CountingTask, capacity: usize, mark: usize) -> (Reader, Writer) {
    let (reader, mut writer) = Options::new(capacity).low_water(mark).pipe();
    let fits = writer.try_write(&[1; 16][..capacity]);
    assert_eq!(tried(fits), moved(capacity));
    park_writer(task, &mut writer);
    (reader, writer)
}

fn take(reader: &mut Reader, n: usize) {
    assert_eq!(tried(reader.try_read(&mut [0; 16][..n])), moved(n));
}

#[test]
fn b17_a_parked_writer_is_woken_once_at_its_mark_and_not_before() {
    for capacity in 1..=6 {
        for mark in 1..=capacity {
            for step in 1..=mark {
                let task = CountingTask::new();
                let (mut reader, mut writer) = parked(&task, capacity, mark);
                let mut free = 0;
                while free < capacity {
                    let n = step.min(capacity - free);
                    take(&mut reader, n);
                    free += n;
                    let waits = usize::from(free < mark);
                    assert_eq!((task.wakes(), task.kept()), (1 - waits, waits));
                }
                assert_eq!(task.write(&mut writer, &[2; 16]), moved(capacity));
            }
        }
    }
}

#[test]
fn b17_an_emptied_pipe_always_wakes_the_writer() {
    for capacity in 1..=6 {
        for mark in 1..=capacity {
            for left in 1..=capacity {
                let task = CountingTask::new();
                let (mut reader, _writer) = parked(&task, capacity, mark);
                take(&mut reader, capacity - left);
                take(&mut reader, left);
                assert_eq!((task.wakes(), task.kept()), (1, 0));
            }
        }
    }
}

#[test]
fn b17_the_mark_holds_for_every_time_that_the_writer_waits() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = parked(&task, 4, 3);
    for round in 0..10 {
        take(&mut reader, 1);
        take(&mut reader, 1);
        assert_eq!(task.wakes(), round);
        take(&mut reader, 1);
        assert_eq!(task.wakes(), round + 1);
        assert_eq!(task.write(&mut writer, b"abcd"), moved(3));
        park_writer(&task, &mut writer);
    }
}

#[test]
fn b17_without_a_mark_the_writer_is_woken_by_one_byte() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).pipe();
    assert_eq!(tried(writer.try_write(b"full")), moved(4));
    park_writer(&task, &mut writer);
    take(&mut reader, 1);
    assert_eq!((task.wakes(), task.kept()), (1, 0));
}

/// Of the mark and what it waits for, the writer waits for the larger one.
#[test]
fn b17_a_writer_that_waits_for_more_than_its_mark_gets_it() {
    for mark in 1..=5 {
        for min in 1..=5 {
            let task = CountingTask::new();
            let (mut reader, mut writer) = parked(&task, 5, mark);
            assert_eq!(writable(&task, &mut writer, min), Poll::Pending);
            for free in 1..=5 {
                take(&mut reader, 1);
                let enough = free >= min && free >= mark;
                assert_eq!(task.wakes(), usize::from(enough), "{min} and {mark}");
            }
            assert_eq!(writable(&task, &mut writer, min), moved(5));
        }
    }
}

/// A writer that does not wait to be woken finds what is free; then it waits for its mark again.
#[test]
fn b17_a_writer_that_asks_early_gets_what_is_free_and_is_woken_once_all_the_same() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = parked(&task, 4, 3);
    take(&mut reader, 2);
    assert_eq!(task.write(&mut writer, b"abcd"), moved(2));
    park_writer(&task, &mut writer);
    take(&mut reader, 2);
    assert_eq!((task.wakes(), task.kept()), (0, 1));
    take(&mut reader, 1);
    assert_eq!((task.wakes(), task.kept()), (1, 0));
}

#[test]
fn b17_any_end_of_the_reader_wakes_a_writer_below_its_mark() {
    let aborts: Deed<Reader> = ("aborts", |mut reader| {
        reader.abort(ErrorKind::Other);
        Some(reader)
    });
    for (what, end) in READER_ENDINGS.into_iter().chain([aborts]) {
        for free in 0..4 {
            let task = CountingTask::new();
            let (mut reader, _writer) = parked(&task, 4, 4);
            assert_eq!(tried(reader.try_read(&mut [0; 4][..free])), moved(free));
            assert_eq!(task.wakes(), 0);
            let _rest = end(reader);
            assert_eq!((task.wakes(), task.kept()), (1, 0), "the reader {what}");
        }
    }
}

#[test]
fn b17_a_reader_has_no_mark() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).low_water(4).pipe();
    park_reader(&task, &mut reader);
    assert_eq!(tried(writer.try_write(b"x")), moved(1));
    assert_eq!(task.wakes(), 1);
}

#[test]
fn b17_both_directions_of_a_stream_have_the_mark() {
    let options = Options::new(4).low_water(2);
    for (mut near, mut far) in [options.duplex(), options.try_duplex().unwrap()] {
        for _ in 0..2 {
            let task = CountingTask::new();
            assert_eq!(task.write(&mut near, b"full"), moved(4));
            assert_eq!(task.write(&mut near, b"more"), Poll::Pending);
            let (reader, _) = DuplexStream::split(&mut far);
            take(reader, 1);
            assert_eq!(task.wakes(), 0);
            take(reader, 1);
            assert_eq!(task.wakes(), 1);
            core::mem::swap(&mut near, &mut far);
        }
    }
}

/// The reader waits for bytes, and the writer, which has some, for room: of that there is less than
/// the mark, and there will never be more. One of the two has to be woken.
#[test]
fn b17_a_writer_below_its_mark_does_not_sleep_for_good_while_the_reader_waits_for_more() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = parked(&write, 4, 4);
    take(&mut reader, 2);
    assert_eq!(write.wakes(), 0);
    assert_eq!(readable(&read, &mut reader, 3), Poll::Pending);
    assert_eq!(
        (read.wakes(), write.wakes()),
        (0, 1),
        "the writer can write 2"
    );
    assert_eq!(write.write(&mut writer, b"abcd"), moved(2));
    assert_eq!(read.wakes(), 1);
    assert_eq!(readable(&read, &mut reader, 3), moved(4));
}

/// See [`b17_a_writer_below_its_mark_does_not_sleep_for_good_while_the_reader_waits_for_more`].
#[test]
fn b17_nor_while_the_reader_waits_for_it_to_be_gone() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = parked(&write, 4, 4);
    take(&mut reader, 1);
    for _ in 0..3 {
        assert!(read.poll(|cx| reader.poll_closed(cx)).is_pending());
        assert_eq!((write.wakes(), write.kept()), (1, 0));
    }
    assert_eq!(write.write(&mut writer, b"abcd"), moved(1));
    drop(writer);
    assert_eq!((read.wakes(), write.wakes()), (1, 1));
}

/// It has got its answer: what it waits for after that is something else.
#[test]
fn b15_a_writer_that_was_let_off_its_mark_and_now_waits_for_the_end_is_not_woken_by_room() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = parked(&write, 4, 2);
    take(&mut reader, 1);
    assert_eq!(readable(&read, &mut reader, 4), Poll::Pending);
    assert_eq!(write.write(&mut writer, b"a"), moved(1));
    assert!(write.poll(|cx| writer.poll_closed(cx)).is_pending());
    take(&mut reader, 4);
    assert_eq!((write.wakes(), write.kept()), (1, 1));
    drop(reader);
    assert_eq!((write.wakes(), write.kept()), (2, 0));
}

#[test]
fn b17_a_reader_that_goes_to_sleep_does_not_wake_a_writer_that_could_not_go_on() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = parked(&write, 5, 5);
    assert!(read.poll(|cx| reader.poll_closed(cx)).is_pending());
    assert_eq!((write.wakes(), write.kept()), (0, 1), "it is full");
    assert_eq!(writable(&write, &mut writer, 3), Poll::Pending);
    for free in 1..=3 {
        take(&mut reader, 1);
        assert_eq!(write.wakes(), 0, "below the mark");
        assert_eq!(readable(&read, &mut reader, 5), Poll::Pending);
        assert_eq!(write.wakes(), usize::from(free >= 3), "{free} are free");
    }
    assert_eq!(writable(&write, &mut writer, 3), moved(3));
}

/// It wakes only when it has to sleep, and not when it finds what it wants.
#[test]
fn b17_a_reader_that_goes_on_leaves_the_writer_to_its_mark() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, _writer) = parked(&write, 4, 3);
    take(&mut reader, 2);
    assert_eq!(readable(&read, &mut reader, 2), moved(2));
    assert!(read.fill_buf(&mut reader).is_ready());
    assert_eq!(reader.as_slices().0.len(), 2);
    assert_eq!((write.wakes(), write.kept()), (0, 1));
    assert_eq!(read.read(&mut reader, &mut [0]), moved(1));
    assert_eq!((read.wakes(), write.wakes()), (0, 1));
}
