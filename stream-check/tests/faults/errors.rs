//! Errors at an operation: which operation fails, with what, and that the error persists.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, Error, ErrorKind, IoSlice, IoSliceMut};

use async_duplex::{pipe, DuplexStream};
use futures::executor::block_on;
use futures::io::Cursor;
use futures::{AsyncReadExt, AsyncWriteExt};
use stream_check::faults::Faulty;

use crate::common::{assert_broken, far_state, ok, streams, FAILED, RESET};
use crate::counting_waker::{ready, CountingTask};
use crate::panics::panic_message;

/// The name of an operation, and a call of it that returns whether it succeeds.
type Operation = (
    &'static str,
    fn(&CountingTask, &mut Faulty<DuplexStream>) -> bool,
);

/// One of each kind. Without a fault, all of them succeed.
const OPERATIONS: [Operation; 9] = [
    ("read", |task, stream| ok(task.read(stream, &mut [0]))),
    ("empty read", |task, stream| ok(task.read(stream, &mut []))),
    ("vectored read", |task, stream| {
        ok(task.read_vectored(stream, &mut [IoSliceMut::new(&mut [0])]))
    }),
    ("fill_buf", |task, stream| ok(task.fill_buf(stream))),
    ("write", |task, stream| ok(task.write(stream, b"x"))),
    ("empty write", |task, stream| ok(task.write(stream, b""))),
    ("vectored write", |task, stream| {
        ok(task.write_vectored(stream, &[IoSlice::new(b"x")]))
    }),
    ("flush", |task, stream| ok(task.flush(stream))),
    ("close", |task, stream| ok(task.close(stream))),
];

#[test]
fn fail_at_n_fails_operation_n_of_any_kind_and_all_after_it() {
    let task = CountingTask::new();
    for (before, operation) in OPERATIONS {
        if before == "close" {
            continue; // A write after a close fails without a fault.
        }
        for (what, last) in OPERATIONS {
            for n in 1..=5 {
                let (near, mut far) = streams();
                let mut near = Faulty::new(near).fail_at(n, RESET);
                for _ in 1..n {
                    assert!(operation(&task, &mut near), "{before}");
                    assert!(!near.fired(), "{before}");
                }
                let seen = far_state(&mut far);
                assert!(!last(&task, &mut near), "{what} after {before}");
                assert_broken(&task, &mut near);
                // The operation has not reached the inner stream.
                assert_eq!(far_state(&mut far), seen, "{what} after {before}");
            }
        }
    }
}

#[test]
fn an_operation_that_fails_counts_and_a_pending_one_does_not() {
    let task = CountingTask::new();
    let (reader, mut writer) = pipe(8);
    let mut reader = Faulty::new(reader).fail_at(3, RESET);
    for _ in 0..5 {
        assert!(task.read(&mut reader, &mut [0]).is_pending());
    }
    writer.try_write(b"a").unwrap();
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    writer.abort(ErrorKind::TimedOut);
    let failed = task.read(&mut reader, &mut [0]);
    assert_eq!(failed, Poll::Ready(Err(ErrorKind::TimedOut)));
    assert!(!reader.fired(), "the error is the peer's");
    assert_eq!(task.read(&mut reader, &mut [0]), FAILED);
    assert!(reader.fired());
}

#[test]
fn a_fault_fires_even_if_the_inner_stream_would_be_pending() {
    let task = CountingTask::new();
    let (reader, _writer) = pipe(8);
    let mut reader = Faulty::new(reader).fail_at(1, RESET);
    assert_eq!(task.read(&mut reader, &mut [0]), FAILED);
    assert_eq!(task.retained(), 0);
}

#[test]
fn fail_at_accepts_every_kind_but_would_block_and_interrupted() {
    for kind in [
        ErrorKind::BrokenPipe,
        ErrorKind::UnexpectedEof,
        ErrorKind::TimedOut,
        ErrorKind::Other,
    ] {
        let mut stream = Faulty::new(Vec::new()).fail_at(1, kind);
        let failed = CountingTask::new().write(&mut stream, b"x");
        assert_eq!(failed, Poll::Ready(Err(kind)));
    }
    for kind in [ErrorKind::WouldBlock, ErrorKind::Interrupted] {
        let expected = format!("a poll may not fail with {kind:?}");
        let stream = || Faulty::new(());
        assert_eq!(panic_message(|| stream().fail_at(1, kind)), expected);
        let read = panic_message(|| stream().fail_after_bytes_read(1, kind));
        assert_eq!(read, expected);
        let written = panic_message(|| stream().fail_after_bytes_written(1, kind));
        assert_eq!(written, expected);
    }
}

