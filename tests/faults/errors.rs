//! Errors and ends: when they fire, on what, and that they stay.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, Error, ErrorKind, IoSlice, IoSliceMut};

use async_duplex::faults::Faulty;
use async_duplex::{duplex, pipe, DuplexStream};
use futures::executor::block_on;
use futures::io::{AsyncBufRead, Cursor};
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::counting_waker::{moved, CountingTask, Outcome, END};
use crate::panic_message;

const RESET: ErrorKind = ErrorKind::ConnectionReset;
const FAILED: Outcome<usize> = Poll::Ready(Err(RESET));

/// Both ends of a stream, with ten bytes to read at the near one.
fn streams() -> (DuplexStream, DuplexStream) {
    let (near, mut far) = duplex(64);
    let (_, writer) = DuplexStream::split(&mut far);
    assert_eq!(writer.try_write(b"0123456789").unwrap(), 10);
    (near, far)
}

fn assert_broken(task: &CountingTask, stream: &mut Faulty<DuplexStream>) {
    for _ in 0..3 {
        assert_eq!(task.read(stream, &mut [0; 4]), FAILED);
        assert_eq!(task.read(stream, &mut []), FAILED);
        let mut buf = [0; 4];
        let bufs = &mut [IoSliceMut::new(&mut buf)];
        assert_eq!(task.read_vectored(stream, bufs), FAILED);
        assert_eq!(task.fill_buf(stream), Poll::Ready(Err(RESET)));
        assert_eq!(task.write(stream, b"x"), FAILED);
        assert_eq!(task.write(stream, b""), FAILED);
        assert_eq!(task.write_vectored(stream, &[IoSlice::new(b"x")]), FAILED);
        assert_eq!(task.flush(stream), Poll::Ready(Err(RESET)));
        assert_eq!(task.close(stream), Poll::Ready(Err(RESET)));
    }
    assert!(stream.fired());
    assert_eq!(task.wakes(), 0);
}

/// An operation, in words and in deed, and whether it succeeds. On a kind stream it does.
type Operation = (
    &'static str,
    fn(&CountingTask, &mut Faulty<DuplexStream>) -> bool,
);

/// One of each sort.
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

