//! B18: calls that never yield.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;

use async_duplex::Options;
use smol::io::AsyncBufReadExt;

use crate::counting_waker::{as_poll, ready, CountingTask, BROKEN, END};
use crate::readiness::{readable, writable};

#[test]
fn b18_neither_the_end_of_the_stream_nor_an_error_yields() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).yield_every(1).pipe();
    assert_eq!(task.write(&mut writer, b"a"), ready(1));
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    reader.close();
    for _ in 0..10 {
        assert_eq!(task.write(&mut writer, b"a"), BROKEN);
        assert_eq!(task.read(&mut reader, &mut [0]), END);
        assert_eq!(task.fill_buf(&mut reader), Poll::Ready(Ok(vec![])));
        assert_eq!(readable(&task, &mut reader, 1), END);
        assert_eq!(writable(&task, &mut writer, 1), BROKEN);
    }
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}

/// B5: they are `Ok(0)` at once. If a yield is due, the next call that is not empty yields.
#[test]
fn b18_empty_reads_and_writes_neither_count_nor_yield() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).yield_every(1).pipe();
    for due in [false, true] {
        for _ in 0..4 {
            assert_eq!(task.write(&mut writer, b""), ready(0), "{due}");
            assert_eq!(task.write_vectored(&mut writer, &[]), ready(0), "{due}");
            assert_eq!(task.read(&mut reader, &mut []), ready(0), "{due}");
        }
        let next = if due { Poll::Pending } else { ready(1) };
        assert_eq!(task.write(&mut writer, b"x"), next);
        assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
        assert_eq!(task.read(&mut reader, &mut [0]), next);
    }
    assert_eq!(task.wakes(), 2);
}

/// A call for zero bytes does not wait.
#[test]
fn b18_readable_and_writable_of_zero_bytes_neither_count_nor_yield() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).yield_every(1).pipe();
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    for due in [false, true] {
        for _ in 0..4 {
            assert_eq!(readable(&task, &mut reader, 0), ready(2), "{due}");
            assert_eq!(writable(&task, &mut writer, 0), ready(2), "{due}");
        }
        let next = if due { Poll::Pending } else { ready(1) };
        assert_eq!(task.write(&mut writer, b"x"), next);
        assert_eq!(task.read(&mut reader, &mut [0]), next);
    }
    assert_eq!(task.wakes(), 2);
}

/// `fill_buf` of futures-lite polls once to see whether there are bytes, and a second time to
/// return them. It panics if the second poll is `Pending`. So do older versions of futures-util.
#[test]
fn b18_fill_buf_returns_the_same_bytes_again_without_a_yield() {
    for calls in 1..=4 {
        let task = CountingTask::new();
        let (mut reader, mut writer) = Options::new(4).yield_every(calls).pipe();
        for _ in 0..20 {
            assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
            let mut filling = reader.fill_buf();
            let mut poll = || task.poll(|cx| Pin::new(&mut filling).poll(cx));
            let lent = match poll() {
                Poll::Pending => poll(),
                lent => lent,
            };
            assert_eq!(
                lent.map_ok(<[u8]>::len).map_err(|error| error.kind()),
                ready(1)
            );
            reader.consume(1);
        }
    }
}

/// Only a call after a transfer counts, because the caller of the others still has the result.
#[test]
fn b18_repeated_readable_writable_and_fill_buf_neither_count_nor_yield() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).yield_every(2).pipe();
    for round in 0..10 {
        for _ in 0..2 {
            for _ in 0..5 {
                assert_eq!(writable(&task, &mut writer, 1), ready(4));
            }
            assert_eq!(task.write(&mut writer, b"abc"), ready(3));
            assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(3));
        }
        assert_eq!(task.wakes(), round);
        assert_eq!(writable(&task, &mut writer, 1), Poll::Pending);
        assert_eq!(task.wakes(), round + 1);
    }
    for round in 10..20 {
        for _ in 0..2 {
            assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
            for _ in 0..5 {
                assert_eq!(readable(&task, &mut reader, 1), ready(3));
                assert!(task.fill_buf(&mut reader).is_ready());
            }
            assert_eq!(task.read(&mut reader, &mut [0; 4]), ready(3));
        }
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        assert_eq!(task.wakes(), round);
        assert_eq!(task.fill_buf(&mut reader), Poll::Pending);
        assert_eq!(task.wakes(), round + 1);
        assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(3));
    }
}
