//! Three threads: a half that waits, its peer, and a handle. All are bounded, because more
//! preemptions would take hours.

use alloc::sync::Arc;
use core::future::poll_fn;
use core::task::{Context, Poll};

use loom::thread;

use super::{block_on, explore, read, witness};
use crate::io::ErrorKind;
use crate::pipe;

const RESET: ErrorKind = ErrorKind::ConnectionReset;
const ABORT: ErrorKind = ErrorKind::TimedOut;

/// The task waits for two bytes and for the end. The writer moves one byte and is dropped, while
/// the handle aborts.
#[test]
fn a_task_that_waits_twice_is_woken_by_a_drop_or_a_handle() {
    explore(Some(1), || {
        let (mut reader, mut writer) = pipe(2);
        let handle = reader.abort_handle();
        let dropping = thread::spawn(move || {
            let _ = writer.try_write(b"a");
        });
        let handling = thread::spawn(move || handle.abort(RESET));
        let found = block_on(poll_fn(|cx| {
            let found = reader.poll_readable(cx, 2);
            match reader.poll_closed(cx) {
                Poll::Ready(()) => found,
                Poll::Pending => Poll::Pending,
            }
        }));
        match found {
            Ok(left) => assert!(left <= 1),
            Err(error) => assert_eq!(error.kind(), RESET),
        }
        dropping.join().unwrap();
        handling.join().unwrap();
    });
}

/// The writer aborts while the handle does, too. The reader is woken, and finds the same error for
/// ever.
#[test]
fn two_aborts_leave_one_error() {
    explore(Some(2), || {
        let (mut reader, mut writer) = pipe(1);
        let handle = reader.abort_handle();
        let aborting = thread::spawn(move || {
            writer.abort(ABORT);
            writer
        });
        let handling = thread::spawn(move || handle.abort(RESET));
        let first = read(&mut reader, &mut [0]).unwrap_err().kind();
        let second = read(&mut reader, &mut [0]).unwrap_err().kind();
        assert!(first == second && [ABORT, RESET].contains(&first));
        drop(aborting.join().unwrap());
        handling.join().unwrap();
    });
}

/// Both halves and a handle are dropped at once. The last owner frees the pipe, with the wakers
/// that both halves have left in it, after the others are done with it.
#[test]
fn three_owners_are_dropped_at_once() {
    explore(Some(2), || {
        let (mut reader, mut writer) = pipe(1);
        assert_eq!(writer.try_write(b"a").unwrap(), 1);
        let handle = reader.abort_handle();
        let (waker, witness) = witness();
        let cx = &mut Context::from_waker(&waker);
        assert!(writer.poll_writable(cx, 1).is_pending());
        assert!(reader.poll_closed(cx).is_pending());
        drop(waker);
        let one = thread::spawn(move || drop(writer));
        let other = thread::spawn(move || drop(handle));
        drop(reader);
        one.join().unwrap();
        other.join().unwrap();
        assert_eq!(Arc::strong_count(&witness), 1, "a waker outlives the pipe");
    });
}
