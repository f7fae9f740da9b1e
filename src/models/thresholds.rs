//! Waiting for more than one byte.

use alloc::sync::Arc;
use core::future::poll_fn;
use core::task::Context;

use super::{
    block_on, bounded, full, model, model_and_check, poll_once, read, read_twice, witness,
    write_twice,
};
use crate::pipe;

/// Edge W: a waiter for two bytes is not woken by the first one, and not forgotten.
#[test]
fn reader_is_woken_at_its_threshold() {
    model(
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
    model(
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

/// The writer restores a waiter that it could not wake, but not over a newer one.
#[test]
fn a_restored_waiter_does_not_hide_a_newer_one() {
    model(
        || pipe(2),
        |mut reader| {
            let _ = poll_once(|cx| reader.poll_readable(cx, 2));
            assert_eq!(block_on(reader.readable(2)).unwrap(), 2);
            reader
        },
        write_twice,
    );
}

/// One task waits with two thresholds, the higher one last. Only one byte is written.
#[test]
fn a_task_is_woken_at_the_smaller_of_two_thresholds() {
    model(
        || pipe(2),
        |mut reader| {
            block_on(poll_fn(|cx| {
                let one = reader.poll_readable(cx, 1);
                let _ = reader.poll_readable(cx, 2);
                one
            }))
            .unwrap();
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}

/// The same, while the writer holds or restores the waiter with the lower threshold.
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

/// Edge L: the reader is dropped while the writer, which has found too few bytes for its waiter,
/// restores it. The pipe retains no waker.
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

/// At the end, fewer bytes are left than the reader waits for.
#[test]
fn the_end_wakes_a_reader_below_its_threshold() {
    bounded(
        3,
        || pipe(2),
        |mut reader| assert_eq!(block_on(reader.readable(2)).unwrap(), 1),
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            drop(writer);
        },
    );
}