fn ok<T>(outcome: Outcome<T>) -> bool {
    match outcome {
        Poll::Ready(result) => result.is_ok(),
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn the_nth_operation_of_whichever_sort_fails_and_all_after_it() {
    let task = CountingTask::new();
    for (before, operation) in OPERATIONS {
        if before == "close" {
            continue; // Writing after it would fail without a fault.
        }
        for (what, last) in OPERATIONS {
            for n in 1..=5 {
                let (near, mut far) = streams();
                let mut near = Faulty::new(near).fail_at(n, RESET);
                for _ in 1..n {
                    assert!(operation(&task, &mut near), "{before}");
                    assert!(!near.fired(), "{before}");
                }
                let seen = far_has(&mut far);
                assert!(!last(&task, &mut near), "{what} after {before}");
                assert_broken(&task, &mut near);
                // Nothing of it has reached the inner stream.
                assert_eq!(far_has(&mut far), seen, "{what} after {before}");
            }
        }
    }
}

/// What the far end can learn of the near one: the bytes there, the bytes not taken, whether it is
/// closed.
fn far_has(far: &mut DuplexStream) -> (usize, usize, bool) {
    let (reader, writer) = DuplexStream::split(far);
    (reader.len(), writer.len(), reader.is_closed())
}

#[test]
fn a_failed_operation_is_one_and_waiting_is_none() {
    let task = CountingTask::new();
    let (reader, mut writer) = pipe(8);
    let mut reader = Faulty::new(reader).fail_at(3, RESET);
    for _ in 0..5 {
        assert!(task.read(&mut reader, &mut [0]).is_pending());
    }
    writer.try_write(b"a").unwrap();
    assert_eq!(task.read(&mut reader, &mut [0]), moved(1));
    writer.abort(ErrorKind::TimedOut);
    let failed = task.read(&mut reader, &mut [0]);
    assert_eq!(failed, Poll::Ready(Err(ErrorKind::TimedOut)));
    assert!(!reader.fired(), "that was the peer");
    assert_eq!(task.read(&mut reader, &mut [0]), FAILED);
    assert!(reader.fired());
}

#[test]
fn the_fault_does_not_wait_for_the_inner_stream() {
    let task = CountingTask::new();
    let (reader, _writer) = pipe(8);
    let mut reader = Faulty::new(reader).fail_at(1, RESET);
    assert_eq!(task.read(&mut reader, &mut [0]), FAILED);
    assert_eq!(task.kept(), 0);
}

#[test]
fn every_kind_can_be_had_except_those_that_no_poll_may_return() {
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
fn the_error_says_which_fault_it_was() {
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
fn an_operation_0_does_not_exist() {
    let message = panic_message(|| Faulty::new(()).fail_at(0, RESET));
    assert_eq!(
        message,
        "operations are numbered from 1: there is no operation 0"
    );
    let message = panic_message(|| Faulty::new(()).eof_at_read(0));
    assert_eq!(message, "reads are numbered from 1: there is no read 0");
}

#[test]
fn so_many_bytes_are_read_and_then_it_fails() {
    let task = CountingTask::new();
    for bytes in 0..=10 {
        for chunk in 1..=12 {
            let (near, _far) = streams();
            let mut near = Faulty::new(near).fail_after_bytes_read(bytes, RESET);
            let mut got: Vec<u8> = Vec::new();
            while got.len() < bytes {
                // Neither writing nor reading nothing counts.
                assert_eq!(task.write(&mut near, b"x"), moved(1));
                assert_eq!(task.read(&mut near, &mut []), moved(0));
                let mut buf = vec![0; chunk];
                let n = chunk.min(bytes - got.len());
                assert_eq!(task.read(&mut near, &mut buf), moved(n));
                got.extend(&buf[..n]);
            }
            assert_eq!(got, b"0123456789"[..bytes]);
            assert_eq!(task.read(&mut near, &mut []), moved(0));
            assert!(!near.fired());
            assert_eq!(task.read(&mut near, &mut [0]), FAILED);
            assert_broken(&task, &mut near);
        }
    }
}

#[test]
fn so_many_bytes_are_shown_and_consumed_and_then_it_fails() {
    let task = CountingTask::new();
    let (near, _far) = streams();
    let mut near = Faulty::new(near).fail_after_bytes_read(5, RESET);
    for (shown, consumed) in [("01234", 2), ("234", 0), ("234", 2), ("4", 1)] {
        let expected = shown.as_bytes().to_vec();
        assert_eq!(task.fill_buf(&mut near), Poll::Ready(Ok(expected)));
        Pin::new(&mut near).consume(consumed);
    }
    assert!(!near.fired());
    assert_eq!(task.fill_buf(&mut near), Poll::Ready(Err(RESET)));
    assert_broken(&task, &mut near);
}

#[test]
fn so_many_bytes_are_written_and_then_it_fails() {
    let task = CountingTask::new();
    for bytes in 0..=10 {
        for chunk in 1..=12 {
            for vectored in [false, true] {
                let mut stream = Faulty::new(Vec::new()).fail_after_bytes_written(bytes, RESET);
                let all = b"0123456789..";
                let mut sent = 0;
                while sent < bytes {
                    assert_eq!(task.write(&mut stream, b""), moved(0));
                    let part = &all[sent..all.len().min(sent + chunk)];
                    let n = part.len().min(bytes - sent);
                    let outcome = if vectored {
                        let (a, b) = part.split_at(part.len() / 2);
                        task.write_vectored(&mut stream, &[IoSlice::new(a), IoSlice::new(b)])
                    } else {
                        task.write(&mut stream, part)
                    };
                    assert_eq!(outcome, moved(n));
                    sent += n;
                }
                assert_eq!(task.write(&mut stream, b""), moved(0));
                assert!(task.flush(&mut stream).is_ready());
                assert!(!stream.fired());
                assert_eq!(task.write(&mut stream, b"x"), FAILED);
                assert_eq!(task.flush(&mut stream), Poll::Ready(Err(RESET)));
                assert_eq!(stream.into_inner(), all[..bytes]);
            }
        }
    }
}

#[test]
fn what_the_inner_stream_does_not_take_is_not_counted() {
    let task = CountingTask::new();
    let (mut reader, writer) = pipe(2);
    let mut writer = Faulty::new(writer).fail_after_bytes_written(3, RESET);
    assert_eq!(task.write(&mut writer, b"abcde"), moved(2));
    assert!(task.write(&mut writer, b"cde").is_pending());
    assert_eq!(task.read(&mut reader, &mut [0; 2]), moved(2));
    assert_eq!(task.write(&mut writer, b"cde"), moved(1));
    assert_eq!(task.write(&mut writer, b"de"), FAILED);
    assert_eq!(reader.len(), 1);
}

/// The near end after its end of the stream: nothing to read, everything else as ever.
fn assert_ended(task: &CountingTask, near: &mut Faulty<DuplexStream>, far: &mut DuplexStream) {
    assert!(near.fired());
    for _ in 0..3 {
        assert_eq!(task.read(near, &mut [0; 4]), END);
        let mut buf = [0; 4];
        let bufs = &mut [IoSliceMut::new(&mut buf)];
        assert_eq!(task.read_vectored(near, bufs), END);
        assert_eq!(task.fill_buf(near), Poll::Ready(Ok(Vec::new())));
        Pin::new(&mut *near).consume(0);
        assert_eq!(task.write(near, b"x"), moved(1));
        assert_eq!(task.flush(near), Poll::Ready(Ok(())));
    }
    let before = far_has(far);
    assert_eq!(task.close(near), Poll::Ready(Ok(())));
    assert_ne!(far_has(far), before, "the close has not got through");
}

#[test]
fn the_nth_read_finds_the_end_and_so_do_all_after_it() {
    let task = CountingTask::new();
    for n in 1..=5 {
        let (near, mut far) = streams();
        let mut near = Faulty::new(near).eof_at_read(n);
        for i in 1..n {
            // Other operations do not count.
            assert_eq!(task.write(&mut near, b"x"), moved(1));
            assert_eq!(task.flush(&mut near), Poll::Ready(Ok(())));
            if i % 2 == 0 {
                assert_eq!(task.read(&mut near, &mut [0]), moved(1));
            } else {
                assert!(ok(task.fill_buf(&mut near)));
                Pin::new(&mut near).consume(1);
            }
            assert!(!near.fired());
        }
        assert_eq!(task.write(&mut near, b"x"), moved(1));
        assert!(!near.fired(), "it was no read");
        assert_eq!(task.read(&mut near, &mut [0; 4]), END);
        assert_ended(&task, &mut near, &mut far);
    }
}

#[test]
fn so_many_bytes_are_read_and_then_the_stream_ends() {
    let task = CountingTask::new();
    for bytes in 0..=10 {
        for buffered in [false, true] {
            let (near, mut far) = streams();
            let mut near = Faulty::new(near).eof_after_bytes(bytes).max_read(3);
            let mut left = bytes;
            while left > 0 {
                let n = left.min(3);
                if buffered {
                    let lent = b"0123456789"[bytes - left..][..n].to_vec();
                    assert_eq!(task.fill_buf(&mut near), Poll::Ready(Ok(lent)));
                    Pin::new(&mut near).consume(n);
                } else {
                    assert_eq!(task.read(&mut near, &mut [0; 8]), moved(n));
                }
                left -= n;
            }
            assert!(!near.fired());
            assert_eq!(task.fill_buf(&mut near), Poll::Ready(Ok(Vec::new())));
            assert_ended(&task, &mut near, &mut far);
        }
    }
}

#[test]
fn an_end_leaves_an_error_to_come() {
    let task = CountingTask::new();
    let (near, _far) = streams();
    let mut near = Faulty::new(near).fail_at(4, RESET).eof_at_read(2);
    assert_eq!(task.read(&mut near, &mut [0]), moved(1));
    assert_eq!(task.read(&mut near, &mut [0]), END);
    assert_eq!(task.read(&mut near, &mut [0]), END);
    assert_eq!(task.read(&mut near, &mut [0]), FAILED);
    assert_broken(&task, &mut near);
}

#[test]
fn of_several_errors_the_first_one_stays() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Vec::new())
        .fail_at(3, ErrorKind::TimedOut)
        .fail_after_bytes_written(4, RESET)
        .fail_at(5, ErrorKind::BrokenPipe);
    assert_eq!(task.write(&mut stream, b"01234"), moved(4));
    for _ in 0..5 {
        assert_eq!(task.write(&mut stream, b"4"), FAILED);
    }
}

#[test]
fn of_two_errors_at_once_it_is_the_one_that_was_set_first() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Vec::new())
        .fail_at(2, ErrorKind::TimedOut)
        .fail_after_bytes_written(1, RESET);
    assert_eq!(task.write(&mut stream, b"x"), moved(1));
    let failed = task.write(&mut stream, b"x");
    assert_eq!(failed, Poll::Ready(Err(ErrorKind::TimedOut)));

    // Nor does it change when the other one would have its turn.
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
fn an_error_is_not_held_up_again() {
    let task = CountingTask::new();
    let (near, _far) = streams();
    let mut near = Faulty::new(near).pending(0, 1).fail_at(1, RESET);
    assert!(task.flush(&mut near).is_pending());
    assert_eq!(task.flush(&mut near), Poll::Ready(Err(RESET)));
    let task = CountingTask::new();
    assert_broken(&task, &mut near);
}

#[test]
fn the_last_write_is_truncated() {
    let task = CountingTask::new();
    for bytes in 0..=7 {
        for (max_write, vectored) in [(usize::MAX, false), (3, false), (3, true)] {
            let mut stream = Faulty::new(Vec::new())
                .fail_at(2, RESET)
                .truncate_write(bytes)
                .max_write(max_write);
            assert_eq!(task.write(&mut stream, b"ab"), moved(2));
            let outcome = if vectored {
                let bufs = [&b"0"[..], b"1234"].map(IoSlice::new);
                task.write_vectored(&mut stream, &bufs)
            } else {
                task.write(&mut stream, b"01234")
            };
            assert_eq!(outcome, FAILED);
            // Once is enough.
            assert_eq!(task.write(&mut stream, b"56789"), FAILED);
            let passed = bytes.min(max_write).min(5);
            let expected = [b"ab", &b"01234"[..passed]].concat();
            assert_eq!(stream.into_inner(), expected);
        }
    }
}

#[test]
fn only_a_write_that_fails_itself_is_truncated() {
    let task = CountingTask::new();
    let truncated = || Faulty::new(Vec::new()).truncate_write(2);

    let mut flushed = truncated().fail_at(1, RESET);
    assert_eq!(task.flush(&mut flushed), Poll::Ready(Err(RESET)));
    assert_eq!(task.write(&mut flushed, b"01234"), FAILED);
    assert_eq!(flushed.into_inner(), b"");

    let (near, mut far) = streams();
    let mut read = Faulty::new(near).fail_at(1, RESET).truncate_write(2);
    let before = far_has(&mut far);
    assert_eq!(task.read(&mut read, &mut [0; 4]), FAILED);
    assert_eq!(task.write(&mut read, b"01234"), FAILED);
    assert_eq!(far_has(&mut far), before);

    let mut empty = truncated().fail_at(1, RESET);
    assert_eq!(task.write(&mut empty, b""), FAILED);
    assert_eq!(task.write(&mut empty, b"01234"), FAILED);
    assert_eq!(empty.into_inner(), b"");

    // One that counts bytes splits the write, to the byte.
    let mut split = truncated().fail_after_bytes_written(3, RESET);
    assert_eq!(task.write(&mut split, b"01234"), moved(3));
    assert_eq!(task.write(&mut split, b"34"), FAILED);
    assert_eq!(split.into_inner(), b"012");
}

#[test]
fn a_write_waits_until_it_can_be_truncated() {
    let task = CountingTask::new();
    let waiting = || {
        let (reader, mut writer) = pipe(2);
        writer.try_write(b"ab").unwrap();
        let mut writer = Faulty::new(writer).fail_at(1, RESET).truncate_write(4);
        assert!(task.write(&mut writer, b"01234").is_pending());
        assert!(writer.fired());
        (reader, writer)
    };

    let (mut reader, mut writer) = waiting();
    let mut buf = [0; 3];
    assert_eq!(task.read(&mut reader, &mut buf[..1]), moved(1));
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.write(&mut writer, b"01234"), FAILED);
    assert_eq!(task.read(&mut reader, &mut buf), moved(2));
    assert_eq!(&buf[..2], b"b0");
    assert_eq!(task.write(&mut writer, b"1234"), FAILED);
    assert!(reader.is_empty());

    // Whoever turns to something else has given the write up.
    let (mut reader, mut writer) = waiting();
    assert_eq!(task.flush(&mut writer), Poll::Ready(Err(RESET)));
    assert_eq!(task.read(&mut reader, &mut buf), moved(2));
    assert_eq!(task.write(&mut writer, b"01234"), FAILED);
    assert!(reader.is_empty());

    // So has whoever goes on with nothing.
    let (mut reader, mut writer) = waiting();
    assert_eq!(task.write(&mut writer, b""), FAILED);
    assert_eq!(task.read(&mut reader, &mut buf), moved(2));
    assert_eq!(task.write(&mut writer, b"01234"), FAILED);
    assert!(reader.is_empty());

    // If the peer is gone meanwhile, the fault is still the fault.
    let (reader, mut writer) = waiting();
    drop(reader);
    assert_eq!(task.write(&mut writer, b"01234"), FAILED);
}

