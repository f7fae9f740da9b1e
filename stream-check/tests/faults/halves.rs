//! `Faulty::pending` under a split into two tasks, and what ends the stream inside.

use core::pin::Pin;
use std::io::ErrorKind;
use std::thread;

use async_duplex::{duplex, DuplexStream, Options};
use futures::executor::block_on;
use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use stream_check::faults::Faulty;
#[cfg(feature = "tokio")]
use tokio::io::ReadBuf;

use crate::common::RESET;
use crate::counting_waker::{as_poll, failed, ready, CountingTask};
use crate::deadline::within;

const DEADLINE: u64 = 60;

const WRONG_CHECKSUM: ErrorKind = ErrorKind::InvalidData;

const CALLS: usize = if cfg!(miri) { 50 } else { 1_000 };

/// A stream whose next `CALLS` reads and writes of one byte never wait, and its peer.
fn stream_that_never_waits() -> (Faulty<DuplexStream>, DuplexStream) {
    let (near, mut far) = duplex(CALLS);
    far.try_write(&[7; CALLS]).unwrap();
    (Faulty::new(near).pending(5, 2), far)
}

/// Makes calls of two tasks in turn, and checks that each `Pending` wakes the task that got it, and
/// no other.
fn check_in_turn(
    mut read: impl FnMut(&CountingTask) -> bool,
    mut write: impl FnMut(&CountingTask) -> bool,
) {
    let (reading, writing) = (CountingTask::new(), CountingTask::new());
    let (mut read_pending, mut write_pending) = (0, 0);
    for call in 0..CALLS {
        read_pending += usize::from(read(&reading));
        assert_eq!(
            (reading.wakes(), writing.wakes()),
            (read_pending, write_pending),
            "{call}"
        );
        write_pending += usize::from(write(&writing));
        assert_eq!(
            (reading.wakes(), writing.wakes()),
            (read_pending, write_pending),
            "{call}"
        );
    }
    assert!(read_pending > 0 && write_pending > 0);
}

#[test]
fn each_injected_pending_of_a_stream_split_by_futures_wakes_its_own_task() {
    let (near, _far) = stream_that_never_waits();
    let (mut reader, mut writer) = near.split();
    check_in_turn(
        |task| {
            task.poll(|cx| AsyncRead::poll_read(Pin::new(&mut reader), cx, &mut [0]).is_pending())
        },
        |task| task.poll(|cx| AsyncWrite::poll_write(Pin::new(&mut writer), cx, b"x").is_pending()),
    );
}

#[cfg(feature = "tokio")]
#[test]
fn each_injected_pending_of_a_stream_split_by_tokio_wakes_its_own_task() {
    let (near, _far) = stream_that_never_waits();
    let (mut reader, mut writer) = tokio::io::split(near);
    check_in_turn(
        |task| {
            let mut byte = [0];
            let mut buf = ReadBuf::new(&mut byte);
            task.poll(|cx| tokio::io::AsyncRead::poll_read(Pin::new(&mut reader), cx, &mut buf))
                .is_pending()
        },
        |task| {
            task.poll(|cx| tokio::io::AsyncWrite::poll_write(Pin::new(&mut writer), cx, b"x"))
                .is_pending()
        },
    );
}

#[test]
fn every_byte_passes_a_faulty_stream_whose_halves_are_on_two_threads() {
    const LEN: usize = if cfg!(miri) { 200 } else { 20_000 };
    for seed in 0..4 {
        within(DEADLINE, || {
            let (near, far) = duplex(16);
            let (mut reader, mut writer) = Faulty::new(near).pending(seed, 2).split();
            let (echo_reader, mut echo_writer) = far.split();
            thread::scope(|scope| {
                scope.spawn(move || {
                    block_on(async {
                        writer.write_all(&[7; LEN]).await.unwrap();
                        writer.close().await.unwrap();
                    });
                });
                scope.spawn(move || {
                    block_on(futures::io::copy(echo_reader, &mut echo_writer)).unwrap();
                });
                let mut bytes = Vec::new();
                block_on(reader.read_to_end(&mut bytes)).unwrap();
                assert_eq!(bytes, [7; LEN]);
            });
        });
    }
}

#[test]
fn b24_b25_b26_a_faulty_stream_passes_the_bytes_and_the_error_of_the_stream_inside() {
    type End = fn(DuplexStream);
    let ends: [(End, _, &[u8]); 4] = [
        (|far| drop(far), failed(RESET), b"abcd"),
        (|mut far| far.writer().finish(), ready(4), b"abcd"),
        (
            |mut far| far.writer().finish_with(WRONG_CHECKSUM),
            failed(WRONG_CHECKSUM),
            b"abcd",
        ),
        (
            |far| far.abort_handle().abort(WRONG_CHECKSUM),
            failed(WRONG_CHECKSUM),
            b"",
        ),
    ];
    for (end, expected, arrived) in ends {
        let (near, mut far) = Options::new(8).error_on_drop(RESET).duplex();
        let mut near = Faulty::new(near).pending(1, 1);
        far.try_write(b"abcd").unwrap();
        end(far);
        let mut bytes = Vec::new();
        let mut read_to_end = |bytes: &mut Vec<u8>| as_poll(block_on(near.read_to_end(bytes)));
        assert_eq!(read_to_end(&mut bytes), expected);
        assert_eq!(bytes, arrived);
        // And the same once more.
        if expected != ready(4) {
            assert_eq!(read_to_end(&mut bytes), expected);
        }
    }
}

#[test]
fn b26_a_handle_wakes_both_tasks_of_a_faulty_stream_that_is_split() {
    let (mut near, far) = duplex(4);
    near.try_write(b"full").unwrap();
    let handle = far.abort_handle();
    let (mut reader, mut writer) = Faulty::new(near).pending(5, 2).split();
    let (reading, writing) = (CountingTask::new(), CountingTask::new());
    // A second poll after an injected `Pending` reaches the stream.
    for _ in 0..4 {
        let read = reading.poll(|cx| AsyncRead::poll_read(Pin::new(&mut reader), cx, &mut [0]));
        let write = writing.poll(|cx| AsyncWrite::poll_write(Pin::new(&mut writer), cx, b"x"));
        assert!(read.is_pending() && write.is_pending());
    }
    let before = (reading.wakes(), writing.wakes());
    handle.abort(RESET);
    assert_eq!(
        (reading.wakes(), writing.wakes()),
        (before.0 + 1, before.1 + 1)
    );
    assert_eq!(block_on(reader.read(&mut [0])).unwrap_err().kind(), RESET);
    assert_eq!(block_on(writer.write(b"x")).unwrap_err().kind(), RESET);
}
