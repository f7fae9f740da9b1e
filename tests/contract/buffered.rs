//! `poll_fill_buf` and `consume`: their part of B3, B7, B11 and B19.

use core::pin::Pin;
use core::task::Poll;

use async_duplex::{duplex, pipe, Reader};
use futures::io::AsyncBufRead;

use crate::counting_waker::{as_poll, ready, CountingTask, Outcome};
use crate::panics::panic_of;
use crate::{pipe_at, pipe_with, read_up_to, WRITER_ENDINGS};

fn fill_buf(reader: &mut Reader) -> Outcome<Vec<u8>> {
    CountingTask::new().fill_buf(reader)
}

fn bytes(bytes: &[u8]) -> Outcome<Vec<u8>> {
    ready(bytes.to_vec())
}

#[test]
fn b3_fill_buf_returns_all_unread_bytes_up_to_the_wrap() {
    for offset in 0..10 {
        let (mut reader, _writer) = pipe_with(5, offset, b"01234");
        let first = 5 - offset % 5;
        assert_eq!(fill_buf(&mut reader), bytes(&b"01234"[..first]));
        reader.consume(first);
        let rest = &b"01234"[first..];
        if !rest.is_empty() {
            assert_eq!(fill_buf(&mut reader), bytes(rest));
        }
        reader.consume(rest.len());
        assert_eq!(fill_buf(&mut reader), Poll::Pending);
    }
}

#[test]
fn b3_fill_buf_returns_bytes_written_since_the_last_call() {
    let (mut reader, mut writer) = pipe(8);
    assert_eq!(as_poll(writer.try_write(b"a")), ready(1));
    assert_eq!(fill_buf(&mut reader), bytes(b"a"));
    assert_eq!(as_poll(writer.try_write(b"bc")), ready(2));
    assert_eq!(fill_buf(&mut reader), bytes(b"abc"));
}

#[test]
fn b3_fill_buf_without_consume_returns_the_same_bytes_again() {
    let (mut reader, mut writer) = pipe(8);
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    for _ in 0..3 {
        assert_eq!(fill_buf(&mut reader), bytes(b"abc"));
        reader.consume(0);
    }
    assert_eq!(read_up_to(&mut reader, 8), b"abc");
}

#[test]
fn b19_consuming_part_of_fill_buf_leaves_the_rest() {
    let (mut reader, mut writer) = pipe(8);
    assert_eq!(as_poll(writer.try_write(b"abcdef")), ready(6));
    assert_eq!(fill_buf(&mut reader), bytes(b"abcdef"));
    reader.consume(2);
    assert_eq!((reader.len(), writer.len()), (4, 4));
    assert_eq!(fill_buf(&mut reader), bytes(b"cdef"));
    assert_eq!(read_up_to(&mut reader, 1), b"c");
    reader.consume(3);
    assert!(reader.is_empty());
}

#[test]
fn b19_consume_may_go_past_the_wrap() {
    let (mut reader, _writer) = pipe_with(5, 3, b"01234");
    assert_eq!(fill_buf(&mut reader), bytes(b"01"));
    reader.consume(4);
    assert_eq!(read_up_to(&mut reader, 8), b"4");
}

#[test]
fn b19_consuming_more_than_is_unread_panics_and_consumes_nothing() {
    for offset in 0..16 {
        for (fill, too_much) in [(0, 1), (3, 4), (3, usize::MAX), (8, 9), (8, 17)] {
            let (mut reader, mut writer) = pipe_at(8, offset);
            assert_eq!(as_poll(writer.try_write(&b"abcdefgh"[..fill])), ready(fill));
            assert_eq!(fill_buf(&mut reader).is_ready(), fill > 0);
            let task = CountingTask::new();
            assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());

            let panic = panic_of(|| reader.consume(too_much));
            assert!(panic.names(too_much), "{}", panic.message);
            assert!(panic.names(fill), "{}", panic.message);
            assert_eq!(panic.file, file!());

            assert_eq!((reader.len(), writer.len()), (fill, fill));
            assert_eq!(task.wakes(), 0);
            assert_eq!(read_up_to(&mut reader, 9), b"abcdefgh"[..fill]);
            assert_eq!(as_poll(writer.try_write(b"still works")), ready(8));
        }
    }
}

#[test]
fn b19_async_buf_read_consume_panics_if_it_is_too_much() {
    let (mut reader, mut writer) = pipe(8);
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!(fill_buf(&mut reader), bytes(b"abc"));
    let panic = panic_of(|| AsyncBufRead::consume(Pin::new(&mut reader), 4));
    assert!(panic.names(4) && panic.names(3), "{}", panic.message);
    assert_eq!(read_up_to(&mut reader, 8), b"abc");
}

#[test]
fn b7_consuming_makes_room_and_wakes_the_writer() {
    let (mut reader, mut writer) = pipe(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut writer, b"abcd"), ready(4));
    assert!(task.write(&mut writer, b"ef").is_pending());
    assert_eq!(fill_buf(&mut reader), bytes(b"abcd"));
    assert_eq!(task.wakes(), 0, "fill_buf frees no space");
    reader.consume(1);
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.write(&mut writer, b"ef"), ready(1));
}

/// A bug of embassy's pipe: its `consume` frees the space and wakes no writer.
#[test]
fn b7_a_writer_that_parks_between_fill_buf_and_consume_is_woken() {
    let (mut reader, mut writer) = pipe(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut writer, b"abcd"), ready(4));
    assert_eq!(fill_buf(&mut reader), bytes(b"abcd"));
    assert!(task.write(&mut writer, b"e").is_pending());
    reader.consume(4);
    assert_eq!(task.wakes(), 1);
    assert_eq!(fill_buf(&mut reader), Poll::Pending);
    assert_eq!(task.write(&mut writer, b"e"), ready(1));
}

#[test]
fn b8_consuming_zero_bytes_wakes_no_task() {
    let (mut reader, mut writer) = pipe(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut writer, b"abcd"), ready(4));
    assert!(task.write(&mut writer, b"e").is_pending());
    reader.consume(0);
    assert_eq!((task.wakes(), task.retained()), (0, 1));
}

#[test]
fn b11_fill_buf_returns_every_byte_then_eof() {
    for offset in 0..8 {
        for (_, end) in WRITER_ENDINGS {
            let (mut reader, mut writer) = pipe_at(4, offset);
            assert_eq!(as_poll(writer.try_write(b"abcd")), ready(4));
            let _closed = end(writer);
            let mut all = Vec::new();
            while let Poll::Ready(Ok(part)) = fill_buf(&mut reader) {
                if part.is_empty() {
                    break;
                }
                reader.consume(part.len());
                all.extend(part);
            }
            assert_eq!(all, b"abcd");
            for _ in 0..10 {
                assert_eq!(fill_buf(&mut reader), bytes(b""));
                reader.consume(0);
            }
        }
    }
}

#[test]
fn surface_fill_buf_of_a_stream_is_that_of_its_reader() {
    let (mut left, mut right) = duplex(4);
    let task = CountingTask::new();
    assert_eq!(task.fill_buf(&mut right), Poll::Pending);
    assert_eq!(task.write(&mut left, b"abc"), ready(3));
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.fill_buf(&mut right), bytes(b"abc"));
    Pin::new(&mut right).consume(2);
    assert_eq!(task.fill_buf(&mut right), bytes(b"c"));
}
