//! B17 and B10: waiting for a number of bytes.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::io::{self, ErrorKind};

use async_duplex::{duplex, Reader, Writer};
use futures::future::FusedFuture;

use crate::counting_waker::{as_poll, ready, CountingTask, Outcome, BROKEN};
use crate::messages::names_number;
use crate::slices::{every_pipe, BYTES};
use crate::{pipe_at, read_up_to, READER_ENDINGS, WRITER_ENDINGS};

/// Polls once, and drops the future.
fn now(mut future: impl Future<Output = io::Result<usize>> + Unpin) -> Outcome<usize> {
    let polled = CountingTask::new().poll(|cx| Pin::new(&mut future).poll(cx));
    polled.map_err(|error| error.kind())
}

/// A pipe with `fill` unread bytes, through which `offset` bytes have passed before.
fn filled_pipe(capacity: usize, offset: usize, fill: usize) -> (Reader, Writer) {
    let (reader, mut writer) = pipe_at(capacity, offset);
    assert_eq!(as_poll(writer.try_write(&BYTES[..fill])), ready(fill));
    (reader, writer)
}

/// The result of waiting for `min` bytes if `n` are available.
fn at_least(n: usize, min: usize) -> Outcome<usize> {
    if n >= min {
        ready(n)
    } else {
        Poll::Pending
    }
}

#[test]
fn b17_readable_waits_for_min_bytes_and_returns_how_many_are_unread() {
    every_pipe(|mut reader, _writer, _, fill| {
        for min in 0..=reader.capacity() {
            assert_eq!(now(reader.readable(min)), at_least(fill, min));
        }
    });
}

#[test]
fn b17_writable_waits_for_min_free_bytes_and_returns_how_many_are_free() {
    every_pipe(|_reader, mut writer, _, fill| {
        let free = writer.capacity() - fill;
        for min in 0..=writer.capacity() {
            assert_eq!(now(writer.writable(min)), at_least(free, min));
        }
    });
}

#[test]
fn b17_exactly_as_many_bytes_fit_as_writable_returned() {
    every_pipe(|mut reader, mut writer, _, fill| {
        if let Poll::Ready(Ok(free)) = now(writer.writable(1)) {
            let bytes = vec![7; free + 1];
            assert_eq!(as_poll(writer.try_write(&bytes)), ready(free));
        }
        assert_eq!(read_up_to(&mut reader, fill), BYTES[..fill]);
    });
}

#[test]
fn b17_readable_and_writable_count_bytes_moved_since_the_last_call() {
    let (mut reader, mut writer) = filled_pipe(5, 3, 4);
    assert_eq!(now(reader.readable(1)), ready(4));
    assert_eq!(as_poll(writer.try_write(b"e")), ready(1));
    assert_eq!(now(reader.readable(1)), ready(5));
    assert_eq!(now(writer.writable(0)), ready(0));
    assert_eq!(read_up_to(&mut reader, 2), b"ab");
    assert_eq!(now(writer.writable(1)), ready(2));
    assert_eq!(read_up_to(&mut reader, 1), b"c");
    assert_eq!(now(writer.writable(1)), ready(3));
}

/// The reader has to consume them. `as_slices` alone frees nothing.
#[test]
fn b17_writable_of_the_capacity_waits_until_everything_is_read() {
    every_pipe(|mut reader, mut writer, _, fill| {
        let capacity = writer.capacity();
        for _ in 0..fill {
            assert_eq!(now(writer.writable(capacity)), Poll::Pending);
            reader.as_slices();
            assert_eq!(now(writer.writable(capacity)), Poll::Pending);
            reader.consume(1);
        }
        assert_eq!(now(writer.writable(capacity)), ready(capacity));
    });
}

#[test]
fn b17_min_above_the_capacity_is_invalid_input_at_once_and_names_both() {
    let ends: [fn(&mut Reader, &mut Writer); 5] = [
        |_, _| (),
        |reader, _| reader.close(),
        |_, writer| writer.finish(),
        |reader, _| reader.abort(ErrorKind::Other),
        |_, writer| writer.abort(ErrorKind::Other),
    ];
    for end in ends {
        for (fill, min) in [(0, 8), (7, 8), (3, 95), (7, usize::MAX)] {
            let (mut reader, mut writer) = filled_pipe(7, 3, fill);
            end(&mut reader, &mut writer);
            let task = CountingTask::new();
            for polled in [
                task.poll(|cx| reader.poll_readable(cx, min)),
                task.poll(|cx| writer.poll_writable(cx, min)),
            ] {
                let Poll::Ready(Err(error)) = polled else {
                    panic!("{min} bytes of 7: {polled:?}");
                };
                assert_eq!(error.kind(), ErrorKind::InvalidInput);
                let text = error.to_string();
                assert!(names_number(&text, 7), "{text}");
                assert!(names_number(&text, min), "{text}");
            }
            assert_eq!((task.wakes(), task.retained()), (0, 0));
        }
    }
}

