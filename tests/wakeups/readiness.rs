//! B17: a half that waits for several bytes is woken when they are available, and not before.

use core::task::Poll;
use std::io::IoSlice;

use async_duplex::{pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, Outcome};
use crate::endings::{reader_ends, writer_ends};

pub(crate) fn readable(task: &CountingTask, reader: &mut Reader, min: usize) -> Outcome<usize> {
    let polled = task.poll(|cx| reader.poll_readable(cx, min));
    polled.map_err(|error| error.kind())
}

pub(crate) fn writable(task: &CountingTask, writer: &mut Writer, min: usize) -> Outcome<usize> {
    let polled = task.poll(|cx| writer.poll_writable(cx, min));
    polled.map_err(|error| error.kind())
}

/// Every way to write `n` bytes that fit.
pub(crate) const WRITE_CALLS: [fn(&mut Writer, usize); 4] = [
    |writer, n| assert_eq!(as_poll(writer.try_write(&[1; 16][..n])), ready(n)),
    |writer, n| {
        let written = CountingTask::new().write(writer, &[1; 16][..n]);
        assert_eq!(written, ready(n));
    },
    |writer, n| {
        let bufs = [IoSlice::new(b""), IoSlice::new(&[1; 16][..n])];
        let written = CountingTask::new().write_vectored(writer, &bufs);
        assert_eq!(written, ready(n));
    },
    |writer, n| {
        writer.spare_slices();
        writer.commit(n);
    },
];

/// Every way to read `n` unread bytes.
pub(crate) const READ_CALLS: [fn(&mut Reader, usize); 4] = [
    |reader, n| assert_eq!(as_poll(reader.try_read(&mut [0; 16][..n])), ready(n)),
    |reader, n| {
        let read = CountingTask::new().read(reader, &mut [0; 16][..n]);
        assert_eq!(read, ready(n));
    },
    |reader, n| {
        assert!(CountingTask::new().fill_buf(reader).is_ready());
        reader.consume(n);
    },
    |reader, n| {
        reader.as_slices();
        reader.consume(n);
    },
];

/// A pipe with `fill` unread bytes, through which `offset` bytes have passed before.
pub(crate) fn filled_pipe(capacity: usize, offset: usize, fill: usize) -> (Reader, Writer) {
    let (mut reader, mut writer) = pipe(capacity);
    for _ in 0..offset {
        WRITE_CALLS[0](&mut writer, 1);
        READ_CALLS[0](&mut reader, 1);
    }
    WRITE_CALLS[0](&mut writer, fill);
    (reader, writer)
}

/// Calls `check` with every capacity of up to 5 bytes, some offsets, every threshold up to the
/// capacity, and every number of bytes up to the threshold to move at a time.
fn every_step(check: impl Fn(usize, usize, usize, usize)) {
    for capacity in 1..=5 {
        for offset in [0, capacity - 1, capacity, 2 * capacity - 1] {
            for min in 1..=capacity {
                for step in 1..=min {
                    check(capacity, offset, min, step);
                }
            }
        }
    }
}

#[test]
fn b17_a_reader_is_woken_once_at_its_threshold_and_not_before() {
    every_step(|capacity, offset, min, step| {
        for write in WRITE_CALLS {
            let task = CountingTask::new();
            let (mut reader, mut writer) = filled_pipe(capacity, offset, 0);
            assert_eq!(readable(&task, &mut reader, min), Poll::Pending);
            let mut unread = 0;
            while unread < capacity {
                let waits = usize::from(unread < min);
                assert_eq!((task.wakes(), task.retained()), (1 - waits, waits));
                let n = step.min(capacity - unread);
                write(&mut writer, n);
                unread += n;
            }
            assert_eq!((task.wakes(), task.retained()), (1, 0));
            assert_eq!(readable(&task, &mut reader, min), ready(capacity));
        }
    });
}

#[test]
fn b17_a_writer_is_woken_once_at_its_threshold_and_not_before() {
    every_step(|capacity, offset, min, step| {
        for read in READ_CALLS {
            let task = CountingTask::new();
            let (mut reader, mut writer) = filled_pipe(capacity, offset, capacity);
            assert_eq!(writable(&task, &mut writer, min), Poll::Pending);
            let mut free = 0;
            while free < capacity {
                let waits = usize::from(free < min);
                assert_eq!((task.wakes(), task.retained()), (1 - waits, waits));
                let n = step.min(capacity - free);
                read(&mut reader, n);
                free += n;
            }
            assert_eq!((task.wakes(), task.retained()), (1, 0));
            assert_eq!(writable(&task, &mut writer, min), ready(capacity));
        }
    });
}

