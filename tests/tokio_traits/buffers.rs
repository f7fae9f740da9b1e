//! Reads into a `ReadBuf`, which fill it with the bytes that are unread and touch nothing else.

use core::future;
use core::mem::MaybeUninit;
use core::pin::pin;
use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{duplex, pipe};
use bytes::BytesMut;
use futures::future::{select, Either};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::task::yield_now;

use crate::counting_waker::{failed, ready, CountingTask, Outcome};
use crate::{data, ends, run, BoxedReader, BoxedWriter};

const DONE: Outcome<()> = ready(());

/// Passes `offset` bytes through the pipe.
fn advance(reader: &mut BoxedReader, writer: &mut BoxedWriter, offset: usize) {
    let task = CountingTask::new();
    for _ in 0..offset {
        assert_eq!(task.send(writer, b"-"), ready(1));
        assert_eq!(task.read_some(reader, 1), ready(b"-".to_vec()));
    }
}

#[test]
fn b3_a_read_initialises_only_what_it_reads() {
    for (mut reader, mut writer) in ends(64) {
        let task = CountingTask::new();
        assert_eq!(task.send(&mut writer, b"hello"), ready(5));
        let mut room = [MaybeUninit::uninit(); 64];
        let mut buf = ReadBuf::uninit(&mut room);
        assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
        assert_eq!(buf.filled(), b"hello");
        assert_eq!(buf.initialized().len(), 5);

        assert_eq!(task.send(&mut writer, b", world"), ready(7));
        assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
        assert_eq!(buf.filled(), b"hello, world");
        assert_eq!(buf.initialized().len(), 12);
    }
}

#[test]
fn b3_a_read_into_a_read_buf_goes_on_across_the_wrap() {
    for offset in 0..20 {
        for (mut reader, mut writer) in ends(10) {
            advance(&mut reader, &mut writer, offset);
            let task = CountingTask::new();
            // Two writes: the writer of an empty pipe starts at the front.
            assert_eq!(task.send(&mut writer, b"0"), ready(1));
            assert_eq!(task.send(&mut writer, b"123456789"), ready(9));
            let mut room = [MaybeUninit::uninit(); 7];
            let mut buf = ReadBuf::uninit(&mut room);
            assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
            assert_eq!(buf.filled(), b"0123456");
            let rest = task.read_some(&mut reader, 20);
            assert_eq!(rest, ready(b"789".to_vec()));
        }
    }
}

#[test]
fn b3_a_read_appends_to_the_read_buf_and_leaves_the_rest_unchanged() {
    for (mut reader, mut writer) in ends(10) {
        let task = CountingTask::new();
        assert_eq!(task.send(&mut writer, b"0123"), ready(4));
        let mut room = *b"..........";
        let mut buf = ReadBuf::new(&mut room);
        buf.put_slice(b"abc");
        assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
        assert_eq!(buf.filled(), b"abc0123");
        assert_eq!(buf.initialized(), b"abc0123...");

        // Only as many bytes as fit.
        assert_eq!(task.send(&mut writer, b"456789"), ready(6));
        assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
        assert_eq!(buf.filled(), b"abc0123456");
        let rest = task.read_some(&mut reader, 10);
        assert_eq!(rest, ready(b"789".to_vec()));
    }
}

#[test]
fn b5_a_read_into_a_full_read_buf_is_ok_at_once_and_registers_no_waker() {
    for (mut reader, mut writer) in ends(4) {
        let (task, other) = (CountingTask::new(), CountingTask::new());
        for bytes in [&b""[..], b"full"] {
            assert_eq!(other.send(&mut writer, bytes), ready(bytes.len()));
            let mut buf = ReadBuf::new(&mut []);
            assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
        }
        let mut room = *b"abcd";
        let mut buf = ReadBuf::new(&mut room);
        buf.set_filled(4);
        assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
        assert_eq!((task.retained(), task.wakes()), (0, 0));
        let rest = task.read_some(&mut reader, 4);
        assert_eq!(rest, ready(b"full".to_vec()));
    }
}

#[test]
fn b5_an_empty_write_through_tokio_is_ok_at_once_full_or_not() {
    for (_reader, mut writer) in ends(4) {
        let task = CountingTask::new();
        for bytes in [&b""[..], b"full"] {
            assert_eq!(task.send(&mut writer, bytes), ready(bytes.len()));
            assert_eq!(task.send(&mut writer, b""), ready(0));
            assert_eq!(task.send_vectored(&mut writer, &[b"", b""]), ready(0));
            assert_eq!(task.send_vectored(&mut writer, &[]), ready(0));
        }
        assert_eq!((task.retained(), task.wakes()), (0, 0));
    }
}