#[test]
fn b17_at_the_end_of_the_stream_readable_returns_what_is_left() {
    for (how, end) in WRITER_ENDINGS {
        for fill in 0..=5 {
            let (mut reader, writer) = filled_pipe(5, 3, fill);
            let _closed = end(writer);
            for left in (0..=fill).rev() {
                for min in 0..=5 {
                    assert_eq!(now(reader.readable(min)), ready(left), "{how}");
                }
                assert_eq!(read_up_to(&mut reader, 1).len(), left.min(1));
            }
            assert_eq!(now(reader.readable(5)), ready(0), "{how}");
        }
    }
}

#[test]
fn b17_after_the_reader_closes_readable_returns_what_is_left() {
    for fill in 0..=5 {
        let (mut reader, _writer) = filled_pipe(5, 3, fill);
        reader.close();
        for left in (0..=fill).rev() {
            assert_eq!(now(reader.readable(5)), ready(left));
            assert_eq!(read_up_to(&mut reader, 1).len(), left.min(1));
        }
        assert_eq!(now(reader.readable(5)), ready(0));
    }
}

#[test]
fn b17_writable_is_broken_pipe_after_either_half_ended_whatever_min() {
    for fill in 0..=5 {
        for min in 0..=5 {
            for (how, end) in READER_ENDINGS {
                let (reader, mut writer) = filled_pipe(5, 3, fill);
                let _closed = end(reader);
                assert_eq!(now(writer.writable(min)), BROKEN, "{how}");
            }
            let (_reader, mut writer) = filled_pipe(5, 3, fill);
            writer.finish();
            assert_eq!(now(writer.writable(min)), BROKEN);
        }
    }
}

#[test]
fn b10_readable_and_writable_move_no_bytes_resolved_or_dropped() {
    every_pipe(|mut reader, mut writer, _, fill| {
        for min in 0..=reader.capacity() {
            for _ in 0..2 {
                let _dropped = now(reader.readable(min));
            }
            let free = writer.capacity() - fill;
            let _dropped = now(writer.writable(min));
            assert_eq!((reader.len(), writer.len()), (fill, fill));
            assert_eq!(now(writer.writable(0)), ready(free));
        }
        assert_eq!(read_up_to(&mut reader, fill + 1), BYTES[..fill]);
    });
}

#[test]
fn b10_a_dropped_wait_does_not_change_later_reads_and_writes() {
    let (mut reader, mut writer) = filled_pipe(5, 3, 2);
    assert_eq!(now(reader.readable(5)), Poll::Pending);
    assert_eq!(now(writer.writable(5)), Poll::Pending);
    assert_eq!(
        CountingTask::new().write(&mut writer, b"cdef"),
        ready(3),
        "all that fits, below the threshold of the wait"
    );
    let mut buf = [0; 3];
    assert_eq!(CountingTask::new().read(&mut reader, &mut buf), ready(3));
    assert_eq!(&buf, b"abc");
}

#[test]
fn surface_readable_and_writable_are_terminated_once_they_have_resolved() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = filled_pipe(4, 1, 2);
    {
        let mut writable = writer.writable(3);
        assert!(!writable.is_terminated());
        assert!(task
            .poll(|cx| Pin::new(&mut writable).poll(cx))
            .is_pending());
        assert!(!writable.is_terminated());
        reader.as_slices();
        reader.consume(1);
        assert!(task.poll(|cx| Pin::new(&mut writable).poll(cx)).is_ready());
        assert!(writable.is_terminated());
    }
    let mut readable = reader.readable(2);
    assert!(task
        .poll(|cx| Pin::new(&mut readable).poll(cx))
        .is_pending());
    assert!(!readable.is_terminated());
    assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
    assert!(task.poll(|cx| Pin::new(&mut readable).poll(cx)).is_ready());
    assert!(readable.is_terminated());
    let mut refused = writer.writable(5);
    assert!(task.poll(|cx| Pin::new(&mut refused).poll(cx)).is_ready());
    assert!(refused.is_terminated(), "it resolved with an error");
}

#[test]
fn b17_each_half_of_a_stream_waits_on_its_own() {
    let (mut near, mut far) = duplex(4);
    assert_eq!(CountingTask::new().write(&mut near, b"abc"), ready(3));
    let (reader, writer) = far.halves();
    assert_eq!(now(reader.readable(3)), ready(3));
    assert_eq!(now(reader.readable(4)), Poll::Pending);
    assert_eq!(now(writer.writable(4)), ready(4));
    let (reader, writer) = near.halves();
    assert_eq!(now(reader.readable(1)), Poll::Pending);
    assert_eq!(now(writer.writable(1)), ready(1));
    assert_eq!(now(writer.writable(2)), Poll::Pending);
}
