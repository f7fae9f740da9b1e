//! B19: bytes that are lent, consumed and committed. `oracle` makes these calls in every order, and
//! those that copy unread bytes or keep the spare slices.

use core::pin::Pin;
use core::task::Poll;

use async_duplex::Writer;
use futures::io::AsyncBufRead;

use crate::support::counting_waker::{ready, CountingTask};
use crate::support::panics::{assert_panics, panic_message};
use crate::{every_pipe, pipe_with, read_up_to, BYTES};

/// Writes as many of `bytes` as fit into the spare slices, and returns how many. Commits none.
fn fill_spare(writer: &mut Writer, bytes: &[u8]) -> usize {
    let (front, back) = writer.spare_slices();
    let places = front.iter_mut().chain(back);
    places.zip(bytes).map(|(to, from)| *to = *from).count()
}

#[test]
fn b19_as_slices_and_fill_buf_lend_all_unread_bytes_split_only_at_the_wrap() {
    every_pipe(|mut reader, mut writer, offset, fill| {
        for used in 0..=fill {
            let start = (offset + used) % reader.capacity();
            let (front, back) =
                BYTES[used..fill].split_at((fill - used).min(reader.capacity() - start));
            // They are lent again until they are consumed.
            for _ in 0..2 {
                assert_eq!(reader.as_slices(), (front, back));
                let lent = CountingTask::new().fill_buf(&mut reader);
                let expected = if used == fill {
                    Poll::Pending
                } else {
                    ready(front.to_vec())
                };
                assert_eq!(lent, expected);
                reader.consume(0);
            }
            let (front, back) = writer.spare_slices();
            assert_eq!(front.len() + back.len(), reader.capacity() - (fill - used));
            reader.consume(usize::from(used < fill));
        }
    });
}

#[test]
fn b19_a_write_into_an_empty_pipe_lies_in_one_piece() {
    for capacity in 1..=5 {
        for offset in 0..2 * capacity {
            let (mut reader, mut writer) = pipe_with(capacity, offset, b"");
            assert_eq!(writer.try_write(BYTES).unwrap(), capacity);
            assert_eq!(reader.as_slices(), (&BYTES[..capacity], &b""[..]));
        }
    }
}

#[test]
fn b19_spare_slices_lend_all_free_bytes_split_only_at_the_wrap_and_sent_by_a_commit_alone() {
    every_pipe(|mut reader, mut writer, offset, fill| {
        let capacity = writer.capacity();
        let free = capacity - fill;
        let (front, back) = writer.spare_slices();
        assert_eq!(front.len(), free.min(capacity - (offset + fill) % capacity));
        assert_eq!(front.len() + back.len(), free);
        assert_eq!(fill_spare(&mut writer, b"12345"), free);
        for n in 0..=free {
            writer.commit(usize::from(n > 0));
            assert_eq!((reader.len(), writer.len()), (fill + n, fill + n));
        }
        let expected = [&BYTES[..fill], &b"12345"[..free]].concat();
        assert_eq!(read_up_to(&mut reader, 9), expected);
    });
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
        assert!(panic_message(by_trait).contains("consume"));
        assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
        assert!(writer.try_write(b"still works").is_ok());
    });
}

#[test]
fn b19_committing_more_than_is_free_panics_and_sends_nothing() {
    every_pipe(|mut reader, mut writer, _, fill| {
        let room = writer.capacity() - fill;
        let task = CountingTask::new();
        let more = task.poll(|cx| reader.poll_readable(cx, fill + 1).is_pending());
        assert_eq!(more, room > 0);
        for too_much in [room + 1, room + writer.capacity(), usize::MAX] {
            assert_eq!(fill_spare(&mut writer, b"123456"), room);
            assert_panics(|| writer.commit(too_much), file!(), &[too_much, room]);
            assert!(panic_message(|| writer.commit(too_much)).contains("commit"));
            assert_eq!((reader.len(), writer.len(), task.wakes()), (fill, fill, 0));
        }
        // The loan outlives the panic.
        writer.commit(room);
        let expected = [&BYTES[..fill], &b"123456"[..room]].concat();
        assert_eq!(read_up_to(&mut reader, 99), expected);
    });
}
