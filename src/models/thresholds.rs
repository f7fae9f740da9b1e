//! Waiting for more than one byte.

use alloc::sync::Arc;
use core::future::poll_fn;
use core::task::Context;

use super::{
    block_on, bounded, full, model, model_and_check, poll_once, read, read_twice, witness,
    write_twice,
};
use crate::pipe;

/// Edge W: a half that waits for two bytes is not woken by the first one, and not forgotten.
#[test]
fn reader_is_woken_at_its_threshold() {
    bounded(
        3,
        || pipe(2),
        |mut reader| {
            assert_eq!(block_on(reader.readable(2)).unwrap(), 2);
            reader
        },
        write_twice,
    );
}

#[test]
fn writer_is_woken_at_its_threshold() {
    bounded(
        3,
        || full(pipe(2)),
        |mut writer| {
            assert_eq!(block_on(writer.writable(2)).unwrap(), 2);
            writer
        },
        read_twice,
    );
}

/// A half that has waited for more bytes with another waker is woken at the later, lower threshold.
#[test]
fn latest_waker_is_woken_at_its_threshold() {
    model(
        || pipe(2),
        |mut reader| {
            let _ = poll_once(|cx| reader.poll_readable(cx, 2));
            assert_eq!(read(&mut reader, &mut [0; 2]).unwrap(), 1);
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}

/// The task waits for one byte, and then for two. The first byte may come in between.
#[test]
fn a_wait_for_fewer_bytes_does_not_hide_the_one_for_more() {
    bounded(
        3,
        || pipe(2),
        |mut reader| {
            let _ = poll_once(|cx| reader.poll_readable(cx, 1));
            assert_eq!(block_on(reader.readable(2)).unwrap(), 2);
            reader
        },
        write_twice,
    );
}

/// The writer sets the bit again below the target. This does not hide a newer wait.
#[test]
fn a_bit_that_is_set_again_does_not_hide_a_newer_wait() {
    bounded(
        3,
        || pipe(2),
        |mut reader| {
            let _ = poll_once(|cx| reader.poll_readable(cx, 2));
            assert_eq!(block_on(reader.readable(2)).unwrap(), 2);
            reader
        },
        write_twice,
    );
}

/// One task waits with two thresholds while the writer compares with the lower one.
#[test]
fn a_task_that_waits_for_two_thresholds_is_woken_for_both() {
    bounded(
        3,
        || pipe(3),
        |mut reader| {
            block_on(poll_fn(|cx| {
                let two = reader.poll_readable(cx, 2);
                let _ = reader.poll_readable(cx, 3);
                two
            }))
            .unwrap();
            reader
        },
        write_twice,
    );
}

/// The bytes are written between two waits of a task. The second wait succeeds at once, and the
/// task must still be woken for the first one.
#[test]
fn a_wait_that_succeeds_does_not_forget_an_earlier_one() {
    model(
        || pipe(2),
        |mut reader| {
            let mut two_are_readable = false;
            block_on(poll_fn(|cx| {
                let one = reader.poll_readable(cx, 1);
                two_are_readable |= reader.poll_readable(cx, 2).is_ready();
                one
            }))
            .unwrap();
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"ab").unwrap(), 2);
            writer
        },
    );
}

/// Edge C: the reader is dropped while the writer, which has published too few bytes, sets the bit
/// again. The pipe retains no waker.
#[test]
fn a_dropped_half_leaves_no_waker() {
    model_and_check(
        || pipe(2),
        |mut reader| {
            let (waker, witness) = witness();
            let mut cx = Context::from_waker(&waker);
            let _ = reader.poll_readable(&mut cx, 2);
            let _ = reader.poll_closed(&mut cx);
            witness
        },
        |mut writer| {
            let _ = writer.try_write(b"a");
            writer
        },
        |witness, _writer| assert_eq!(Arc::strong_count(witness), 1, "the pipe retains a waker"),
    );
}

/// A task waits for two bytes, and then for three while the writer publishes the second one. It is
/// woken for the first wait, whether the writer compares with the old target or with the new one.
#[test]
fn a_task_that_raises_its_threshold_is_woken_for_the_lower_one() {
    bounded(
        3,
        || {
            let (reader, mut writer) = pipe(3);
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            (reader, writer)
        },
        |mut reader| {
            block_on(poll_fn(|cx| {
                let two = reader.poll_readable(cx, 2);
                if two.is_pending() {
                    let _ = reader.poll_readable(cx, 3);
                }
                two
            }))
            .unwrap();
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"b").unwrap(), 1);
            writer
        },
    );
}
