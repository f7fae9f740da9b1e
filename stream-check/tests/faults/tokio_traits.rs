//! tokio's traits: each setting once, because all families of traits share the decisions.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{Cursor, IoSlice, Result};

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
    DuplexStream, ReadBuf,
};

use crate::common::{every_fault, CountingTask, Faulty, Gate, ManualTimers, RESET};

/// Runs on a runtime, where tokio's own streams have a cooperative budget.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

/// A writer that accepts every byte, and several buffers at once if `vectored` says so.
#[derive(Default)]
struct Gather {
    bytes: Vec<u8>,
    vectored: bool,
}

impl AsyncWrite for Gather {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.bytes).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.bytes).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.vectored
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
    let task = CountingTask::new();
    for max in 1..=7 {
        let mut stream = Faulty::new(Cursor::new(b"01234")).max_read(max);
        let mut bytes = [0; 8];
        let mut buf = ReadBuf::new(&mut bytes);
        buf.put_slice(b"ab");
        let read = task.poll(|cx| Pin::new(&mut stream).poll_read(cx, &mut buf));
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
    for vectored in [false, true] {
        let stream = || {
            let bytes = Vec::new();
            Faulty::new(Gather { bytes, vectored })
        };
        let bufs = [&b"01"[..], b"", b"234"].map(IoSlice::new);
        for max in 1..=7 {
            let n = max.min(5);
            let mut stream = stream().max_write(max);
            assert_eq!(stream.is_write_vectored(), vectored);
            assert_eq!(block_on(stream.write(b"01234")).unwrap(), n);
            assert_eq!(block_on(stream.write_vectored(&bufs)).unwrap(), n);
            assert_eq!(stream.into_inner().bytes, [&b"01234"[..n]; 2].concat());
        }
        block_on(async {
            let mut stream = stream().hold_until_flush();
            stream.write_all(b"ab").await.unwrap();
            assert_eq!(stream.write_vectored(&bufs).await.unwrap(), 5);
            assert_eq!(stream.get_ref().bytes, b"");
            stream.flush().await.unwrap();
            assert_eq!(stream.get_ref().bytes, b"ab01234");
            stream.write_all(b"f").await.unwrap();
            assert_eq!(stream.get_ref().bytes, b"ab01234");
            stream.shutdown().await.unwrap();
            assert_eq!(stream.get_ref().bytes, b"ab01234f");
        });
    }
}

#[test]
fn tokio_injected_pending_wakes_its_task_once() {
    let task = CountingTask::new();
    let (near, _far) = tokio::io::duplex(64);
    let mut near = Faulty::new(near).pending(0, 1);
    let calls: [fn(&mut Faulty<DuplexStream>, &mut Context<'_>) -> bool; 4] = [
        |near, cx| Pin::new(near).poll_write(cx, b"x").is_pending(),
        |near, cx| Pin::new(near).poll_flush(cx).is_pending(),
        |near, cx| Pin::new(near).poll_shutdown(cx).is_pending(),
        |near, cx| {
            let mut byte = [0];
            let mut buf = ReadBuf::new(&mut byte);
            Pin::new(near).poll_read(cx, &mut buf).is_pending()
        },
    ];
    for (i, call) in calls.iter().enumerate() {
        assert!(task.poll(|cx| call(&mut near, cx)));
        assert_eq!((task.wakes(), task.retained()), (i + 1, 0));
        // The read waits for the far end.
        assert_eq!(task.poll(|cx| call(&mut near, cx)), i == 3);
    }
    assert_eq!((task.wakes(), task.retained()), (4, 1));
}

#[test]
fn tokio_errors_and_ends_persist() {
    block_on(async {
        let (near, mut far) = tokio::io::duplex(64);
        far.write_all(b"hello").await.unwrap();
        let mut near = Faulty::new(near).eof_after_bytes(3).fail_at(6, RESET);
        let mut buf = [0; 8];
        assert_eq!(near.read(&mut buf).await.unwrap(), 3);
        assert_eq!(near.read(&mut buf).await.unwrap(), 0);
        assert_eq!(near.read(&mut buf).await.unwrap(), 0);
        assert_eq!(near.write(b"x").await.unwrap(), 1);
        near.flush().await.unwrap();
        assert_eq!(near.shutdown().await.unwrap_err().kind(), RESET);
        assert_eq!(near.read(&mut buf).await.unwrap_err().kind(), RESET);
        assert_eq!(near.write(b"x").await.unwrap_err().kind(), RESET);
        assert_eq!(near.flush().await.unwrap_err().kind(), RESET);

        let mut truncated = Faulty::new(Gather::default())
            .fail_at(1, RESET)
            .truncate_write(2);
        assert_eq!(truncated.write(b"hello").await.unwrap_err().kind(), RESET);
        assert_eq!(truncated.into_inner().bytes, b"he");
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
fn tokio_every_fault_is_reported_at_any_operation() {
    let runs = every_fault(|plan| {
        let (near, far) = tokio::io::duplex(4);
        let mut near = Faulty::new(near).fail_at(plan, RESET);
        let mut far = Faulty::new(far).fail_at(plan, RESET);
        let send = async move {
            near.write_all(b"hello, world").await?;
            near.shutdown().await
        };
        let receive = async move {
            let mut text = String::new();
            far.read_to_string(&mut text).await.map(|_| text)
        };
        let (sent, received) = block_on(async { futures::join!(send, receive) });
        assert_eq!(sent.is_err() || received.is_err(), plan.fired());
        assert!(plan.fired() || received.unwrap() == "hello, world");
    });
    assert!(runs > 6, "{runs}");
}

#[test]
fn tokio_read_and_write_gates_stall_calls_until_they_are_opened() {
    block_on(async {
        let (near, mut far) = tokio::io::duplex(64);
        let gate = Gate::new();
        let near = Faulty::new(near).read_gate(&gate).write_gate(&gate);
        gate.close();
        let (mut reader, mut writer) = tokio::io::split(near);
        let reading = tokio::spawn(async move {
            let mut text = String::new();
            reader.read_to_string(&mut text).await.map(|_| text)
        });
        let writing = tokio::spawn(async move {
            writer.write_all(b"hello").await?;
            writer.shutdown().await
        });
        far.write_all(b"world").await.unwrap();
        far.shutdown().await.unwrap();
        while gate.waiting() < 2 {
            tokio::task::yield_now().await;
        }
        gate.open();
        writing.await.unwrap().unwrap();
        assert_eq!(reading.await.unwrap().unwrap(), "world");
        let mut text = String::new();
        far.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "hello");
    });
}

#[test]
fn tokio_latency_delays_reads_and_what_fill_buf_lends() {
    let timers = ManualTimers::new();
    let task = CountingTask::new();
    let (near, mut far) = tokio::io::duplex(64);
    let mut near = Faulty::new(BufReader::new(near)).latency(timers.starter());
    block_on(far.write_all(b"hello")).unwrap();
    let mut bytes = [0; 2];
    let mut buf = ReadBuf::new(&mut bytes);
    assert!(task.poll(|cx| Pin::new(&mut near).poll_read(cx, &mut buf).is_pending()));
    timers.end(1);
    let read = task.poll(|cx| Pin::new(&mut near).poll_read(cx, &mut buf));
    assert!(matches!(read, Poll::Ready(Ok(()))));
    assert_eq!(buf.filled(), b"he");
    assert_eq!(block_on(near.fill_buf()).unwrap(), b"llo");
    near.consume(3);
    assert!(task.poll(|cx| Pin::new(&mut near).poll_fill_buf(cx).is_pending()));
}