#[test]
fn somebody_who_ignores_an_error_is_stopped() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Vec::new()).fail_at(2, RESET);
    assert_eq!(task.write(&mut stream, b"x"), moved(1));
    for _ in 1..10_000 {
        assert_eq!(task.write(&mut stream, b"x"), FAILED);
    }
    assert_eq!(
        panic_message(|| task.write(&mut stream, b"x")),
        "10000 operations have met the fault that has fired: does nobody notice it?"
    );
}

#[test]
fn somebody_who_ignores_the_end_is_stopped() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Cursor::new(b"01234")).eof_at_read(1);
    for i in 1..10_000 {
        if i % 2 == 0 {
            assert_eq!(task.read(&mut stream, &mut [0]), END);
        } else {
            assert_eq!(task.fill_buf(&mut stream), Poll::Ready(Ok(Vec::new())));
        }
    }
    let message = panic_message(|| task.read(&mut stream, &mut [0]));
    assert!(message.starts_with("10000 operations have met the fault"));

    // Reading at an end that is no fault is nobody's business, nor is writing after one.
    let mut own_end = Faulty::new(Cursor::new(b"")).eof_at_read(usize::MAX);
    for _ in 0..20_000 {
        assert_eq!(task.read(&mut own_end, &mut [0]), END);
    }
    let (near, _far) = duplex(1 << 20);
    let mut half_closed = Faulty::new(near).eof_at_read(1);
    assert_eq!(task.read(&mut half_closed, &mut [0]), END);
    for _ in 0..20_000 {
        assert_eq!(task.write(&mut half_closed, b"x"), moved(1));
    }
}

/// An inner stream that fails by itself.
#[test]
fn errors_of_the_inner_stream_come_through() {
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
