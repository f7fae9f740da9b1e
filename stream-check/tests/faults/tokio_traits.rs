//! What only tokio's traits have, and the settings that they pass on with code of their own.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{Cursor, IoSlice, Result};

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
    ReadBuf,
};

use crate::common::{ready, tokio_read, Faulty, ManualTimers, TASK};

/// Runs on a runtime, where tokio's own streams have a cooperative budget.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

/// A writer without vectored writes of its own.
struct Plain;

impl AsyncWrite for Plain {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn tokio_max_read_limits_a_read_and_keeps_what_the_buffer_holds() {
    for max in 1..=7 {
        let mut stream = Faulty::new(Cursor::new(b"01234")).max_read(max);
        let mut bytes = [0; 8];
        let mut buf = ReadBuf::new(&mut bytes);
        buf.put_slice(b"ab");
        let read = TASK.poll(|cx| Pin::new(&mut stream).poll_read(cx, &mut buf));
        assert!(matches!(read, Poll::Ready(Ok(()))));
        assert_eq!(buf.filled(), [b"ab", &b"01234"[..max.min(5)]].concat());
        assert_eq!(stream.get_ref().position(), max.min(5) as u64);
    }
    // Into an uninitialized buffer.
    let mut stream = Faulty::new(Cursor::new(b"hello")).max_read(2);
    let mut bytes = Vec::with_capacity(64);
    while block_on(stream.read_buf(&mut bytes)).unwrap() > 0 {}
    assert_eq!(bytes, b"hello");
}

#[test]
fn tokio_max_write_and_hold_until_flush_apply_to_plain_and_vectored_writes() {
    assert!(!Faulty::new(Plain).is_write_vectored());
    let bufs = [&b"01"[..], b"", b"234"].map(IoSlice::new);
    for max in 1..=7 {
        let n = max.min(5);
        let mut stream = Faulty::new(Vec::new()).max_write(max);
        assert!(stream.is_write_vectored());
        assert_eq!(block_on(stream.write(b"01234")).unwrap(), n);
        assert_eq!(block_on(stream.write_vectored(&bufs)).unwrap(), n);
        assert_eq!(stream.into_inner(), [&b"01234"[..n]; 2].concat());
    }
    block_on(async {
        let mut stream = Faulty::new(Vec::new()).hold_until_flush();
        stream.write_all(b"ab").await.unwrap();
        assert_eq!(stream.write_vectored(&bufs).await.unwrap(), 5);
        assert_eq!(stream.get_ref(), b"");
        stream.flush().await.unwrap();
        assert_eq!(stream.get_ref(), b"ab01234");
        stream.write_all(b"f").await.unwrap();
        assert_eq!(stream.get_ref(), b"ab01234");
        stream.shutdown().await.unwrap();
        assert_eq!(stream.get_ref(), b"ab01234f");
    });
}

#[test]
fn tokio_max_read_limits_what_fill_buf_lends() {
    block_on(async {
        let stream = Faulty::new(BufReader::new(Cursor::new("one\ntwo\nlast"))).max_read(2);
        let mut stream = stream.pending(4, 2).eof_after_bytes(10);
        assert_eq!(stream.fill_buf().await.unwrap(), b"on");
        stream.consume(1);
        let mut lines = stream.lines();
        for line in [Some("ne"), Some("two"), Some("la"), None] {
            assert_eq!(lines.next_line().await.unwrap().as_deref(), line);
        }
    });
}

#[test]
fn tokio_latency_delays_reads_and_what_fill_buf_lends() {
    let timers = ManualTimers::new();
    let (near, mut far) = tokio::io::duplex(64);
    let mut near = Faulty::new(BufReader::new(near)).latency(timers.starter());
    block_on(far.write_all(b"hello")).unwrap();
    assert!(tokio_read(&TASK, &mut near).is_pending());
    timers.end(1);
    assert_eq!(tokio_read(&TASK, &mut near), ready(1));
    assert_eq!(block_on(near.fill_buf()).unwrap(), b"ello");
    near.consume(4);
    assert!(TASK.poll(|cx| Pin::new(&mut near).poll_fill_buf(cx).is_pending()));
}
