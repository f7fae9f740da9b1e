//! B11, B12 and B13: how a pipe ends.

use async_duplex::{pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, BROKEN, END};
use crate::every_call::{reads, writes};
use crate::{pipe_at, read_up_to, READER_ENDINGS, WRITER_ENDINGS};

fn assert_ended(reader: &mut Reader) {
    for _ in 0..100 {
        assert_eq!(reads(reader), [END; 6]);
    }
}

fn assert_broken(writer: &mut Writer) {
    let len = writer.len();
    for _ in 0..100 {
        assert_eq!(writes(writer), [BROKEN; 7]);
    }
    assert_eq!(writer.len(), len);
}

#[test]
fn b11_reader_gets_every_byte_then_eof() {
    let bytes = b"01234567";
    for offset in 0..16 {
        for fill in 0..=8 {
            for (how, end) in WRITER_ENDINGS {
                let (mut reader, mut writer) = pipe_at(8, offset);
                assert_eq!(as_poll(writer.try_write(&bytes[..fill])), ready(fill));
                let _closed = end(writer);
                assert!(reader.is_closed(), "{how}");
                assert_eq!(read_up_to(&mut reader, 3), bytes[..fill.min(3)]);
                assert_eq!(read_up_to(&mut reader, 8), bytes[fill.min(3)..fill]);
                assert_ended(&mut reader);
            }
        }
    }
}

#[test]
fn b11_bytes_written_after_the_last_read_come_before_eof() {
    for (_, end) in WRITER_ENDINGS {
        let (mut reader, mut writer) = pipe(8);
        assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
        assert_eq!(read_up_to(&mut reader, 1), b"a");
        assert_eq!(as_poll(writer.try_write(b"cd")), ready(2));
        let _closed = end(writer);
        assert_eq!(read_up_to(&mut reader, 1), b"b");
        assert_eq!(read_up_to(&mut reader, 8), b"cd");
        assert_ended(&mut reader);
    }
}

#[test]
fn b11_a_parked_reader_gets_the_bytes_before_eof() {
    for (_, end) in WRITER_ENDINGS {
        let (mut reader, mut writer) = pipe(8);
        let task = CountingTask::new();
        assert!(task.read(&mut reader, &mut [0; 8]).is_pending());
        assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
        let _closed = end(writer);
        assert_eq!(task.read(&mut reader, &mut [0; 8]), ready(2));
        assert_ended(&mut reader);
    }
}

#[test]
fn b11_an_unused_pipe_ends_with_eof() {
    for (_, end) in WRITER_ENDINGS {
        let (mut reader, writer) = pipe(1);
        let _closed = end(writer);
        assert_ended(&mut reader);
    }
}

#[test]
fn b11_poll_close_ends_the_stream_like_finish() {
    let (mut reader, mut writer) = pipe(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut writer, b"ab"), ready(2));
    assert!(task.close(&mut writer).is_ready());
    assert_eq!(read_up_to(&mut reader, 8), b"ab");
    assert_ended(&mut reader);
}

#[test]
fn b12_writes_fail_with_broken_pipe_however_much_room_there_is() {
    for offset in 0..16 {
        for fill in 0..=8 {
            for (how, end) in READER_ENDINGS {
                let (reader, mut writer) = pipe_at(8, offset);
                assert_eq!(as_poll(writer.try_write(&[1; 8][..fill])), ready(fill));
                let _closed = end(reader);
                assert!(writer.is_closed(), "{how}");
                assert_broken(&mut writer);
            }
        }
    }
}

#[test]
fn b12_reads_after_close_do_not_reopen_the_pipe() {
    let (mut reader, mut writer) = pipe(2);
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    reader.close();
    assert_eq!(read_up_to(&mut reader, 2), b"ab");
    assert_broken(&mut writer);
    assert!(writer.is_empty());
}

#[test]
fn b12_a_parked_writer_gets_broken_pipe() {
    for (_, end) in READER_ENDINGS {
        let (reader, mut writer) = pipe(1);
        let task = CountingTask::new();
        assert_eq!(task.write(&mut writer, b"a"), ready(1));
        assert!(task.write(&mut writer, b"b").is_pending());
        let _closed = end(reader);
        assert_broken(&mut writer);
    }
}

