//! B3, B11 and B19: `as_slices`, `poll_fill_buf`, `peek` and `consume`.

use core::pin::Pin;
use core::task::Poll;
use std::io::{BufRead, ErrorKind, Read};

use async_duplex::{duplex, pipe, Options, Reader};
use futures::io::AsyncBufRead;

use crate::support::counting_waker::{as_poll, failed, ready, CountingTask, END};
use crate::support::panics::assert_panics;
use crate::{every_pipe, pipe_with, read_up_to, BYTES};

fn unread_bytes(reader: &mut Reader) -> Vec<u8> {
    let (front, back) = reader.as_slices();
    [front, back].concat()
}

#[test]
fn b19_as_slices_and_fill_buf_lend_all_unread_bytes_split_only_at_the_wrap() {
    every_pipe(|mut reader, mut writer, offset, fill| {
        let front = fill.min(reader.capacity() - offset % reader.capacity());
        // They are lent again until they are consumed.
        for _ in 0..2 {
            let (a, b) = reader.as_slices();
            assert_eq!((a, b), (&BYTES[..front], &BYTES[front..fill]));
            let lent = CountingTask::new().fill_buf(&mut reader);
            let expected = if fill == 0 {
                Poll::Pending
            } else {
                ready(BYTES[..front].to_vec())
            };
            assert_eq!(lent, expected);
            reader.consume(0);
        }
        assert_eq!(reader.len(), fill);
        // And what has come since.
        let more = writer.try_write(b"more").unwrap_or(0);
        assert_eq!(
            unread_bytes(&mut reader),
            [&BYTES[..fill], &b"more"[..more]].concat()
        );
    });
}

#[test]
fn b19_consuming_a_part_leaves_the_rest_and_frees_the_part() {
    every_pipe(|mut reader, mut writer, _, fill| {
        for left in (0..fill).rev() {
            assert_eq!(unread_bytes(&mut reader).len(), left + 1);
            reader.consume(1);
            assert_eq!(unread_bytes(&mut reader), BYTES[fill - left..fill]);
            let (front, back) = writer.spare_slices();
            assert_eq!(front.len() + back.len(), reader.capacity() - left);
        }
    });
}

#[test]
fn b19_consume_finds_bytes_past_the_wrap_and_those_that_no_earlier_call_has_seen() {
    let (mut reader, mut writer) = pipe_with(5, 3, b"0123");
    assert_eq!(
        CountingTask::new().fill_buf(&mut reader),
        ready(b"01".to_vec())
    );
    assert_eq!(as_poll(writer.try_write(b"4")), ready(1));
    reader.consume(4);
    assert_eq!(read_up_to(&mut reader, 8), b"4");
}

#[test]
fn b19_consuming_more_than_is_unread_panics_and_consumes_nothing() {
    every_pipe(|mut reader, mut writer, _, fill| {
        let task = CountingTask::new();
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
        for too_much in [fill + 1, fill + reader.capacity(), usize::MAX] {
            assert_panics(|| reader.consume(too_much), file!(), &[too_much, fill]);
            assert_eq!((reader.len(), writer.len(), task.wakes()), (fill, fill, 0));
        }
        let by_trait = || AsyncBufRead::consume(Pin::new(&mut reader), fill + 1);
        assert!(crate::support::panics::panic_message(by_trait).contains("consume"));
        assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
        assert!(writer.try_write(b"still works").is_ok());
    });
}

#[test]
fn surface_fill_buf_of_a_stream_is_that_of_its_reader() {
    let (mut left, mut right) = duplex(4);
    let task = CountingTask::new();
    assert_eq!(task.fill_buf(&mut right), Poll::Pending);
    assert_eq!(task.write(&mut left, b"abc"), ready(3));
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.fill_buf(&mut right), ready(b"abc".to_vec()));
    Pin::new(&mut right).consume(2);
    assert_eq!(task.fill_buf(&mut right), ready(b"c".to_vec()));
}

#[test]
fn b19_peek_copies_unread_bytes_across_the_wrap_and_consumes_none() {
    every_pipe(|mut reader, _writer, _, fill| {
        for n in 0..=6 {
            let mut buf = [b'-'; 6];
            let expected = n.min(fill);
            assert_eq!(reader.peek(&mut buf[..n]).unwrap_or(0), expected);
            assert_eq!(buf[..expected], BYTES[..expected]);
            assert_eq!(buf[expected..], b"------"[expected..]);
        }
        assert_eq!(reader.len(), fill);
    });
}

#[test]
fn b19_peek_ends_as_a_read_does() {
    let (mut reader, mut writer) = pipe(4);
    let mut buf = [0; 2];
    assert_eq!(reader.peek(&mut []).unwrap(), 0, "an empty buffer");
    assert_eq!(as_poll(reader.peek(&mut buf)), Poll::Pending);
    writer.try_write(b"a").unwrap();
    writer.finish();
    assert_eq!(as_poll(reader.peek(&mut buf)), ready(1));
    reader.consume(1);
    assert_eq!(as_poll(reader.peek(&mut buf)), END);

    let (mut reader, mut writer) = pipe(4);
    writer.try_write(b"a").unwrap();
    writer.abort(ErrorKind::ConnectionReset);
    assert_eq!(
        as_poll(reader.peek(&mut buf)),
        failed(ErrorKind::ConnectionReset)
    );
}

#[test]
fn b19_a_short_peek_does_not_shorten_what_was_lent() {
    let (mut reader, mut writer) = pipe(8);
    writer.try_write(b"abcdef").unwrap();
    assert_eq!(reader.as_slices().0, b"abcdef");
    assert_eq!(reader.peek(&mut [0; 2]).unwrap(), 2);
    reader.consume(6);
    assert_eq!(as_poll(reader.peek(&mut [0; 2])), Poll::Pending);
}

#[test]
fn b18_b19_a_peek_neither_counts_nor_yields() {
    let (mut reader, mut writer) = Options::new(8).yield_every(2).pipe();
    writer.try_write(b"abcdef").unwrap();
    let task = CountingTask::new();
    for _ in 0..2 {
        assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
        for _ in 0..5 {
            assert!(reader.peek(&mut [0]).is_ok());
        }
    }
    assert_eq!(task.wakes(), 0);
    assert_eq!(task.read(&mut reader, &mut [0]), Poll::Pending);
}

#[test]
fn b19_b20_a_blocking_reader_reads_what_it_has_peeked() {
    let (reader, mut writer) = pipe(8);
    writer.try_write(b"abcdef").unwrap();
    let mut reader = reader.blocking();
    let mut buf = [0; 4];
    assert_eq!(reader.get_mut().peek(&mut buf).unwrap(), 4);
    assert_eq!(reader.fill_buf().unwrap(), b"abcdef");
    reader.read_exact(&mut buf).unwrap();
    assert_eq!(&buf, b"abcd");
}
