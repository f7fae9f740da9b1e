//! tokio's traits: each setting once, because all families of traits share the decisions.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{Cursor, ErrorKind, IoSlice};

use stream_check::faults::{every_fault, Faulty, Gate};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
    BufWriter, DuplexStream, ReadBuf,
};

use crate::counting_waker::{ready, CountingTask, Outcome};
use crate::manual_timers::ManualTimers;

const RESET: ErrorKind = ErrorKind::ConnectionReset;

/// Runs on a runtime, where tokio's own streams have a cooperative budget.
fn block_on<T>(future: impl core::future::Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// A writer that accepts every byte, and several buffers at once if `vectored` says so.
struct Gather {
    bytes: Vec<u8>,
    vectored: bool,
}

impl AsyncWrite for Gather {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.get_mut().bytes.extend(buf);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let this = self.get_mut();
        for buf in bufs {
            this.bytes.extend_from_slice(buf);
        }
        Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        self.vectored
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn tokio_stream_without_settings_behaves_like_its_inner_stream() {
    block_on(async {
        let (near, far) = tokio::io::duplex(8);
        let (mut near, mut far) = (Faulty::new(near), Faulty::new(far));
        near.write_all(b"hello").await.unwrap();
        near.flush().await.unwrap();
        near.shutdown().await.unwrap();
        let mut text = String::new();
        far.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "hello");
        assert!(!near.fired() && !far.fired());
    });
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
        let expected = [b"ab", &b"01234"[..max.min(5)]].concat();
        assert_eq!(buf.filled(), expected);
        assert_eq!(stream.get_ref().position(), max.min(5) as u64);
    }
}

#[test]
fn tokio_reads_fill_an_uninitialized_buffer() {
    block_on(async {
        let mut stream = Faulty::new(Cursor::new(b"hello")).max_read(2);
        let mut bytes = Vec::with_capacity(64);
        while stream.read_buf(&mut bytes).await.unwrap() > 0 {}
        assert_eq!(bytes, b"hello");
    });
}

#[test]
fn tokio_max_write_limits_plain_and_vectored_writes() {
    let task = CountingTask::new();
    for max in 1..=7 {
        for vectored in [false, true] {
            let bytes = Vec::new();
            let mut stream = Faulty::new(Gather { bytes, vectored }).max_write(max);
            assert_eq!(stream.is_write_vectored(), vectored);
            let written: Outcome<usize> = task.poll(|cx| {
                let stream = Pin::new(&mut stream);
                let written = if vectored {
                    let bufs = [&b"01"[..], b"", b"234"].map(IoSlice::new);
                    stream.poll_write_vectored(cx, &bufs)
                } else {
                    stream.poll_write(cx, b"01234")
                };
                written.map_err(|error| error.kind())
            });
            assert_eq!(written, ready(max.min(5)));
            assert_eq!(stream.into_inner().bytes, b"01234"[..max.min(5)]);
        }
    }
}

#[test]
fn tokio_injected_pending_wakes_its_task_once() {
    let task = CountingTask::new();
    let (near, _far) = tokio::io::duplex(64);
    let mut near = Faulty::new(near).pending(0, 1);
    let calls: [fn(&mut Faulty<DuplexStream>, &mut Context<'_>) -> bool; 3] = [
        |near, cx| Pin::new(near).poll_write(cx, b"x").is_pending(),
        |near, cx| Pin::new(near).poll_flush(cx).is_pending(),
        |near, cx| Pin::new(near).poll_shutdown(cx).is_pending(),
    ];
    for (i, call) in calls.iter().enumerate() {
        assert!(task.poll(|cx| call(&mut near, cx)));
        assert_eq!((task.wakes(), task.retained()), (i + 1, 0));
        assert!(!task.poll(|cx| call(&mut near, cx)));
    }
    let mut bytes = [0; 4];
    let mut buf = ReadBuf::new(&mut bytes);
    let read = task.poll(|cx| Pin::new(&mut near).poll_read(cx, &mut buf));
    assert!(read.is_pending());
    assert_eq!((task.wakes(), task.retained()), (4, 0));
    assert!(buf.filled().is_empty());
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
    });
}

