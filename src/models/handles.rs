//! An abort handle ends the stream while its halves park, move bytes, close or are dropped.

use alloc::sync::Arc;
use core::future::poll_fn;

use loom::thread;

use crate::io::{ErrorKind, Result};
use crate::{pipe, AbortHandle};

use super::{block_on, bounded, bounded_and_check, explore, full, read, witness, write};

const RESET: ErrorKind = ErrorKind::ConnectionReset;

fn abort(handle: AbortHandle) {
    handle.abort(RESET);
}

fn kind<T: core::fmt::Debug>(result: Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn a_parked_reader_is_woken() {
    bounded(
        3,
        || {
            let (reader, writer) = pipe(1);
            let handle = writer.abort_handle();
            ((reader, writer), handle)
        },
        |(mut reader, writer)| {
            assert_eq!(kind(read(&mut reader, &mut [0])), RESET);
            assert!(reader.is_closed() && writer.is_closed());
        },
        abort,
    );
}

#[test]
fn a_parked_writer_is_woken() {
    bounded(
        3,
        || {
            let (writer, reader) = full(pipe(1));
            let handle = writer.abort_handle();
            ((writer, reader), handle)
        },
        |(mut writer, _reader)| assert_eq!(kind(write(&mut writer, b"a")), RESET),
        abort,
    );
}

#[test]
fn closed_is_woken() {
    bounded(
        3,
        || {
            let (reader, writer) = pipe(1);
            let handle = reader.abort_handle();
            ((reader, writer), handle)
        },
        |(mut reader, mut writer)| {
            block_on(poll_fn(|cx| reader.poll_closed(cx)));
            block_on(poll_fn(|cx| writer.poll_closed(cx)));
        },
        abort,
    );
}

/// The writer finishes while the handle aborts: a clean end or the abort, and never a mixture.
#[test]
fn the_first_ending_stands() {
    bounded(
        3,
        || {
            let (reader, mut writer) = pipe(1);
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            let handle = reader.abort_handle();
            ((reader, writer), handle)
        },
        |(mut reader, mut writer)| {
            writer.finish();
            let mut buf = [0; 1];
            let first = reader.try_read(&mut buf);
            let second = reader.try_read(&mut buf);
            match first {
                Ok(n) => assert_eq!((n, second.unwrap()), (1, 0)),
                error => assert_eq!([kind(error), kind(second)], [RESET; 2]),
            }
        },
        abort,
    );
}

/// The handle aborts while both halves are dropped. The pipe retains no waker.
#[test]
fn halves_are_dropped_meanwhile() {
    bounded_and_check(
        2,
        || {
            let (mut reader, mut writer) = pipe(1);
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            let (waker, witness) = witness();
            let cx = &mut core::task::Context::from_waker(&waker);
            assert!(writer.poll_writable(cx, 1).is_pending());
            assert!(reader.poll_closed(cx).is_pending());
            let handle = reader.abort_handle();
            ((reader, writer, witness), handle)
        },
        |(reader, writer, witness)| {
            drop(reader);
            drop(writer);
            witness
        },
        |handle| {
            handle.abort(RESET);
            handle
        },
        |witness, _handle| assert_eq!(Arc::strong_count(witness), 1, "the pipe retains a waker"),
    );
}

/// Each of two handles has taken effect when its call returns, whichever is the first. Both halves
/// get the same error.
#[test]
fn an_abort_has_taken_effect_when_it_returns() {
    explore(Some(3), || {
        let (mut reader, mut writer) = pipe(1);
        let aborting = [RESET, ErrorKind::TimedOut].map(|kind| {
            let handle = reader.abort_handle();
            thread::spawn(move || {
                handle.abort(kind);
                assert!(handle.is_aborted());
            })
        });
        for thread in aborting {
            thread.join().unwrap();
        }
        assert!(reader.is_closed() && writer.is_closed());
        let read = kind(reader.try_read(&mut [0]));
        assert!([RESET, ErrorKind::TimedOut].contains(&read));
        assert_eq!(kind(writer.try_write(b"a")), read);
    });
}
