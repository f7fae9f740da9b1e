//! B19: `as_slices` and `consume`, `spare_slices` and `commit`. See also `buffered`, `commit` and
//! `uncommitted`.

use core::task::Poll;

use async_duplex::{Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask};
use crate::{pipe_at, pipe_with, read_up_to};

pub(crate) const BYTES: &[u8] = b"abcdefgh";

/// Calls `check` with every pipe of up to 5 bytes, at every offset in the storage, and with every
/// number of unread bytes: the first ones of [`BYTES`]. `check` gets the offset and the number.
pub(crate) fn every_pipe(check: impl Fn(Reader, Writer, usize, usize)) {
    for capacity in 1..=5 {
        for offset in 0..2 * capacity {
            for fill in 0..=capacity {
                let (reader, writer) = pipe_with(capacity, offset, &BYTES[..fill]);
                check(reader, writer, offset, fill);
            }
        }
    }
}

/// Writes as many of `bytes` as fit into the spare slices, and returns how many. Commits none.
pub(crate) fn fill_spare(writer: &mut Writer, bytes: &[u8]) -> usize {
    let (front, back) = writer.spare_slices();
    let places = front.iter_mut().chain(back);
    places.zip(bytes).map(|(to, from)| *to = *from).count()
}

/// The length of the spare slices.
pub(crate) fn spare_len(writer: &mut Writer) -> usize {
    let (front, back) = writer.spare_slices();
    front.len() + back.len()
}

pub(crate) fn unread_bytes(reader: &mut Reader) -> Vec<u8> {
    let (front, back) = reader.as_slices();
    [front, back].concat()
}

#[test]
fn b19_as_slices_returns_all_unread_bytes_split_only_at_the_wrap() {
    every_pipe(|mut reader, _writer, offset, fill| {
        let capacity = reader.capacity();
        let (front, back) = reader.as_slices();
        assert_eq!(front.len(), fill.min(capacity - offset % capacity));
        assert_eq!([front, back].concat(), BYTES[..fill]);
    });
}

#[test]
fn b19_spare_slices_returns_all_free_bytes_split_only_at_the_wrap() {
    every_pipe(|_reader, mut writer, offset, fill| {
        let capacity = writer.capacity();
        // The writer of an empty pipe starts at the front.
        let offset = if fill == 0 { 0 } else { offset };
        let (front, back) = writer.spare_slices();
        let (front, free) = (front.len(), front.len() + back.len());
        assert_eq!(free, capacity - fill);
        assert_eq!(front, free.min(capacity - (offset + fill) % capacity));
    });
}

#[test]
fn b19_committed_bytes_are_read_after_earlier_bytes() {
    every_pipe(|mut reader, mut writer, _, fill| {
        let room = writer.capacity() - fill;
        for n in 0..=room {
            assert_eq!(fill_spare(&mut writer, &b"123456"[..n]), n);
            writer.commit(n);
            assert_eq!((reader.len(), writer.len()), (fill + n, fill + n));
            let expected = [&BYTES[..fill], &b"123456"[..n]].concat();
            assert_eq!(unread_bytes(&mut reader), expected);
            assert_eq!(read_up_to(&mut reader, 9), expected);
            // Start again from the new position.
            assert_eq!(as_poll(writer.try_write(&BYTES[..fill])), ready(fill));
        }
    });
}

#[test]
fn b19_a_commit_sends_the_front_of_the_spare_slices() {
    let (mut reader, mut writer) = pipe_at(5, 3);
    assert_eq!(fill_spare(&mut writer, b"12345"), 5);
    writer.commit(3);
    assert_eq!(read_up_to(&mut reader, 9), b"123");
    assert_eq!(spare_len(&mut writer), 5);
    assert_eq!(fill_spare(&mut writer, b"6"), 1);
    writer.commit(1);
    assert_eq!(read_up_to(&mut reader, 9), b"6");
}

#[test]
fn b19_successive_commits_send_successive_bytes() {
    let (mut reader, mut writer) = pipe_at(5, 3);
    assert_eq!(fill_spare(&mut writer, b"12345"), 5);
    for n in [1, 0, 2, 2] {
        writer.commit(n);
    }
    assert_eq!(read_up_to(&mut reader, 9), b"12345");
}

#[test]
fn b19_no_byte_is_sent_without_commit() {
    every_pipe(|mut reader, mut writer, _, fill| {
        let room = writer.capacity() - fill;
        assert_eq!(fill_spare(&mut writer, &[b'!'; 9]), room);
        writer.commit(0);
        assert_eq!((reader.len(), writer.len()), (fill, fill));
        assert_eq!(unread_bytes(&mut reader), BYTES[..fill]);
        drop(writer);
        assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
        assert_eq!(read_up_to(&mut reader, 9), b"");
    });
}

#[test]
fn b19_no_byte_is_consumed_without_consume() {
    every_pipe(|mut reader, mut writer, _, fill| {
        for _ in 0..3 {
            assert_eq!(unread_bytes(&mut reader), BYTES[..fill]);
            reader.consume(0);
        }
        assert_eq!(spare_len(&mut writer), writer.capacity() - fill);
        assert_eq!(reader.len(), fill);
    });
}

#[test]
fn b19_consuming_part_of_as_slices_leaves_the_rest_and_frees_the_part() {
    every_pipe(|mut reader, mut writer, _, fill| {
        for left in (0..fill).rev() {
            assert_eq!(unread_bytes(&mut reader).len(), left + 1);
            reader.consume(1);
            assert_eq!(unread_bytes(&mut reader), BYTES[fill - left..fill]);
            assert_eq!(spare_len(&mut writer), writer.capacity() - left);
        }
    });
}

#[test]
fn b19_slices_include_bytes_moved_since_the_last_call() {
    let (mut reader, mut writer) = pipe_at(5, 3);
    for n in 1..=5 {
        assert_eq!(as_poll(writer.try_write(&BYTES[n - 1..n])), ready(1));
        assert_eq!(unread_bytes(&mut reader), BYTES[..n]);
    }
    for n in 1..=5 {
        assert_eq!(read_up_to(&mut reader, 1).len(), 1);
        assert_eq!(spare_len(&mut writer), n);
    }
}

#[test]
fn b19_as_slices_of_an_empty_pipe_and_spare_slices_of_a_full_one_are_empty() {
    let (mut reader, mut writer) = pipe_at(4, 3);
    assert_eq!(unread_bytes(&mut reader), b"");
    assert_eq!(fill_spare(&mut writer, b"1234"), 4);
    writer.commit(4);
    assert_eq!(spare_len(&mut writer), 0);
    assert_eq!(CountingTask::new().write(&mut writer, b"5"), Poll::Pending);
}
