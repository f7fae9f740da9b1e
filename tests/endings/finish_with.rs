//! B24: after the last byte the reader finds an error instead of the end, for ever.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::pipe;

use crate::{assert_checksum, checksum, kinds_of_reader, kinds_of_writer, CountingTask, RESET};

#[test]
fn b24_reader_gets_every_byte_then_the_error_for_ever() {
    let (mut reader, mut writer) = pipe(8);
    writer.try_write(b"abc").unwrap();
    writer.finish_with(checksum());
    assert!(reader.is_closed());
    assert_eq!(reader.len(), 3);
    let mut buf = [0; 2];
    assert_eq!(reader.try_read(&mut buf).unwrap(), 2);
    assert_eq!(reader.try_read(&mut buf).unwrap(), 1);
    for _ in 0..3 {
        assert_checksum(&reader.try_read(&mut buf).unwrap_err());
        assert_eq!(kinds_of_reader(&mut reader), [ErrorKind::InvalidData; 5]);
        assert_eq!(reader.as_slices(), (&b""[..], &b""[..]));
    }
    assert_eq!(reader.try_read(&mut []).unwrap(), 0, "an empty buffer");
}

#[test]
fn b24_readable_returns_what_is_left_and_then_the_error() {
    let (mut reader, mut writer) = pipe(8);
    let task = CountingTask::new();
    writer.try_write(b"abc").unwrap();
    assert!(task.poll(|cx| reader.poll_readable(cx, 5)).is_pending());
    writer.finish_with(RESET);
    assert_eq!(task.wakes(), 1);
    match task.poll(|cx| reader.poll_readable(cx, 5)) {
        Poll::Ready(Ok(left)) => reader.consume(left),
        other => panic!("{other:?}"),
    }
    assert_eq!(kinds_of_reader(&mut reader), [RESET; 5]);
}

#[test]
fn b24_a_parked_reader_is_woken_and_closed_resolves() {
    for waits_for_end in [false, true] {
        let (mut reader, mut writer) = pipe(8);
        let task = CountingTask::new();
        if waits_for_end {
            assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
        } else {
            assert!(task.poll(|cx| reader.poll_read(cx, &mut [0])).is_pending());
        }
        writer.finish_with(RESET);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
        assert_eq!(task.poll(|cx| reader.poll_closed(cx)), Poll::Ready(()));
        assert_eq!(kinds_of_reader(&mut reader), [RESET; 5]);
    }
}

#[test]
fn b24_the_writer_itself_is_ended_and_the_first_ending_stands() {
    let (mut reader, mut writer) = pipe(8);
    writer.try_write(b"abc").unwrap();
    writer.finish_with(checksum());
    writer.finish();
    writer.finish_with(RESET);
    writer.abort(RESET);
    assert_eq!(kinds_of_writer(&mut writer), [ErrorKind::BrokenPipe; 4]);
    drop(writer);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
    assert_checksum(&reader.try_read(&mut [0]).unwrap_err());
}

#[test]
fn b24_a_clean_end_of_either_half_stands() {
    let (mut reader, mut writer) = pipe(8);
    writer.finish();
    writer.finish_with(RESET);
    assert_eq!(reader.try_read(&mut [0]).unwrap(), 0);

    let (mut reader, mut writer) = pipe(8);
    writer.try_write(b"abc").unwrap();
    reader.close();
    writer.finish_with(RESET);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn b24_a_reader_that_closes_after_the_error_keeps_it() {
    let (mut reader, mut writer) = pipe(8);
    writer.try_write(b"abc").unwrap();
    writer.finish_with(RESET);
    reader.close();
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
    assert_eq!(kinds_of_reader(&mut reader), [RESET; 5]);
}
