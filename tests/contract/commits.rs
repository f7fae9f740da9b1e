//! B19: the bytes that a commit sends, and the commits that panic.

use core::task::Poll;
use std::io::IoSlice;

use async_duplex::{pipe, Options, Reader, Writer};

use crate::support::counting_waker::{as_poll, ready, CountingTask};
use crate::support::panics::{assert_panics, panic_message};
use crate::{every_pipe, pipe_with, read_up_to, BYTES};

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

#[test]
fn b19_spare_slices_returns_all_free_bytes_split_only_at_the_wrap() {
    every_pipe(|_reader, mut writer, offset, fill| {
        let capacity = writer.capacity();
        let (front, back) = writer.spare_slices();
        let (front, free) = (front.len(), front.len() + back.len());
        assert_eq!(free, capacity - fill);
        assert_eq!(front, free.min(capacity - (offset + fill) % capacity));
    });
}

#[test]
fn b19_committed_bytes_are_read_after_earlier_bytes() {
    every_pipe(|mut reader, mut writer, _, fill| {
        for n in 0..=writer.capacity() - fill {
            assert_eq!(fill_spare(&mut writer, &b"123456"[..n]), n);
            writer.commit(n);
            assert_eq!((reader.len(), writer.len()), (fill + n, fill + n));
            let expected = [&BYTES[..fill], &b"123456"[..n]].concat();
            assert_eq!(read_up_to(&mut reader, 9), expected);
            // Start again from the new position.
            assert_eq!(writer.try_write(&BYTES[..fill]).unwrap(), fill);
        }
    });
}

#[test]
fn b19_no_byte_is_sent_without_commit() {
    every_pipe(|mut reader, mut writer, _, fill| {
        let room = writer.capacity() - fill;
        assert_eq!(fill_spare(&mut writer, &[b'!'; 9]), room);
        writer.commit(0);
        assert_eq!((reader.len(), writer.len()), (fill, fill));
        drop(writer);
        assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
        assert_eq!(read_up_to(&mut reader, 9), b"");
    });
}

