//! Bytes that end at the end of the storage, or wrap around it: B7, B8 and B19.

use core::task::Poll;
use std::sync::Arc;

use async_duplex::{pipe, DuplexStream, Reader, Writer};

use crate::reads::{all_reads, waiting_reads, Source};
use crate::task::{failed, moved, tried, Outcome, Task};
use crate::{wrong_checksum, RESET};

/// A pipe of eight bytes, the last of which have been consumed through `fill_buf`, `piece` bytes
/// at a time. What comes next is at the front of the storage.
fn pipe_consumed_up_to_the_wrap(piece: usize) -> (Reader, Writer) {
    let (mut reader, mut writer) = pipe(8);
    let task = Task::new();
    writer.try_write(b"01234").unwrap();
    assert_eq!(reader.try_read(&mut [0; 4]).unwrap(), 4);
    // One byte is unread, so the writer goes on behind it.
    writer.try_write(b"567").unwrap();
    for rest in (1..=4 / piece).rev() {
        let lent = task.poll(|cx| reader.poll_fill_buf(cx).map_ok(<[u8]>::len));
        assert!(matches!(lent, Poll::Ready(Ok(n)) if n == rest * piece));
        reader.consume(piece);
    }
    (reader, writer)
}

fn check_pending_at_the_wrap<S: Source>() {
    for (name, call) in waiting_reads::<S>() {
        for piece in [1, 2, 4] {
            let (reader, mut writer) = pipe_consumed_up_to_the_wrap(piece);
            let mut source = S::with_reader(reader);
            let task = Task::new();
            let first = task.poll(|cx| call(&mut source, cx));
            assert_eq!(first, Poll::Pending, "{name} is never an empty slice");
            assert_eq!(tried(source.reader().peek(&mut [0; 8])), Poll::Pending);
            writer.try_write(b"abcdefgh").unwrap();
            assert_eq!(task.wakes(), 1, "{name}");
            let next = task.poll(|cx| call(&mut source, cx));
            assert!(
                matches!(next, Poll::Ready(Ok(n)) if n > 0),
                "{name}: {next:?}"
            );
        }
    }
}

#[test]
fn b7_b19_after_a_consume_up_to_the_wrap_every_read_is_pending_until_the_next_byte() {
    check_pending_at_the_wrap::<Reader>();
    check_pending_at_the_wrap::<DuplexStream>();
}

#[test]
fn b11_b24_b26_after_a_consume_up_to_the_wrap_every_read_is_woken_by_an_end() {
    type End = fn(&mut Writer);
    let ends: [(End, Outcome); 3] = [
        (|writer| writer.finish(), moved(0)),
        (
            |writer| writer.finish_with(wrong_checksum()),
            failed(wrong_checksum()),
        ),
        (|writer| writer.abort_handle().abort(RESET), failed(RESET)),
    ];
    for (end, expected) in ends {
        for (name, call) in waiting_reads::<Reader>() {
            let (mut reader, mut writer) = pipe_consumed_up_to_the_wrap(4);
            let task = Task::new();
            let first = task.poll(|cx| call(&mut reader, cx));
            assert_eq!(first, Poll::Pending, "{name}");
            end(&mut writer);
            assert_eq!(task.wakes(), 1, "{name}");
            let next = task.poll(|cx| call(&mut reader, cx));
            assert_eq!(next, expected, "{name}");
        }
    }
}

/// A reader that was woken by a header of three bytes and a body of four, written at once so that
/// they begin at `offset` of the storage of eight bytes, and that has consumed the header.
fn reader_before_the_body(offset: usize, task: &Arc<Task>) -> (Reader, Writer) {
    let (mut reader, mut writer) = pipe(8);
    // One byte stays unread, so that the writer does not go back to the front.
    writer.try_write(&[b'-'; 8][..offset]).unwrap();
    assert_eq!(
        reader.try_read(&mut [0; 8][..offset - 1]).unwrap(),
        offset - 1
    );
    assert!(task.poll(|cx| reader.poll_readable(cx, 4)).is_pending());
    assert_eq!(writer.try_write(b"HDRbody").unwrap(), 7);
    assert_eq!(task.wakes(), 1);
    assert!(task.poll(|cx| reader.poll_readable(cx, 4)).is_ready());
    let mut header = [0; 4];
    assert_eq!(reader.try_read(&mut header).unwrap(), 4);
    assert_eq!(&header, b"-HDR");
    (reader, writer)
}

fn check_body_without_a_wake<S: Source>() {
    for (name, call) in all_reads::<S>() {
        for offset in 2..=8 {
            let task = Task::new();
            let (reader, _writer) = reader_before_the_body(offset, &task);
            let mut source = S::with_reader(reader);
            let body = task.poll(|cx| call(&mut source, cx));
            // What is lent goes up to the wrap.
            let lent = match 8 - (offset + 3) % 8 {
                up_to_the_wrap if name.contains("fill_buf") => up_to_the_wrap.min(4),
                _ => 4,
            };
            assert_eq!(body, moved(lent), "{name} at offset {offset}");
            assert_eq!(task.wakes(), 1, "{name} at offset {offset}");
        }
    }
}

#[test]
fn b8_a_body_written_with_its_header_is_read_without_a_wake_across_the_wrap_too() {
    check_body_without_a_wake::<Reader>();
    check_body_without_a_wake::<DuplexStream>();
}

#[test]
fn b19_a_body_written_with_its_header_is_peeked_and_read_across_the_wrap() {
    for offset in 2..=8 {
        let (mut reader, _writer) = reader_before_the_body(offset, &Task::new());
        let mut peeked = [0; 8];
        for _ in 0..2 {
            assert_eq!(reader.peek(&mut peeked).unwrap(), 4);
            assert_eq!(&peeked[..4], b"body");
        }
        // A part that was consumed is not peeked again.
        reader.consume(1);
        assert_eq!(reader.peek(&mut peeked).unwrap(), 3);
        assert_eq!(&peeked[..3], b"ody");
        assert_eq!(reader.try_read(&mut peeked).unwrap(), 3);
        assert_eq!(&peeked[..3], b"ody");
    }
}

#[test]
fn b24_b26_a_body_is_read_before_an_error_and_discarded_by_a_handle() {
    for offset in 2..=8 {
        let (mut reader, mut writer) = reader_before_the_body(offset, &Task::new());
        writer.finish_with(wrong_checksum());
        let mut body = [0; 8];
        assert_eq!(reader.try_read(&mut body).unwrap(), 4);
        assert_eq!(&body[..4], b"body");
        assert_eq!(tried(reader.try_read(&mut body)), failed(wrong_checksum()));

        let (mut reader, writer) = reader_before_the_body(offset, &Task::new());
        writer.abort_handle().abort(RESET);
        assert_eq!(tried(reader.try_read(&mut body)), failed(RESET));
    }
}
