//! B3 and B10: bytes arrive once, in order and unchanged, and each call moves as many as it can.

use core::task::Poll;

use async_duplex::pipe;
use futures::{AsyncReadExt, AsyncWriteExt, FutureExt};

use crate::counting_waker::{as_poll, ready, CountingTask};
use crate::data::data;
use crate::model::{CheckedPipe, METHODS};
use crate::read_up_to;

/// Two writes and two reads of every length, from every offset, in small pipes.
#[test]
fn b3_one_call_moves_all_it_can_across_every_wrap_of_a_small_pipe() {
    let largest = if cfg!(miri) { 2 } else { 5 };
    for method in METHODS {
        for capacity in 1..=largest {
            let lengths = || 0..=capacity + 1;
            for offset in 0..2 * capacity {
                for (write, read) in lengths().flat_map(|w| lengths().map(move |r| (w, r))) {
                    for (again, rest) in lengths().flat_map(|w| lengths().map(move |r| (w, r))) {
                        let mut pipe = CheckedPipe::new(capacity, method).at(offset);
                        pipe.write(write);
                        pipe.read(read);
                        pipe.write(again);
                        pipe.read(rest);
                        pipe.read(capacity);
                    }
                }
            }
        }
    }
}

#[test]
fn b3_one_call_moves_all_it_can_across_every_wrap_of_a_larger_pipe() {
    let capacities: &[usize] = if cfg!(miri) { &[7] } else { &[7, 16, 100] };
    for &capacity in capacities {
        for method in METHODS {
            for offset in 0..2 * capacity {
                let mut pipe = CheckedPipe::new(capacity, method).at(offset);
                pipe.write(capacity);
                pipe.read(capacity - 1);
                pipe.write(capacity);
                pipe.read(capacity);
            }
        }
    }
}

#[test]
fn b3_a_long_stream_in_unequal_steps_comes_in_order() {
    let steps = if cfg!(miri) { 50 } else { 5_000 };
    for method in METHODS {
        for capacity in [1, 2, 13, 64, 1000] {
            let mut pipe = CheckedPipe::new(capacity, method);
            for step in 0..steps {
                pipe.write(step * 7 % (capacity + 3));
                pipe.read(step * 5 % (capacity + 2));
                // The reader catches up now and then.
                if step % 10 == 0 {
                    pipe.read(capacity);
                }
            }
        }
    }
}

#[test]
fn b3_a_read_gets_bytes_written_since_the_last_read() {
    for capacity in 2..=9 {
        for offset in 0..2 * capacity {
            for method in METHODS {
                let mut pipe = CheckedPipe::new(capacity, method).at(offset);
                pipe.write(2);
                // Now the reader knows of one unread byte; there will be more.
                pipe.read(1);
                pipe.write(capacity);
                pipe.read(capacity);
            }
        }
    }
}

#[test]
fn b3_a_write_uses_space_freed_since_the_last_write() {
    for capacity in 2..=9 {
        for offset in 0..2 * capacity {
            for method in METHODS {
                let mut pipe = CheckedPipe::new(capacity, method).at(offset);
                // Now the writer knows of one free byte; there will be more.
                pipe.write(capacity - 1);
                pipe.read(capacity - 1);
                pipe.write(capacity);
                assert_eq!(pipe.unread(), capacity);
            }
        }
    }
}

#[test]
fn b3_every_byte_value_passes_unchanged() {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let (mut reader, mut writer) = pipe(256);
    assert_eq!(as_poll(writer.try_write(&all)), ready(256));
    assert_eq!(read_up_to(&mut reader, 256), all);
}

#[test]
fn b3_bytes_are_read_once() {
    let (mut reader, mut writer) = pipe(8);
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!(read_up_to(&mut reader, 8), b"abc");
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), Poll::Pending);
}

#[test]
fn b3_a_call_that_has_to_wait_moves_nothing() {
    let (mut reader, mut writer) = pipe(3);
    let task = CountingTask::new();
    let mut buf = [9; 4];
    assert_eq!(task.read(&mut reader, &mut buf), Poll::Pending);
    assert_eq!(buf, [9; 4]);
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!(task.write(&mut writer, b"d"), Poll::Pending);
    assert_eq!(read_up_to(&mut reader, 4), b"abc");
}

#[test]
fn b3_the_two_directions_of_a_stream_do_not_mix() {
    let (mut left, mut right) = async_duplex::duplex(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut left, b"left"), ready(4));
    assert_eq!(task.write(&mut right, b"righ"), ready(4));
    let mut buf = [0; 4];
    assert_eq!(task.read(&mut left, &mut buf), ready(4));
    assert_eq!(&buf, b"righ");
    assert_eq!(task.read(&mut right, &mut buf), ready(4));
    assert_eq!(&buf, b"left");
}

#[test]
fn b10_a_read_that_is_dropped_takes_no_byte() {
    let (mut reader, mut writer) = pipe(8);
    let mut buf = [0; 8];
    let mut read = reader.read(&mut buf);
    assert!((&mut read).now_or_never().is_none());
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    drop(read);
    assert_eq!(buf, [0; 8]);
    assert_eq!(read_up_to(&mut reader, 8), b"abc");
}

#[test]
fn b10_a_write_that_is_dropped_has_written_nothing() {
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(as_poll(writer.try_write(b"abcd")), ready(4));
    let mut write = writer.write(b"lost");
    assert!((&mut write).now_or_never().is_none());
    assert_eq!(read_up_to(&mut reader, 2), b"ab");
    drop(write);
    assert_eq!(read_up_to(&mut reader, 8), b"cd");
    assert_eq!(as_poll(reader.try_read(&mut [0])), Poll::Pending);
}

#[test]
fn b10_a_write_all_that_is_dropped_has_written_what_fitted() {
    let (mut reader, mut writer) = pipe(4);
    assert!(writer.write_all(b"abcdefgh").now_or_never().is_none());
    assert_eq!(read_up_to(&mut reader, 8), b"abcd");
    assert_eq!(as_poll(writer.try_write(b"xy")), ready(2));
    assert_eq!(read_up_to(&mut reader, 8), b"xy");
}

#[test]
fn b10_a_dropped_closed_loses_no_byte() {
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    assert!(reader.closed().now_or_never().is_none());
    assert!(writer.closed().now_or_never().is_none());
    assert_eq!(as_poll(writer.try_write(b"cd")), ready(2));
    assert_eq!(read_up_to(&mut reader, 8), b"abcd");
}

#[test]
fn b3_a_long_write_and_a_long_read_move_every_byte_in_one_call() {
    let data = data(0, 300_000);
    let (mut reader, mut writer) = async_duplex::pipe(400_000);
    let mut got = vec![0; data.len()];
    for _ in 0..2 {
        assert_eq!(writer.try_write(&data).unwrap(), data.len());
        assert_eq!(reader.try_read(&mut got[..1]).unwrap(), 1);
        assert_eq!(reader.try_read(&mut got[1..]).unwrap(), data.len() - 1);
        assert!(got == data);
    }
    assert_eq!(
        writer.try_write(&[&data[..], &data].concat()).unwrap(),
        400_000
    );
}
