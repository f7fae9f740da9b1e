//! B1 and B2: the capacity.

use core::task::Poll;

use async_duplex::{duplex, pipe, DuplexStream};

use crate::counting_waker::{as_poll, ready, CountingTask};
use crate::model::{CheckedPipe, METHODS};
use crate::panics::panic_of;
use crate::{pipe_at, read_up_to};

/// At powers of two and beside them, and a usual one.
fn capacities() -> impl Iterator<Item = usize> {
    let large = if cfg!(miri) { 100 } else { 65536 };
    (1..=17).chain([64, 1000, large])
}

const INVALID: [usize; 4] = [0, isize::MAX as usize / 2 + 1, usize::MAX / 2, usize::MAX];

#[test]
fn b1_exactly_the_capacity_fits_in_one_write() {
    for capacity in capacities() {
        for method in METHODS {
            let mut pipe = CheckedPipe::new(capacity, method);
            pipe.write(capacity + 1);
            assert_eq!(pipe.unread(), capacity);
            pipe.write(1);
            assert_eq!(pipe.unread(), capacity);
        }
    }
}

#[test]
fn b1_exactly_the_capacity_fits_byte_by_byte() {
    for capacity in capacities() {
        let (_reader, mut writer) = pipe(capacity);
        let task = CountingTask::new();
        for _ in 0..capacity {
            assert_eq!(task.write(&mut writer, b"x"), ready(1));
        }
        assert_eq!(task.write(&mut writer, b"x"), Poll::Pending);
        assert_eq!(as_poll(writer.try_write(b"x")), Poll::Pending);
        assert_eq!(writer.len(), capacity);
    }
}

#[test]
fn b1_exactly_the_capacity_fits_from_every_offset() {
    for capacity in (1..=17).chain([64]) {
        let (mut reader, mut writer) = pipe(capacity);
        for offset in 0..2 * capacity {
            let bytes = vec![offset as u8; capacity + 1];
            assert_eq!(as_poll(writer.try_write(&bytes)), ready(capacity));
            assert_eq!(as_poll(writer.try_write(&bytes)), Poll::Pending);
            assert_eq!(read_up_to(&mut reader, usize::from(u16::MAX)), bytes[1..]);
            assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
            assert_eq!(read_up_to(&mut reader, 1), b"x");
        }
    }
}

#[test]
fn b1_exactly_as_many_bytes_fit_again_as_were_read() {
    for capacity in 1..=17 {
        for read in 1..=capacity {
            let mut pipe = CheckedPipe::new(capacity, METHODS[0]);
            pipe.write(capacity);
            pipe.read(read);
            pipe.write(capacity);
            assert_eq!(pipe.unread(), capacity);
        }
    }
}

#[test]
fn b1_each_direction_of_a_stream_holds_the_capacity() {
    for capacity in [1, 2, 3, 64] {
        let (mut left, mut right) = duplex(capacity);
        let task = CountingTask::new();
        let bytes = vec![7; capacity + 1];
        for stream in [&mut left, &mut right] {
            assert_eq!(task.write(stream, &bytes), ready(capacity));
            assert_eq!(task.write(stream, &bytes), Poll::Pending);
        }
    }
}

#[test]
fn b1_a_stream_of_unequal_pipes_keeps_both_capacities() {
    let (near_reader, far_writer) = pipe(3);
    let (far_reader, near_writer) = pipe(10);
    let mut near = DuplexStream::new(near_reader, near_writer);
    let mut far = DuplexStream::new(far_reader, far_writer);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut near, &[1; 20]), ready(10));
    assert_eq!(task.write(&mut far, &[2; 20]), ready(3));
}

#[test]
fn b1_both_halves_report_the_exact_capacity() {
    for capacity in capacities() {
        let (reader, writer) = pipe(capacity);
        assert_eq!((reader.capacity(), writer.capacity()), (capacity, capacity));
    }
}

#[test]
fn b1_len_of_a_closed_pipe_counts_unread_bytes() {
    let (mut reader, mut writer) = pipe_at(4, 3);
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    writer.finish();
    assert_eq!((reader.len(), writer.len()), (3, 3));
    assert_eq!(read_up_to(&mut reader, 2), b"ab");
    assert_eq!((reader.len(), writer.len()), (1, 1));
    drop(reader);
    assert_eq!((writer.len(), writer.capacity()), (1, 4));
}

#[test]
fn b2_pipe_with_an_invalid_capacity_panics_at_the_caller_and_names_the_value() {
    for capacity in INVALID {
        let panic = panic_of(|| pipe(capacity));
        assert!(panic.names(capacity), "{}", panic.message);
        assert_eq!(panic.file, file!());
        // A caller that asks for 0 bytes does not want an unbounded pipe.
        assert_eq!(panic.message.contains("unbounded"), capacity > 0);
    }
}

#[test]
fn b2_duplex_with_an_invalid_capacity_panics_at_the_caller_and_names_the_value() {
    for capacity in INVALID {
        let panic = panic_of(|| duplex(capacity));
        assert!(panic.names(capacity), "{}", panic.message);
        assert_eq!(panic.file, file!());
    }
}
