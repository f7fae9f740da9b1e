//! One direction: no wake is lost, and the end comes after the last byte.

use super::{bounded, full, model, read, read_byte_then_eof, write};
use crate::io::ErrorKind;
use crate::pipe;

/// Edge W: all bytes arrive, although the sides park again and again.
fn bytes_arrive(capacity: usize, bytes: &'static [u8]) {
    bounded(
        3,
        move || {
            let (reader, writer) = pipe(capacity);
            (reader, (writer, bytes))
        },
        move |mut reader| {
            let mut got = [0; 4];
            let mut n = 0;
            while n < bytes.len() {
                n += read(&mut reader, &mut got[n..]).unwrap();
            }
            assert_eq!(&got[..n], bytes);
        },
        |(mut writer, mut left)| {
            while !left.is_empty() {
                let n = write(&mut writer, left).unwrap();
                left = &left[n..];
            }
            // Not dropped here: the end would wake a reader that missed the wake of a byte.
            writer
        },
    );
}

#[test]
fn parked_reader_is_woken() {
    bytes_arrive(1, b"a");
    bytes_arrive(2, b"ab");
}

#[test]
fn parked_writer_is_woken() {
    bytes_arrive(1, b"ab");
    bytes_arrive(2, b"abc");
}

/// Edges C and P: a read never reports the end before the last byte.
#[test]
fn every_byte_then_eof() {
    bounded(
        3,
        || pipe(1),
        read_byte_then_eof,
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            drop(writer);
        },
    );
}

/// Every byte and then the end, for `try_read`, which registers no waker.
#[test]
fn every_byte_then_eof_without_waiting() {
    model(
        || pipe(1),
        |mut reader| {
            match reader.try_read(&mut [0; 2]) {
                Ok(n) => assert_eq!(n, 1),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer.finish();
        },
    );
}

#[test]
fn close_wakes_parked_reader() {
    model(
        || pipe(1),
        |mut reader| assert_eq!(read(&mut reader, &mut [0]).unwrap(), 0),
        drop,
    );
}

#[test]
fn close_wakes_parked_writer() {
    model(
        || full(pipe(1)),
        |mut writer| {
            let error = write(&mut writer, b"b").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        },
        drop,
    );
}

/// A parked writer is woken by freed space and by the end of the reader, in either order.
#[test]
fn read_then_drop_wakes_parked_writer() {
    bounded(
        3,
        || full(pipe(1)),
        |mut writer| while write(&mut writer, b"b").is_ok() {},
        |mut reader| {
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
        },
    );
}

/// Bytes that are unread when the reader closes stay readable. Later ones never appear.
#[test]
fn own_close_settles_what_is_left() {
    bounded(
        3,
        || pipe(2),
        |mut reader| {
            reader.close();
            let mut buf = [0; 2];
            let left = reader.len();
            assert_eq!(reader.try_read(&mut buf).unwrap(), left);
            assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
        },
        |mut writer| {
            let _ = writer.try_write(b"a");
            let _ = writer.try_write(b"b");
        },
    );
}
