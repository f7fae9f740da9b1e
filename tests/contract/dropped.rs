//! B10: calls that are dropped, and what comes after them.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{pipe, Options, Reader, Writer};
use futures::{AsyncReadExt, AsyncWriteExt, FutureExt};

use crate::read_up_to;
use crate::support::counting_waker::{as_poll, failed, ready, CountingTask, Outcome, END};
use crate::support::ends::{DROPPED, RESET};

/// A pipe of 8 bytes whose reader was woken by three bytes for a `read` that was dropped unpolled.
fn pipe_with_dropped_read() -> (Reader, Writer) {
    let (mut reader, mut writer) = Options::new(8).error_on_drop(DROPPED).pipe();
    let task = CountingTask::new();
    let mut buf = [0; 8];
    let mut read = reader.read(&mut buf);
    assert!(task.poll(|cx| Pin::new(&mut read).poll(cx)).is_pending());
    writer.try_write(b"abc").unwrap();
    assert_eq!(task.wakes(), 1);
    drop(read);
    assert_eq!(buf, [0; 8]);
    (reader, writer)
}

#[test]
fn b10_a_read_that_was_woken_and_dropped_leaves_the_bytes_to_a_new_read() {
    let (mut reader, mut writer) = pipe_with_dropped_read();
    let (next, mut buf) = (CountingTask::new(), [0; 8]);
    assert_eq!(reader.peek(&mut buf).unwrap(), 3);
    assert_eq!(next.read(&mut reader, &mut buf), ready(3));
    assert_eq!(&buf[..3], b"abc");
    assert_eq!(next.read(&mut reader, &mut buf), Poll::Pending);
    writer.try_write(b"d").unwrap();
    assert_eq!(next.wakes(), 1, "the new read waits as any other");
}

/// A pipe of four bytes whose writer has dropped a `write` and a `write_all` that waited.
fn pipe_with_dropped_writes() -> (Reader, Writer) {
    let (mut reader, mut writer) = Options::new(4).error_on_drop(DROPPED).pipe();
    let task = CountingTask::new();
    let mut write_all = writer.write_all(b"abcdef");
    let first = task.poll(|cx| Pin::new(&mut write_all).poll(cx));
    assert!(first.is_pending());
    drop(write_all);
    let mut write = writer.write(b"XYZ");
    assert!(task.poll(|cx| Pin::new(&mut write).poll(cx)).is_pending());
    // It is woken, but not polled again.
    assert_eq!(read_up_to(&mut reader, 2), b"ab");
    assert_eq!(task.wakes(), 1);
    drop(write);
    (reader, writer)
}

#[test]
fn b10_a_write_that_was_dropped_has_written_nothing_and_a_write_all_what_fitted() {
    let (mut reader, mut writer) = pipe_with_dropped_writes();
    assert_eq!(as_poll(writer.try_write(b"12345")), ready(2));
    assert_eq!(read_up_to(&mut reader, 8), b"cd12");
}

#[test]
fn b10_b11_b24_b25_b26_an_end_after_a_dropped_call_is_as_any_other() {
    type End = (fn(Writer), Outcome<usize>, bool);
    let ends: [End; 4] = [
        (|mut writer| writer.finish(), END, false),
        (|mut writer| writer.finish_with(RESET), failed(RESET), false),
        (|writer| drop(writer), failed(DROPPED), false),
        (
            |writer| writer.abort_handle().abort(RESET),
            failed(RESET),
            true,
        ),
    ];
    for (end, expected, discards) in ends {
        let reading = (pipe_with_dropped_read(), &b"abc"[..]);
        for ((mut reader, writer), bytes) in [reading, (pipe_with_dropped_writes(), b"cd")] {
            end(writer);
            let left = if discards { b"" } else { bytes };
            assert_eq!(read_up_to(&mut reader, 8), left);
            assert_eq!(as_poll(reader.try_read(&mut [0])), expected);
        }
    }
}

#[test]
fn b10_a_dropped_closed_readable_or_writable_moves_no_byte_and_delays_no_call() {
    let (mut reader, mut writer) = pipe(5);
    writer.try_write(b"ab").unwrap();
    assert!(reader.closed().now_or_never().is_none());
    assert!(writer.closed().now_or_never().is_none());
    assert!(reader.readable(5).now_or_never().is_none());
    assert!(writer.writable(5).now_or_never().is_none());
    assert_eq!((reader.len(), writer.len()), (2, 2));
    let task = CountingTask::new();
    assert_eq!(task.write(&mut writer, b"cdef"), ready(3));
    assert_eq!(task.read(&mut reader, &mut [0; 3]), ready(3));
    assert_eq!(read_up_to(&mut reader, 9), b"de");

    // Nor does a wait for more delay the wake of the read after it.
    assert!(reader.readable(5).now_or_never().is_none());
    assert_eq!(task.read(&mut reader, &mut [0]), Poll::Pending);
    writer.try_write(b"a").unwrap();
    assert_eq!(task.wakes(), 1);
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(1));
    let kind = reader.try_read(&mut [0]).unwrap_err().kind();
    assert_eq!(kind, ErrorKind::WouldBlock);
}