#[test]
fn b7_a_read_that_waits_leaves_the_read_buf_unchanged_and_is_woken() {
    for (mut reader, mut writer) in ends(8) {
        let (task, other) = (CountingTask::new(), CountingTask::new());
        let mut room = [MaybeUninit::uninit(); 8];
        let mut buf = ReadBuf::uninit(&mut room);
        assert_eq!(task.read_into(&mut reader, &mut buf), Poll::Pending);
        assert_eq!((buf.filled().len(), buf.initialized().len()), (0, 0));
        assert_eq!(task.wakes(), 0);

        assert_eq!(other.send(&mut writer, b"ab"), ready(2));
        assert_eq!(other.send_vectored(&mut writer, &[b"c", b"d"]), ready(2));
        assert_eq!(task.wakes(), 1);
        assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
        assert_eq!(buf.filled(), b"abcd");
        assert_eq!(other.wakes(), 0);
    }
}

#[test]
fn b11_at_the_end_a_read_is_ok_and_fills_nothing() {
    for (mut reader, mut writer) in ends(8) {
        let task = CountingTask::new();
        assert_eq!(task.send(&mut writer, b"last"), ready(4));
        assert_eq!(task.shut_down(&mut writer), DONE);
        let mut room = [MaybeUninit::uninit(); 8];
        let mut buf = ReadBuf::uninit(&mut room);
        for _ in 0..3 {
            assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
            assert_eq!(buf.filled(), b"last");
            assert_eq!(buf.initialized().len(), 4);
        }
        assert_eq!(task.filled(&mut reader), ready(vec![]));
    }
}

#[test]
fn b16_an_abort_reaches_tokios_traits_with_its_kind() {
    let (mut near, mut far) = duplex(8);
    let task = CountingTask::new();
    assert_eq!(task.send(&mut near, b"lost"), ready(4));
    near.abort(ErrorKind::ConnectionReset);

    let reset = ErrorKind::ConnectionReset;
    let mut room = [MaybeUninit::uninit(); 8];
    let mut buf = ReadBuf::uninit(&mut room);
    let outcome = task.read_into(&mut far, &mut buf);
    assert_eq!(outcome, failed(reset));
    assert_eq!((buf.filled().len(), buf.initialized().len()), (0, 0));
    assert_eq!(task.filled(&mut far), failed(reset));
    assert_eq!(task.send(&mut far, b"x"), failed(reset));
    let outcome = task.send_vectored(&mut far, &[b"x"]);
    assert_eq!(outcome, failed(reset));
    assert_eq!(task.flush_by_tokio(&mut far), DONE);
    assert_eq!(task.shut_down(&mut far), DONE);
}

#[test]
fn b19_fill_buf_returns_bytes_until_they_are_consumed() {
    for (mut reader, mut writer) in ends(4) {
        advance(&mut reader, &mut writer, 3);
        let task = CountingTask::new();
        assert_eq!(task.filled(&mut reader), Poll::Pending);
        // Two writes: the writer of an empty pipe starts at the front.
        for (bytes, n) in [("a", 1), ("bcd", 3)] {
            let sender = CountingTask::new();
            assert_eq!(sender.send(&mut writer, bytes.as_bytes()), ready(n));
        }
        assert_eq!(task.wakes(), 1);
        // Up to the end of the storage, and then from its front.
        for (lent, used) in [("a", 1), ("bcd", 2), ("d", 0), ("d", 1)] {
            assert_eq!(task.filled(&mut reader), ready(lent.into()));
            reader.consume(used);
        }
        assert_eq!(task.filled(&mut reader), Poll::Pending);
    }
}

#[test]
fn b3_read_buf_fills_a_growing_buffer_in_one_call() {
    run(async {
        for (mut reader, mut writer) in ends(1000) {
            writer.write_all(&[7; 1000]).await.unwrap();
            let mut vec = Vec::with_capacity(600);
            assert_eq!(reader.read_buf(&mut vec).await.unwrap(), 600);
            let mut bytes = BytesMut::with_capacity(600);
            assert_eq!(reader.read_buf(&mut bytes).await.unwrap(), 400);
            assert_eq!(vec, [7; 600]);
            assert_eq!(bytes, [7; 400][..]);
        }
    });
}

#[test]
fn b10_calls_that_lose_a_select_have_moved_nothing() {
    run(async {
        let bytes = data(10, 1000);
        let (mut reader, mut writer) = pipe(3);
        let sent = bytes.clone();
        let sends = tokio::spawn(async move {
            let mut lost = 0;
            let mut rest = &sent[..];
            while !rest.is_empty() {
                let write = writer.write(&rest[..rest.len().min(2)]);
                match select(pin!(write), future::ready(())).await {
                    Either::Left((n, _)) => rest = &rest[n.unwrap()..],
                    Either::Right(_) => {
                        lost += 1;
                        yield_now().await;
                    }
                }
            }
            lost
        });
        let mut received = Vec::new();
        let mut lost = 0;
        let mut buf = [0; 2];
        loop {
            match select(pin!(reader.read(&mut buf)), future::ready(())).await {
                Either::Left((n, _)) => match n.unwrap() {
                    0 => break,
                    n => received.extend_from_slice(&buf[..n]),
                },
                Either::Right(_) => {
                    lost += 1;
                    yield_now().await;
                }
            }
        }
        assert_eq!(received, bytes);
        // Each half was pending, and its future dropped, many times.
        assert!(lost > 10, "{lost}");
        assert!(sends.await.unwrap() > 10);
    });
}