/// Calls `check` with every pipe of up to 6 bytes whose writer has not wrapped yet: the rest of the
/// storage has never been written. `check` gets the numbers of bytes that were written and read.
fn every_first_lap(check: impl Fn(Reader, Writer, usize, usize)) {
    for capacity in 1..=6 {
        for written in 0..=capacity {
            for read in 0..=written {
                let (mut reader, mut writer) = pipe(capacity);
                assert_eq!(writer.try_write(&BYTES[..written]).unwrap(), written);
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
        assert_eq!(spare_len(&mut writer), room);
        assert_eq!(fill_spare(&mut writer, b"1234567"), room);
        writer.commit(room);
        assert_eq!(
            read_up_to(&mut reader, written - read),
            BYTES[read..written]
        );
        assert_eq!(read_up_to(&mut reader, 9), b"1234567"[..room]);
    });
}

/// The writer has not reloaded the position of the reader, so it does not know of the reads. The
/// values of the committed bytes are unspecified.
#[test]
fn b19_a_first_commit_without_spare_slices_leaves_unread_bytes_unchanged() {
    every_first_lap(|mut reader, mut writer, written, read| {
        for n in 0..=writer.capacity() - written {
            writer.commit(usize::from(n > 0));
        }
        assert_eq!(reader.len(), reader.capacity() - read);
        assert_eq!(
            read_up_to(&mut reader, written - read),
            BYTES[read..written]
        );
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
        writer.commit(0);
        (0..room).for_each(|_| writer.commit(1));
        let expected = [&BYTES[..fill], &b"123456"[..room]].concat();
        assert_eq!(read_up_to(&mut reader, 99), expected);
    });
}

type Call = Box<dyn Fn(&mut Writer)>;

/// Calls of a writer that neither move bytes nor lend space, and their names.
fn calls_that_move_nothing() -> Vec<(&'static str, Call)> {
    let mut calls: Vec<(&str, Call)> = vec![
        ("nothing", Box::new(|_| ())),
        ("writable(0)", Box::new(|writer| writable(writer, 0))),
        (
            "writable of all",
            Box::new(|writer| writable(writer, writer.capacity())),
        ),
        ("commit of nothing", Box::new(|writer| writer.commit(0))),
        (
            "poll_closed",
            Box::new(|writer| {
                let closed = CountingTask::new().poll(|cx| writer.poll_closed(cx));
                assert!(closed.is_pending());
            }),
        ),
        (
            "len and Debug",
            Box::new(|writer| {
                assert_eq!(writer.is_full(), writer.len() == writer.capacity());
                assert!(!writer.is_closed() && !format!("{writer:?}").is_empty());
            }),
        ),
    ];
    #[cfg(all(feature = "tokio", feature = "embedded-io"))]
    {
        use crate::support::families::{flushes_and_closes, writes};
        let task = CountingTask::new();
        for write in writes::<Writer>() {
            let task = task.clone();
            calls.push((
                write.name,
                Box::new(move |writer| {
                    let polled = task.poll(|cx| (write.call)(writer, cx, b""));
                    assert!(polled.is_ready() || !write.writes);
                }),
            ));
        }
        for (name, flush) in flushes_and_closes::<Writer>() {
            if name.contains("flush") {
                let task = task.clone();
                let flush = move |writer: &mut Writer| {
                    assert!(task.poll(|cx| flush(writer, cx)).is_ready());
                };
                calls.push((name, Box::new(flush)));
            }
        }
    }
    calls
}

/// Polls for `min` free bytes. The result does not matter.
fn writable(writer: &mut Writer, min: usize) {
    let _found = CountingTask::new().poll(|cx| writer.poll_writable(cx, min).map(Result::unwrap));
}

/// Calls `check` with every pipe of up to 5 bytes that is not full, at every offset, with the
/// number of unread bytes and with every call.
fn every_call(check: impl Fn(Reader, Writer, usize, &str, &dyn Fn(&mut Writer))) {
    for (name, call) in calls_that_move_nothing() {
        every_pipe(|reader, writer, _, fill| {
            if fill < writer.capacity() {
                check(reader, writer, fill, name, &call);
            }
        });
    }
}

/// Each commit continues after the one before, also if the reader has emptied the pipe by then.
#[test]
fn b19_calls_that_move_nothing_keep_the_spare_slices_and_the_rest_of_them() {
    every_call(|mut reader, mut writer, fill, name, call| {
        let room = writer.capacity() - fill;
        assert_eq!(fill_spare(&mut writer, b"12345"), room);
        call(&mut writer);
        assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
        for n in 1..=room {
            call(&mut writer);
            writer.commit(1);
            assert_eq!(
                read_up_to(&mut reader, 9),
                b"12345"[n - 1..n],
                "after {name}"
            );
        }
    });
}

/// A call that yields moves nothing, although bytes and space are available.
#[test]
fn b19_a_write_that_yields_keeps_the_spare_slices() {
    let calls: [fn(&CountingTask, &mut Writer) -> bool; 3] = [
        |task, writer| task.write(writer, b"x").is_pending(),
        |task, writer| {
            task.write_vectored(writer, &[IoSlice::new(b"x")])
                .is_pending()
        },
        |task, writer| task.poll(|cx| writer.poll_writable(cx, 1)).is_pending(),
    ];
    for yields in calls {
        let (mut reader, mut writer) = Options::new(8).yield_every(1).pipe();
        let task = CountingTask::new();
        assert_eq!(task.write(&mut writer, b"abc"), ready(3));
        assert_eq!(fill_spare(&mut writer, b"123"), 3);
        assert_eq!(read_up_to(&mut reader, 8), b"abc");
        assert!(yields(&task, &mut writer));
        assert_eq!(task.state(), (1, 0));
        writer.commit(3);
        assert_eq!(read_up_to(&mut reader, 8), b"123");
    }
}

/// The next spare slices start after the bytes that were written.
#[test]
fn b19_a_write_replaces_uncommitted_bytes() {
    for offset in 0..10 {
        for fill in 0..5 {
            let (mut reader, mut writer) = pipe_with(5, offset, &BYTES[..fill]);
            assert_eq!(fill_spare(&mut writer, b"!!!!!"), 5 - fill);
            assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
            assert_eq!(as_poll(writer.try_write(b"1")), ready(1));
            assert_eq!(fill_spare(&mut writer, b"2345"), 4);
            writer.commit(4);
            assert_eq!(read_up_to(&mut reader, 9), b"12345");
            assert_eq!(as_poll(reader.try_read(&mut [0])), Poll::Pending);
        }
    }
}