/// Polls below the threshold cause no wake, now or later.
#[test]
fn b17_a_half_that_polls_again_below_its_threshold_stays_parked() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = filled_pipe(4, 3, 0);
    for unread in 0..4 {
        for _ in 0..2 {
            assert_eq!(readable(&read, &mut reader, 4), Poll::Pending);
            assert_eq!((read.wakes(), read.retained()), (0, 1), "{unread}");
        }
        WRITE_CALLS[0](&mut writer, 1);
    }
    assert_eq!((read.wakes(), read.retained()), (1, 0));

    for free in 0..4 {
        for _ in 0..2 {
            assert_eq!(writable(&write, &mut writer, 4), Poll::Pending);
            assert_eq!((write.wakes(), write.retained()), (0, 1), "{free}");
        }
        READ_CALLS[0](&mut reader, 1);
    }
    assert_eq!((write.wakes(), write.retained()), (1, 0));
}

/// A half that moves bytes itself has given its wait up, which may cost one wake in vain. The wait
/// that it begins then is woken when there are as many bytes at one time.
#[test]
fn b8_a_half_that_moved_bytes_itself_and_waits_anew_is_woken_at_its_number() {
    for own in 1..=2 {
        let task = CountingTask::new();
        let (mut reader, mut writer) = filled_pipe(4, 3, 2);
        assert_eq!(readable(&task, &mut reader, 3), Poll::Pending);
        READ_CALLS[0](&mut reader, own);
        assert_eq!(readable(&task, &mut reader, 3), Poll::Pending);
        for _ in 2 - own..2 {
            WRITE_CALLS[0](&mut writer, 1);
            assert_eq!(readable(&task, &mut reader, 3), Poll::Pending);
        }
        let in_vain = task.wakes();
        assert!(in_vain <= 1, "{own}: {in_vain} wakes in vain");
        WRITE_CALLS[0](&mut writer, 1);
        assert_eq!(task.wakes(), in_vain + 1, "{own}");
    }
    for own in 1..=2 {
        let task = CountingTask::new();
        let (mut reader, mut writer) = filled_pipe(4, 3, 2);
        assert_eq!(writable(&task, &mut writer, 3), Poll::Pending);
        WRITE_CALLS[0](&mut writer, own);
        assert_eq!(writable(&task, &mut writer, 3), Poll::Pending);
        for _ in 2 - own..2 {
            READ_CALLS[0](&mut reader, 1);
            assert_eq!(writable(&task, &mut writer, 3), Poll::Pending);
        }
        let in_vain = task.wakes();
        assert!(in_vain <= 1, "{own}: {in_vain} wakes in vain");
        READ_CALLS[0](&mut reader, 1);
        assert_eq!(task.wakes(), in_vain + 1, "{own}");
    }
}

#[test]
fn b17_every_end_wakes_a_half_below_its_threshold() {
    for (what, end) in writer_ends() {
        for fill in 0..4 {
            let task = CountingTask::new();
            let (mut reader, writer) = filled_pipe(4, 3, fill);
            assert_eq!(readable(&task, &mut reader, 4), Poll::Pending);
            let _rest = end(writer);
            assert_eq!((task.wakes(), task.retained()), (1, 0), "the writer {what}");
        }
    }
    for (what, end) in reader_ends() {
        for fill in 1..=4 {
            let task = CountingTask::new();
            let (reader, mut writer) = filled_pipe(4, 3, fill);
            assert_eq!(writable(&task, &mut writer, 4), Poll::Pending);
            let _rest = end(reader);
            assert_eq!((task.wakes(), task.retained()), (1, 0), "the reader {what}");
        }
    }
}

#[test]
fn b15_a_task_can_wait_for_several_bytes_and_for_the_end_at_once() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = filled_pipe(4, 3, 0);
    assert_eq!(readable(&task, &mut reader, 3), Poll::Pending);
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    WRITE_CALLS[0](&mut writer, 2);
    assert_eq!(task.wakes(), 0);
    WRITE_CALLS[0](&mut writer, 1);
    assert_eq!(task.wakes(), 1);
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    drop(writer);
    assert_eq!((task.wakes(), task.retained()), (2, 0));
}