#[test]
fn b12_a_reader_that_has_closed_reads_the_unread_bytes_then_eof() {
    for fill in 0..=4 {
        let (mut reader, mut writer) = pipe(4);
        assert_eq!(as_poll(writer.try_write(&b"abcd"[..fill])), ready(fill));
        reader.close();
        assert_broken(&mut writer);
        assert_eq!(reader.len(), fill);
        assert!(!reader.is_closed(), "the writer is still there");
        assert_eq!(read_up_to(&mut reader, 1), b"abcd"[..fill.min(1)]);
        assert_eq!(read_up_to(&mut reader, 4), b"abcd"[fill.min(1)..fill]);
        assert_ended(&mut reader);
        drop(writer);
        assert_ended(&mut reader);
    }
}

#[test]
fn b12_a_reader_that_has_closed_can_still_fill_buf_and_consume() {
    let (mut reader, mut writer) = pipe(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut writer, b"abcd"), ready(4));
    reader.close();
    let bytes = task.fill_buf(&mut reader);
    assert_eq!(bytes, ready(b"abcd".to_vec()));
    reader.consume(3);
    assert_eq!(read_up_to(&mut reader, 4), b"d");
    assert_ended(&mut reader);
}

#[test]
fn b13_writes_after_finish_fail_with_broken_pipe() {
    for fill in 0..=4 {
        let (mut reader, mut writer) = pipe(4);
        assert_eq!(as_poll(writer.try_write(&b"abcd"[..fill])), ready(fill));
        writer.finish();
        assert!(!writer.is_closed(), "the reader is still there");
        assert_broken(&mut writer);
        assert_eq!(read_up_to(&mut reader, 8), b"abcd"[..fill]);
        assert_broken(&mut writer);
        drop(reader);
        assert_broken(&mut writer);
    }
}

#[test]
fn b13_a_parked_writer_that_finishes_gets_broken_pipe() {
    let (_reader, mut writer) = pipe(1);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut writer, b"a"), ready(1));
    assert!(task.write(&mut writer, b"b").is_pending());
    writer.finish();
    assert_broken(&mut writer);
}

#[test]
fn b13_closing_twice_is_ok() {
    let (mut reader, mut writer) = pipe(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut writer, b"ab"), ready(2));
    for _ in 0..3 {
        assert_eq!(task.close(&mut writer), ready(()));
        writer.finish();
    }
    for _ in 0..3 {
        reader.close();
    }
    assert_eq!(task.close(&mut writer), ready(()));
    assert_eq!(read_up_to(&mut reader, 4), b"ab");
}

#[test]
fn b13_closing_after_the_peer_is_gone_is_ok() {
    let task = CountingTask::new();
    for (_, end) in READER_ENDINGS {
        let (reader, mut writer) = pipe(4);
        let _closed = end(reader);
        assert_eq!(task.close(&mut writer), ready(()));
        assert_broken(&mut writer);
    }
    for (_, end) in WRITER_ENDINGS {
        let (mut reader, writer) = pipe(4);
        let _closed = end(writer);
        reader.close();
        assert_ended(&mut reader);
    }
}

/// In either order of the two ends.
#[test]
fn b13_no_call_panics_on_a_pipe_that_is_closed_at_both_ends() {
    for fill in 0..=4 {
        for reader_first in [true, false] {
            let (mut reader, mut writer) = pipe(4);
            assert_eq!(as_poll(writer.try_write(&b"abcd"[..fill])), ready(fill));
            if reader_first {
                reader.close();
                writer.finish();
            } else {
                writer.finish();
                reader.close();
            }
            assert!(reader.is_closed() && writer.is_closed());
            assert_broken(&mut writer);
            assert_eq!(read_up_to(&mut reader, 8), b"abcd"[..fill]);
            assert_ended(&mut reader);
            reader.consume(0);
            assert!(reader.is_empty() && writer.is_empty());
        }
    }
}
