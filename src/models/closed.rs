//! Waiting for the end of the peer, alone and beside bytes.

use core::future::poll_fn;
use core::task::Poll;

use super::{block_on, bounded, model, poll_once};
use crate::pipe;

/// Edge E: `closed` is woken by the end, and by nothing else.
#[test]
fn closed_is_woken() {
    bounded(
        3,
        || pipe(1),
        |mut reader| block_on(reader.closed()),
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
        },
    );
    bounded(
        3,
        || {
            let (reader, writer) = pipe(1);
            (writer, reader)
        },
        |mut writer| block_on(writer.closed()),
        drop,
    );
}

/// A `closed` that is polled again with another waker is woken through that.
#[test]
fn closed_is_woken_through_its_latest_waker() {
    bounded(
        3,
        || pipe(1),
        |mut reader| {
            let _ = poll_once(|cx| reader.poll_closed(cx));
            block_on(reader.closed());
        },
        drop,
    );
}

/// A task that waits for a byte and for the end is woken for the byte.
#[test]
fn a_task_that_waits_for_bytes_and_the_end_is_woken_for_bytes() {
    model(
        || pipe(1),
        |mut reader| {
            block_on(poll_fn(|cx| {
                if reader.poll_read(cx, &mut [0]).is_ready() {
                    return Poll::Ready(());
                }
                reader.poll_closed(cx)
            }));
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}

/// A task that waits for more bytes than there will be, and for the end, is woken for the end.
#[test]
fn a_task_that_waits_for_bytes_and_the_end_is_woken_for_the_end() {
    bounded(
        3,
        || pipe(2),
        |mut reader| {
            block_on(poll_fn(|cx| {
                let readable = reader.poll_readable(cx, 2);
                let closed = reader.poll_closed(cx);
                assert!(readable.is_pending() || reader.is_closed());
                closed
            }));
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
        },
    );
}
