//! Waiting for more than one byte, and aborting.

use core::future::poll_fn;

use crate::io::ErrorKind;

use super::{block_on, full, model, poll_in_vain, read, write};
use crate::{pipe, Options, Writer};

/// Writes two bytes, one after the other.
fn write_twice(mut writer: Writer) -> Writer {
    assert_eq!(writer.try_write(b"a").unwrap(), 1);
    assert_eq!(writer.try_write(b"b").unwrap(), 1);
    writer
}

/// Edge W: a wish for two bytes is not answered by one, and not forgotten by it.
#[test]
fn reader_gets_as_much_as_it_waits_for() {
    model(
        || pipe(2),
        |mut reader| {
            assert_eq!(block_on(reader.readable(2)).unwrap(), 2);
            reader
        },
        write_twice,
    );
}

#[test]
fn writer_gets_as_much_as_it_waits_for() {
    model(
        || full(pipe(2)),
        |mut writer| {
            assert_eq!(block_on(writer.writable(2)).unwrap(), 2);
            writer
        },
        |mut reader| {
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            reader
        },
    );
}

/// With a low-water mark the writer sleeps through the first read, and not through the second.
#[test]
fn low_water_wakes_in_the_end() {
    model(
        || full(Options::new(2).low_water(2).pipe()),
        |mut writer| {
            assert!(write(&mut writer, b"c").is_ok());
            writer
        },
        |mut reader| {
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            assert!(reader.try_read(&mut [0]).is_ok());
            reader
        },
    );
}

/// With less free than the mark, a reader that waits for more than there is would wait for a writer
/// that waits for it.
#[test]
fn a_reader_that_sleeps_lets_the_writer_off() {
    model(
        || full(Options::new(2).low_water(2).pipe()),
        |mut writer| {
            assert_eq!(write(&mut writer, b"c").unwrap(), 1);
            writer
        },
        |mut reader| {
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            assert_eq!(block_on(reader.readable(2)).unwrap(), 2);
            reader
        },
    );
}

/// A half that has waited for more, and now waits for less, is woken for less.
#[test]
fn latest_wish_counts() {
    model(
        || pipe(2),
        |mut reader| {
            let _ = poll_in_vain(|cx| reader.poll_readable(cx, 2));
            assert_eq!(read(&mut reader, &mut [0; 2]).unwrap(), 1);
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}

/// A wish that has not been met is put back, unless there is a later one: of another task, say.
#[test]
fn a_wish_that_is_put_back_does_not_hide_a_later_one() {
    model(
        || pipe(2),
        |mut reader| {
            let _ = poll_in_vain(|cx| reader.poll_readable(cx, 2));
            assert_eq!(block_on(reader.readable(2)).unwrap(), 2);
            reader
        },
        write_twice,
    );
}

/// What is left at the end is less than what was waited for.
#[test]
fn the_end_answers_any_wish() {
    model(
        || pipe(2),
        |mut reader| assert_eq!(block_on(reader.readable(2)).unwrap(), 1),
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            drop(writer);
        },
    );
}

/// Edge A: the kind comes with the abort, and after it there is nothing but the abort.
#[test]
fn abort_brings_its_kind() {
    model(
        || pipe(1),
        |mut reader| {
            let mut buf = [0; 1];
            let error = loop {
                match read(&mut reader, &mut buf) {
                    Ok(n) => assert_eq!(n, 1),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            assert_eq!(reader.len(), 0);
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer.abort(ErrorKind::TimedOut);
            writer.close();
        },
    );
}

#[test]
fn abort_wakes_parked_writer() {
    model(
        || full(pipe(1)),
        |mut writer| {
            let error = block_on(poll_fn(|cx| writer.poll_writable(cx, 1))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        },
        |mut reader| reader.abort(ErrorKind::ConnectionReset),
    );
}

/// The last byte, a close and an abort too late: the close stands.
#[test]
fn a_clean_close_never_turns_into_an_abort() {
    model(
        || pipe(1),
        |mut reader| {
            let mut buf = [0; 2];
            assert_eq!(read(&mut reader, &mut buf).unwrap(), 1);
            assert_eq!(read(&mut reader, &mut buf).unwrap(), 0);
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer.close();
            writer.abort(ErrorKind::ConnectionReset);
        },
    );
}

/// Bytes lent to be written in are the reader's only after the commit.
#[test]
fn committed_bytes_are_visible() {
    model(
        || {
            let (mut reader, mut writer) = pipe(3);
            // The spare bytes are to wrap, and so something has to be unread.
            assert_eq!(writer.try_write(b"xy").unwrap(), 2);
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            (reader, writer)
        },
        |mut reader| {
            let (first, second) = reader.as_slices();
            assert!(matches!((first, second), (b"y", b"") | (b"ya", b"b")));
            // Not the first byte alone: then the spare bytes would not wrap.
            if !second.is_empty() {
                reader.consume(3);
            }
            reader
        },
        |mut writer| {
            let (first, second) = writer.spare_slices();
            first.copy_from_slice(b"a");
            second.copy_from_slice(b"b");
            writer.commit(2);
            writer
        },
    );
}