#[test]
fn tokio_truncate_write_passes_a_prefix_of_the_failing_write() {
    block_on(async {
        let (near, mut far) = tokio::io::duplex(64);
        let mut near = Faulty::new(near).fail_at(1, RESET).truncate_write(2);
        assert_eq!(near.write(b"hello").await.unwrap_err().kind(), RESET);
        drop(near);
        let mut text = String::new();
        far.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "he");
    });
}

#[test]
fn tokio_max_read_limits_what_fill_buf_lends() {
    block_on(async {
        let stream = BufReader::new(Cursor::new("one\ntwo\nlast"));
        let mut stream = Faulty::new(stream)
            .max_read(2)
            .pending(4, 2)
            .eof_after_bytes(10);
        assert_eq!(stream.fill_buf().await.unwrap(), b"on");
        Pin::new(&mut stream).consume(1);
        let mut lines = stream.lines();
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "ne");
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "two");
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "la");
        assert_eq!(lines.next_line().await.unwrap(), None);
    });
}

#[test]
fn tokio_every_fault_is_reported_at_any_operation() {
    let runs = every_fault(|plan| {
        block_on(async {
            let (near, far) = tokio::io::duplex(4);
            let mut near = Faulty::new(near).fail_at(plan, RESET);
            let mut far = Faulty::new(far).fail_at(plan, RESET);
            let (sent, received) = futures::join!(
                async move {
                    near.write_all(b"hello, world").await?;
                    near.shutdown().await
                },
                async move {
                    let mut text = String::new();
                    far.read_to_string(&mut text).await.map(|_| text)
                }
            );
            assert_eq!(sent.is_err() || received.is_err(), plan.fired());
            if let (Ok(()), Ok(text)) = (sent, received) {
                assert_eq!(text, "hello, world");
            }
        });
    });
    assert!(runs > 6, "{runs}");
}

#[test]
fn tokio_flush_reaches_a_bufwriter_inside_a_faulty_stream() {
    let written = Gather {
        bytes: Vec::new(),
        vectored: false,
    };
    block_on(async {
        let mut writer = Faulty::new(BufWriter::new(written)).fail_at(3, RESET);
        writer.write_all(b"abc").await.unwrap();
        assert!(writer.get_ref().get_ref().bytes.is_empty());
        writer.flush().await.unwrap();
        assert_eq!(writer.get_ref().get_ref().bytes, b"abc");
        assert!(writer.flush().await.is_err());
    });
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
    block_on(async {
        assert_eq!(near.fill_buf().await.unwrap(), b"llo");
        Pin::new(&mut near).consume(3);
    });
    assert!(task.poll(|cx| Pin::new(&mut near).poll_fill_buf(cx).is_pending()));
}

#[test]
fn tokio_hold_until_flush_releases_bytes_by_flush_and_shutdown() {
    block_on(async {
        for vectored in [false, true] {
            let bytes = Vec::new();
            let mut stream = Faulty::new(Gather { bytes, vectored }).hold_until_flush();
            stream.write_all(b"ab").await.unwrap();
            let bufs = [&b"c"[..], b"", b"de"].map(IoSlice::new);
            assert_eq!(stream.write_vectored(&bufs).await.unwrap(), 3);
            assert_eq!(stream.get_ref().bytes, b"");
            stream.flush().await.unwrap();
            assert_eq!(stream.get_ref().bytes, b"abcde");
            stream.write_all(b"f").await.unwrap();
            assert_eq!(stream.get_ref().bytes, b"abcde");
            stream.shutdown().await.unwrap();
            assert_eq!(stream.get_ref().bytes, b"abcdef");
        }
    });
}