#[test]
fn the_message_of_an_injected_error_names_its_fault() {
    let message = |mut stream: Faulty<Cursor<Vec<u8>>>| loop {
        if let Err(error) = block_on(stream.read(&mut [0; 2])) {
            return error.to_string();
        }
        if let Err(error) = block_on(stream.write(b"xx")) {
            return error.to_string();
        }
    };
    let stream = || Faulty::new(Cursor::new(vec![0; 64]));
    assert_eq!(
        message(stream().fail_at(4, RESET)),
        "injected fault at operation 4"
    );
    assert_eq!(
        message(stream().fail_after_bytes_read(3, RESET)),
        "injected fault after 3 bytes read"
    );
    assert_eq!(
        message(stream().fail_after_bytes_written(5, RESET)),
        "injected fault after 5 bytes written"
    );
}

#[test]
fn a_fault_at_operation_0_panics() {
    let message = panic_message(|| Faulty::new(()).fail_at(0, RESET));
    assert_eq!(
        message,
        "operations are numbered from 1: there is no operation 0"
    );
    let message = panic_message(|| Faulty::new(()).eof_at_read(0));
    assert_eq!(message, "reads are numbered from 1: there is no read 0");
}

#[test]
fn the_first_of_several_errors_persists() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Vec::new())
        .fail_at(3, ErrorKind::TimedOut)
        .fail_after_bytes_written(4, RESET)
        .fail_at(5, ErrorKind::BrokenPipe);
    assert_eq!(task.write(&mut stream, b"01234"), ready(4));
    for _ in 0..5 {
        assert_eq!(task.write(&mut stream, b"4"), FAILED);
    }
}

#[test]
fn of_two_errors_due_at_once_the_one_set_first_fires() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Vec::new())
        .fail_at(2, ErrorKind::TimedOut)
        .fail_after_bytes_written(1, RESET);
    assert_eq!(task.write(&mut stream, b"x"), ready(1));
    let failed = task.write(&mut stream, b"x");
    assert_eq!(failed, Poll::Ready(Err(ErrorKind::TimedOut)));

    // The error persists when another fault is due.
    let mut stream = Faulty::new(Cursor::new(vec![0; 8]))
        .fail_at(1, ErrorKind::TimedOut)
        .fail_after_bytes_written(0, RESET)
        .fail_after_bytes_read(0, RESET);
    let failed = Err(ErrorKind::TimedOut);
    assert_eq!(task.flush(&mut stream), Poll::Ready(failed));
    assert_eq!(
        task.write(&mut stream, b"x").map_ok(drop),
        Poll::Ready(failed)
    );
    assert_eq!(
        task.read(&mut stream, &mut [0]).map_ok(drop),
        Poll::Ready(failed)
    );
}

#[test]
fn a_stream_that_has_failed_injects_no_pending() {
    let task = CountingTask::new();
    let (near, _far) = streams();
    let mut near = Faulty::new(near).pending(0, 1).fail_at(1, RESET);
    assert!(task.flush(&mut near).is_pending());
    assert_eq!(task.flush(&mut near), Poll::Ready(Err(RESET)));
    let task = CountingTask::new();
    assert_broken(&task, &mut near);
}

#[test]
fn the_10_000th_operation_after_an_error_panics() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Vec::new()).fail_at(2, RESET);
    assert_eq!(task.write(&mut stream, b"x"), ready(1));
    for _ in 1..10_000 {
        assert_eq!(task.write(&mut stream, b"x"), FAILED);
    }
    assert_eq!(
        panic_message(|| task.write(&mut stream, b"x")),
        "10000 operations after a fault has fired: the caller seems to ignore it"
    );
}

#[test]
fn errors_of_the_inner_stream_are_returned() {
    struct Failing;

    impl futures::AsyncRead for Failing {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Err(Error::new(ErrorKind::InvalidData, "its own")))
        }
    }

    let mut stream = Faulty::new(Failing).fail_after_bytes_read(1, RESET);
    for _ in 0..3 {
        let error = block_on(stream.read(&mut [0])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert_eq!(error.to_string(), "its own");
    }
    assert!(!stream.fired());
}
