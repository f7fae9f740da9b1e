//! Transfers around the end of the storage, with capacities from 1 to 3.

use super::{bounded, model, read_all, write};
use crate::{pipe, Reader, Writer};

/// A pipe whose only unread byte is the last one of the storage, so that the next one wraps.
fn before_the_end(capacity: usize) -> (Reader, Writer) {
    let (mut reader, mut writer) = pipe(capacity);
    let (front, end) = (&b"xy"[3 - capacity..], b"a");
    assert_eq!(writer.try_write(front).unwrap(), front.len());
    assert_eq!(writer.try_write(end).unwrap(), 1);
    assert_eq!(
        reader.try_read(&mut [0; 2][..front.len()]).unwrap(),
        front.len()
    );
    (reader, writer)
}

/// Two bytes follow the one before the end.
fn bytes_pass_the_end(capacity: usize) {
    bounded(
        2,
        move || before_the_end(capacity),
        |mut reader| {
            read_all(&mut reader, b"abc");
        },
        |mut writer| {
            for byte in [b"b", b"c"] {
                assert_eq!(write(&mut writer, byte).unwrap(), 1);
            }
            writer
        },
    );
}

#[test]
fn bytes_pass_the_end_of_capacity_1() {
    bytes_pass_the_end(1);
}

#[test]
fn bytes_pass_the_end_of_capacity_2() {
    bytes_pass_the_end(2);
}

#[test]
fn bytes_pass_the_end_of_capacity_3() {
    bytes_pass_the_end(3);
}

/// The next two bytes wrap, unless the reader has read the one before them: then they lie at the
/// front.
#[test]
fn the_writer_goes_back_to_the_front() {
    bounded(
        3,
        || {
            let (mut reader, mut writer) = pipe(3);
            assert_eq!(writer.try_write(b"xa").unwrap(), 2);
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            (reader, writer)
        },
        |mut reader| {
            read_all(&mut reader, b"abc");
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"bc").unwrap(), 2);
            writer
        },
    );
}

/// The reader sees bytes in the spare slices after the commit, and not before.
#[test]
fn committed_bytes_are_visible() {
    model(
        || {
            let (mut reader, mut writer) = pipe(3);
            // One unread byte, so that the spare bytes wrap.
            assert_eq!(writer.try_write(b"xy").unwrap(), 2);
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            (reader, writer)
        },
        |mut reader| {
            let (first, second) = reader.as_slices();
            assert!(matches!((first, second), (b"y", b"") | (b"ya", b"b")));
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
