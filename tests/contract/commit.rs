//! B19: the bytes that a commit sends, and the commits and consumes that panic.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask};
use crate::endings::{reader_ends, writer_ends, ABORT};
use crate::panics::panic_of;
use crate::slices::{every_pipe, fill_spare, spare_len, unread_bytes, BYTES};
use crate::{pipe_at, read_up_to};

/// Calls `check` with every pipe of up to 6 bytes whose writer has not wrapped yet: the rest of the
/// storage has never been written. `check` gets the numbers of bytes that were written and read.
fn every_first_lap(check: impl Fn(Reader, Writer, usize, usize)) {
    for capacity in 1..=6 {
        for written in 0..=capacity {
            for read in 0..=written {
                let (mut reader, mut writer) = pipe(capacity);
                assert_eq!(as_poll(writer.try_write(&BYTES[..written])), ready(written));
                assert_eq!(read_up_to(&mut reader, read), BYTES[..read]);
                check(reader, writer, written, read);
            }
        }
    }
}

/// `spare_slices` initialises the storage, and must not touch unread bytes.
#[test]
fn b19_the_first_spare_slices_leave_unread_bytes_unchanged() {
    every_first_lap(|mut reader, mut writer, written, read| {
        let room = writer.capacity() - (written - read);
        let spare = {
            let (front, back) = writer.spare_slices();
            [&front[..], back].concat()
        };
        assert_eq!(spare.len(), room);
        assert_eq!(unread_bytes(&mut reader), BYTES[read..written]);
        assert_eq!(fill_spare(&mut writer, b"1234567"), room);
        writer.commit(room);
        let rest = read_up_to(&mut reader, written - read);
        assert_eq!(rest, BYTES[read..written]);
        assert_eq!(read_up_to(&mut reader, 9), b"1234567"[..room]);
    });
}

/// The writer has not reloaded the position of the reader, so it does not know of the reads.
#[test]
fn b19_a_first_commit_without_spare_slices_leaves_unread_bytes_unchanged() {
    every_first_lap(|mut reader, mut writer, written, read| {
        writer.commit(writer.capacity() - written);
        assert_eq!(reader.len(), reader.capacity() - read);
        let rest = read_up_to(&mut reader, written - read);
        assert_eq!(rest, BYTES[read..written]);
    });
}

/// The values of the bytes are unspecified.
#[test]
fn b19_a_commit_of_n_bytes_without_spare_slices_sends_n_bytes() {
    for capacity in 1..=6 {
        for n in 0..=capacity {
            let (mut reader, mut writer) = pipe(capacity);
            writer.commit(n);
            assert_eq!(reader.len(), n);
            assert_eq!(as_poll(writer.try_write(b"x")).is_ready(), n < capacity);
            assert_eq!(read_up_to(&mut reader, n).len(), n);
            let rest = &b"x"[..usize::from(n < capacity)];
            assert_eq!(read_up_to(&mut reader, 9), rest);
        }
    }
}

#[test]
fn b19_committing_more_than_is_free_panics_and_sends_nothing() {
    every_pipe(|mut reader, mut writer, _, fill| {
        let room = writer.capacity() - fill;
        let task = CountingTask::new();
        let more = task.poll(|cx| reader.poll_readable(cx, fill + 1).is_pending());
        assert_eq!(more, room > 0);
        for too_much in [room + 1, room + writer.capacity(), usize::MAX] {
            assert_eq!(fill_spare(&mut writer, b"!!!!!!"), room);
            let panic = panic_of(|| writer.commit(too_much));
            assert!(panic.names(too_much), "{}", panic.message);
            assert!(panic.names(room), "{}", panic.message);
            assert!(panic.message.contains("commit"), "{}", panic.message);
            assert_eq!(panic.file, file!());
            assert_eq!((reader.len(), writer.len()), (fill, fill));
            assert_eq!(task.wakes(), 0);
        }
        assert_eq!(unread_bytes(&mut reader), BYTES[..fill]);
        assert_eq!(fill_spare(&mut writer, &b"123456"[..room]), room);
        writer.commit(room);
        assert_eq!(read_up_to(&mut reader, fill), BYTES[..fill]);
        assert_eq!(read_up_to(&mut reader, 9), b"123456"[..room]);
    });
}

#[test]
fn b19_consuming_more_than_as_slices_returned_panics_and_consumes_nothing() {
    every_pipe(|mut reader, mut writer, _, fill| {
        let room = writer.capacity() - fill;
        let task = CountingTask::new();
        let more = task.poll(|cx| writer.poll_writable(cx, room + 1).is_pending());
        assert_eq!(more, fill > 0);
        for too_much in [fill + 1, fill + reader.capacity(), usize::MAX] {
            assert_eq!(unread_bytes(&mut reader).len(), fill);
            let panic = panic_of(|| reader.consume(too_much));
            assert!(
                panic.names(too_much) && panic.names(fill),
                "{}",
                panic.message
            );
            assert!(panic.message.contains("consume"), "{}", panic.message);
            assert_eq!(panic.file, file!());
            assert_eq!(spare_len(&mut writer), room);
            assert_eq!(task.wakes(), 0);
        }
        assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
    });
}

#[test]
fn b19_a_commit_after_the_writers_own_end_sends_nothing() {
    for (how, end) in writer_ends().filter(|(how, _)| *how != "is dropped") {
        let (mut reader, mut writer) = pipe_at(5, 3);
        assert_eq!(fill_spare(&mut writer, b"12345"), 5);
        let mut writer = end(writer).unwrap();
        assert_eq!(spare_len(&mut writer), 0, "{how}");
        for n in [0, 1, 4, 5] {
            writer.commit(n);
            assert_eq!((reader.len(), writer.len()), (0, 0), "{how}");
        }
        let panic = panic_of(|| writer.commit(6));
        assert!(panic.names(6) && panic.names(5), "{how}: {}", panic.message);
        assert_eq!(read_up_to(&mut reader, 9), b"", "{how}");
    }
}

#[test]
fn b19_a_commit_after_the_reader_ended_is_ignored() {
    for (how, end) in reader_ends() {
        let (reader, mut writer) = pipe_at(5, 3);
        assert_eq!(fill_spare(&mut writer, b"12345"), 5);
        let reader = end(reader);
        writer.commit(2);
        writer.commit(3);
        assert_eq!(
            spare_len(&mut writer),
            0,
            "{how}: no byte can be sent any more"
        );
        let written = as_poll(writer.try_write(b"x"));
        let kind = if how == "aborts" {
            ABORT
        } else {
            ErrorKind::BrokenPipe
        };
        assert_eq!(written, Poll::Ready(Err(kind)), "{how}");
        if let Some(mut reader) = reader {
            assert_eq!(
                unread_bytes(&mut reader),
                b"",
                "{how}: committed after the end"
            );
            assert_eq!(reader.len(), 0, "{how}");
        }
    }
}
