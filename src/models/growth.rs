//! The change to a larger storage. Here the first one has three bytes, and each has twice as many
//! as the one before it.

use super::{bounded, model, poll_once, read, read_all};
use crate::io::ErrorKind;
use crate::{pipe, Reader, Writer};

/// A pipe with one unread byte, at the end of the first storage. Three more do not fit there.
fn one_byte(capacity: usize) -> (Reader, Writer) {
    let (mut reader, mut writer) = pipe(capacity);
    assert_eq!(writer.try_write(b"xya").unwrap(), 3);
    assert_eq!(reader.try_read(&mut [0; 2]).unwrap(), 2);
    (reader, writer)
}

/// The reader may be reading the byte that the writer copies.
#[test]
fn the_reader_follows_and_frees_what_it_has_left() {
    model(
        || one_byte(6),
        |mut reader| {
            read_all(&mut reader, b"abcd");
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"bcd").unwrap(), 3);
            writer
        },
    );
}

/// The second change may come before the reader has followed the first.
#[test]
fn the_reader_follows_two_changes() {
    bounded(
        3,
        || one_byte(12),
        |mut reader| {
            read_all(&mut reader, b"abcdefg");
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"bcd").unwrap(), 3);
            assert_eq!(writer.try_write(b"efg").unwrap(), 3);
            writer
        },
    );
}

/// The writer rewinds the storage that the reader has, and leaves it, before the reader looks.
#[test]
fn the_reader_follows_a_change_after_a_rewind() {
    bounded(
        3,
        || {
            let (mut reader, mut writer) = pipe(6);
            assert_eq!(writer.try_write(b"x").unwrap(), 1);
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            (reader, writer)
        },
        |mut reader| {
            read_all(&mut reader, b"abcde");
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"abc").unwrap(), 3);
            assert_eq!(writer.try_write(b"de").unwrap(), 2);
            writer
        },
    );
}

/// The storage is rewound that the reader has not taken yet, if the reader has read its byte in the
/// old one.
#[test]
fn the_reader_follows_a_change_before_a_rewind() {
    bounded(
        3,
        || {
            let (reader, mut writer) = one_byte(6);
            let _ = poll_once(|cx| writer.poll_writable(cx, 5));
            writer.spare_slices();
            (reader, writer)
        },
        |mut reader| {
            // Without a look at the offer.
            let mut byte = [0];
            assert_eq!((reader.try_read(&mut byte).unwrap(), byte), (1, [b'a']));
            read_all(&mut reader, b"bcdef");
            reader
        },
        |mut writer| {
            assert!(matches!(writer.try_write(b"bcdefg").unwrap(), 5 | 6));
            writer
        },
    );
}

/// The reader looks, and reads one byte of those that it has seen, before and after the change.
#[test]
fn the_reader_reads_one_by_one_meanwhile() {
    model(
        || {
            let (reader, mut writer) = one_byte(6);
            // The unread bytes wrap.
            assert_eq!(writer.try_write(b"b").unwrap(), 1);
            (reader, writer)
        },
        |mut reader| {
            let mut got = [0; 3];
            for byte in &mut got {
                let _ = reader.try_read(core::slice::from_mut(byte));
            }
            assert!(matches!(&got, b"abc" | b"ab\0"));
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"cd").unwrap(), 2);
            writer
        },
    );
}

/// A loan of the reader is of the storage that it has found, until it looks again.
#[test]
fn the_slices_of_the_reader_stay_valid() {
    model(
        || one_byte(6),
        |mut reader| {
            let (lent, _) = reader.as_slices();
            assert!(matches!(lent, b"a" | b"abcd"));
            reader.consume(1);
            read_all(&mut reader, b"bcd");
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"bcd").unwrap(), 3);
            writer
        },
    );
}

/// A commit sends what was left in the slices, although the storage has changed since.
#[test]
fn the_loan_of_the_writer_moves_along() {
    model(
        || {
            let (reader, mut writer) = one_byte(6);
            writer.spare_slices().0[0] = b'b';
            (reader, writer)
        },
        |mut reader| {
            read_all(&mut reader, b"ab");
            reader
        },
        |mut writer| {
            // Lends more, for which the storage has to be larger.
            let _ = poll_once(|cx| writer.poll_writable(cx, 4));
            writer.spare_slices();
            writer.commit(1);
            writer
        },
    );
}

/// The reader closes, and reads what is left.
#[test]
fn the_reader_closes_meanwhile() {
    model(
        || one_byte(6),
        |mut reader| {
            reader.close();
            let mut got = [0; 6];
            let n = reader.try_read(&mut got).unwrap();
            assert!(matches!(&got[..n], b"a" | b"abcd"));
            reader
        },
        |mut writer| {
            let _ = writer.try_write(b"bcd");
            writer
        },
    );
}

/// Whoever comes last frees both storages.
#[test]
fn the_reader_is_dropped_meanwhile() {
    model(
        || one_byte(6),
        drop,
        |mut writer| {
            let _ = writer.try_write(b"bcd");
        },
    );
}

/// The last byte lies in the new storage, and the end comes after it.
#[test]
fn the_writer_is_dropped_afterwards() {
    bounded(
        2,
        || one_byte(6),
        |mut reader| {
            read_all(&mut reader, b"abcd");
            assert_eq!(read(&mut reader, &mut [0]).unwrap(), 0);
        },
        |mut writer| assert_eq!(writer.try_write(b"bcd").unwrap(), 3),
    );
}

#[test]
fn a_handle_aborts_meanwhile() {
    bounded(
        2,
        || {
            let (reader, mut writer) = one_byte(6);
            let handle = writer.abort_handle();
            let far = loom::thread::spawn(move || {
                let _ = writer.try_write(b"bcd");
                writer
            });
            (far, (reader, handle))
        },
        |far| far.join().unwrap(),
        |(mut reader, handle)| {
            handle.abort(ErrorKind::ConnectionReset);
            let error = reader.try_read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        },
    );
}
