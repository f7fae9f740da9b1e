//! A waker that is replaced, or whose call is cancelled, while the peer wakes it.

use alloc::sync::Arc;
use core::task::Context;

use super::{bounded, full, model, model_and_check, poll_once, read, witness, write};
use crate::pipe;

/// The latest waker is woken, even if the writer has taken an earlier one.
#[test]
fn reader_waker_replaced_while_being_woken() {
    model(
        || pipe(2),
        |mut reader| {
            let mut buf = [0; 2];
            if poll_once(|cx| reader.poll_read(cx, &mut buf)).is_pending() {
                assert_eq!(read(&mut reader, &mut buf).unwrap(), 1);
            }
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}

#[test]
fn writer_waker_replaced_while_being_woken() {
    model(
        || full(pipe(1)),
        |mut writer| {
            if poll_once(|cx| writer.poll_write(cx, b"b")).is_pending() {
                assert_eq!(write(&mut writer, b"b").unwrap(), 1);
            }
        },
        |mut reader| {
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            reader
        },
    );
}

/// A half can be dropped while its waker is being woken.
#[test]
fn reader_dropped_while_being_woken() {
    bounded(
        3,
        || pipe(1),
        |mut reader| {
            let _ = poll_once(|cx| reader.poll_read(cx, &mut [0]));
        },
        |mut writer| {
            let _ = writer.try_write(b"a");
        },
    );
}

/// The waker that was replaced is dropped, whoever has it at that moment: the half, or the writer
/// that has just taken it.
#[test]
fn a_replaced_waker_is_dropped() {
    model_and_check(
        || pipe(2),
        |mut reader| {
            let (waker, witness) = witness();
            let _ = reader.poll_readable(&mut Context::from_waker(&waker), 2);
            let _ = poll_once(|cx| reader.poll_readable(cx, 2));
            drop(waker);
            (reader, witness)
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
        |(_, witness), _| assert_eq!(Arc::strong_count(witness), 1, "the old waker is retained"),
    );
}

/// A write that is cancelled while it waits has written nothing, and does not disturb the next one.
#[test]
fn a_cancelled_write_writes_nothing() {
    model_and_check(
        || full(pipe(1)),
        |mut writer| {
            let cancelled = poll_once(|cx| writer.poll_write(cx, b"x")).is_pending();
            if cancelled {
                assert_eq!(write(&mut writer, b"b").unwrap(), 1);
            }
            (writer, if cancelled { b'b' } else { b'x' })
        },
        |mut reader| {
            let mut buf = [0; 1];
            assert_eq!(reader.try_read(&mut buf).unwrap(), 1);
            assert_eq!(&buf, b"a");
            (reader.try_read(&mut buf).is_ok().then(|| buf[0]), reader)
        },
        |(_, written), (seen, _)| assert!(seen.map_or(true, |seen| seen == *written)),
    );
}

/// A task gives up a threshold, and then waits for less. What it has given up is not waited for.
#[test]
fn a_cancelled_threshold_does_not_delay_a_later_wait() {
    model(
        || full(pipe(2)),
        |mut writer| {
            let _ = poll_once(|cx| writer.poll_writable(cx, 2));
            assert_eq!(write(&mut writer, b"c").unwrap(), 1);
            writer
        },
        |mut reader| {
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            reader
        },
    );
}
