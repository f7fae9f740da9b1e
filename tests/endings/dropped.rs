//! B25: a half that is dropped without having been ended tells its peer so.

use core::panic::AssertUnwindSafe;
use std::io::ErrorKind;
use std::panic::catch_unwind;

use async_duplex::{Options, Reader, Writer};

use crate::{kinds_of_reader, kinds_of_writer, CountingTask, RESET};

fn new_pipe() -> (Reader, Writer) {
    Options::new(8).error_on_drop(RESET).pipe()
}

#[test]
fn b25_reader_gets_every_byte_of_a_dropped_writer_and_then_the_error() {
    let (mut reader, mut writer) = new_pipe();
    let task = CountingTask::new();
    assert!(task.poll(|cx| reader.poll_readable(cx, 4)).is_pending());
    writer.try_write(b"abc").unwrap();
    drop(writer);
    assert_eq!(task.wakes(), 1);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
    assert_eq!(kinds_of_reader(&mut reader), [RESET; 5]);
}

#[test]
fn b25_writer_gets_the_error_of_a_dropped_reader_instead_of_broken_pipe() {
    let (reader, mut writer) = new_pipe();
    let task = CountingTask::new();
    writer.try_write(b"01234567").unwrap();
    assert!(task.poll(|cx| writer.poll_write(cx, b"8")).is_pending());
    drop(reader);
    assert_eq!(task.wakes(), 1);
    assert_eq!(kinds_of_writer(&mut writer), [RESET; 4]);
}

#[test]
fn b25_a_panic_does_not_look_like_a_complete_stream() {
    let (mut reader, mut writer) = new_pipe();
    let sender = || {
        writer.try_write(b"abc").unwrap();
        let _writer = writer;
        panic!("half-way");
    };
    assert!(catch_unwind(AssertUnwindSafe(sender)).is_err());
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap_err().kind(), RESET);
}

#[test]
fn b25_a_half_that_was_ended_is_dropped_without_an_error() {
    let (mut reader, mut writer) = new_pipe();
    writer.finish();
    drop(writer);
    assert_eq!(reader.try_read(&mut [0]).unwrap(), 0);

    let (mut reader, mut writer) = new_pipe();
    reader.close();
    drop(reader);
    assert_eq!(kinds_of_writer(&mut writer), [ErrorKind::BrokenPipe; 4]);

    let (mut reader, mut writer) = new_pipe();
    writer.abort(ErrorKind::TimedOut);
    drop(writer);
    assert_eq!(kinds_of_reader(&mut reader), [ErrorKind::TimedOut; 5]);
}

#[test]
fn b25_a_half_whose_peer_has_ended_is_dropped_without_an_error() {
    let (reader, mut writer) = new_pipe();
    writer.finish();
    drop(reader);
    assert_eq!(kinds_of_writer(&mut writer), [ErrorKind::BrokenPipe; 4]);

    let (mut reader, mut writer) = new_pipe();
    writer.try_write(b"abc").unwrap();
    reader.close();
    drop(writer);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn b25_a_stream_that_is_dropped_tells_both_directions() {
    let (near, mut far) = Options::new(8).error_on_drop(RESET).duplex();
    drop(near);
    assert_eq!(kinds_of_reader(far.reader()), [RESET; 5]);
    assert_eq!(kinds_of_writer(far.writer()), [RESET; 4]);
}

#[test]
fn b25_is_off_by_default() {
    let (mut reader, writer) = async_duplex::pipe(8);
    drop(writer);
    assert_eq!(reader.try_read(&mut [0]).unwrap(), 0);
}
