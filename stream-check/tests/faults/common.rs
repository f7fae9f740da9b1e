//! What the tests share: streams, tasks, and what a stream looks like after a fault.

use core::future::Future;
pub(crate) use core::pin::Pin;
pub(crate) use core::task::{Context, Poll};
pub(crate) use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::sync::LazyLock;

pub(crate) use async_duplex::{duplex, pipe, DuplexStream, Reader, Writer};
use embedded_io_async as embedded;
pub(crate) use futures::executor::block_on;
pub(crate) use futures::io::Cursor;
pub(crate) use futures::{AsyncReadExt, AsyncWriteExt, FutureExt};
pub(crate) use stream_check::faults::{every_fault, FaultPlan, Faulty, Gate};

use tokio::io as by_tokio;

pub(crate) use crate::counting_waker::{failed, ready, CountingTask, Outcome, END};
pub(crate) use crate::deadline::within;
pub(crate) use crate::manual_timers::ManualTimers;
pub(crate) use crate::panics::panic_message;

/// A task for the tests that do not ask whether it is woken.
pub(crate) static TASK: LazyLock<CountingTask> = LazyLock::new(CountingTask::new);

pub(crate) const RESET: ErrorKind = ErrorKind::ConnectionReset;

pub(crate) const FAILED: Outcome<usize> = failed(RESET);

/// Makes both ends of a stream, with ten bytes to read at the near end, which gets settings.
pub(crate) fn streams(set: impl FnOnce(Near) -> Near) -> (Near, DuplexStream) {
    let (near, mut far) = duplex(64);
    assert_eq!(far.try_write(b"0123456789").unwrap(), 10);
    (set(Faulty::new(near)), far)
}

/// A stream of ten bytes to read.
pub(crate) fn digits() -> Faulty<Cursor<&'static [u8]>> {
    Faulty::new(Cursor::new(b"0123456789"))
}

/// Returns what the far end observes of the near end: the number of bytes to read, the number of
/// bytes that the near end has not read, and whether the near end is closed.
pub(crate) fn far_state(far: &mut DuplexStream) -> (usize, usize, bool) {
    let (reader, writer) = far.halves();
    (reader.len(), writer.len(), reader.is_closed())
}

/// Asserts that every operation fails with [`RESET`], and wakes no task.
pub(crate) fn assert_broken(near: &mut Near) {
    let task = CountingTask::new();
    for _ in 0..3 {
        for (name, operation) in OPERATIONS {
            assert_eq!(operation(&task, near), FAILED, "{name}");
        }
    }
    assert!(near.fired());
    assert_eq!(task.wakes(), 0);
}

pub(crate) type Near = Faulty<DuplexStream>;

/// A call of an operation. Returns the number of bytes that it moved or lent, 0 for other calls.
pub(crate) type Operation = fn(&CountingTask, &mut Near) -> Outcome<usize>;

/// One of each kind and family of traits, with a name. Without a fault, all of them succeed on
/// [`streams`].
pub(crate) const OPERATIONS: [(&str, Operation); 19] = [
    ("read", |task, near| task.read(near, &mut [0])),
    ("empty read", |task, near| task.read(near, &mut [])),
    ("vectored read", |task, near| {
        task.read_vectored(near, &mut [IoSliceMut::new(&mut [0])])
    }),
    ("tokio read", |task, near| tokio_read(task, near)),
    ("embedded read", |task, near| {
        first_poll(task, embedded::Read::read(near, &mut [0]))
    }),
    ("fill_buf", |task, near| {
        task.fill_buf(near).map_ok(|lent| lent.len())
    }),
    ("tokio fill_buf", |task, near| {
        let lent = task.poll(|cx| by_tokio::AsyncBufRead::poll_fill_buf(Pin::new(near), cx));
        kind(lent.map_ok(<[u8]>::len))
    }),
    ("embedded fill_buf", |task, near| {
        first_poll(task, async {
            embedded::BufRead::fill_buf(near).await.map(<[u8]>::len)
        })
    }),
    ("write", |task, near| task.write(near, b"x")),
    ("empty write", |task, near| task.write(near, b"")),
    ("vectored write", |task, near| {
        task.write_vectored(near, &[IoSlice::new(b"x")])
    }),
    ("tokio write", |task, near| {
        kind(task.poll(|cx| by_tokio::AsyncWrite::poll_write(Pin::new(near), cx, b"x")))
    }),
    ("tokio vectored write", |task, near| {
        let bufs = &[IoSlice::new(b"x")];
        kind(task.poll(|cx| by_tokio::AsyncWrite::poll_write_vectored(Pin::new(near), cx, bufs)))
    }),
    ("embedded write", |task, near| {
        first_poll(task, embedded::Write::write(near, b"x"))
    }),
    ("flush", |task, near| task.flush(near).map_ok(|()| 0)),
    ("tokio flush", |task, near| {
        let flushed = task.poll(|cx| by_tokio::AsyncWrite::poll_flush(Pin::new(near), cx));
        kind(flushed.map_ok(|()| 0))
    }),
    ("embedded flush", |task, near| {
        first_poll(task, async {
            embedded::Write::flush(near).await.map(|()| 0)
        })
    }),
    ("close", |task, near| task.close(near).map_ok(|()| 0)),
    ("tokio close", |task, near| {
        let closed = task.poll(|cx| by_tokio::AsyncWrite::poll_shutdown(Pin::new(near), cx));
        kind(closed.map_ok(|()| 0))
    }),
];

/// The operations after which a write succeeds: all but the closes, which are the last.
pub(crate) const BUT_CLOSES: usize = OPERATIONS.len() - 2;

/// Whether an operation with this name reads.
pub(crate) fn is_read(name: &str) -> bool {
    name.ends_with("read") || name.ends_with("fill_buf")
}

/// Whether an operation with this name writes a byte.
pub(crate) fn writes_a_byte(name: &str) -> bool {
    name.ends_with("write") && name != "empty write"
}

pub(crate) fn tokio_read(
    task: &CountingTask,
    from: &mut (impl by_tokio::AsyncRead + Unpin),
) -> Outcome<usize> {
    let mut byte = [0];
    let mut buf = by_tokio::ReadBuf::new(&mut byte);
    let read = task.poll(|cx| Pin::new(from).poll_read(cx, &mut buf));
    kind(read.map_ok(|()| buf.filled().len()))
}

/// Polls a future once, and drops it.
fn first_poll(
    task: &CountingTask,
    call: impl Future<Output = io::Result<usize>>,
) -> Outcome<usize> {
    kind(task.poll(|cx| core::pin::pin!(call).poll(cx)))
}

fn kind(result: Poll<io::Result<usize>>) -> Outcome<usize> {
    result.map_err(|error| error.kind())
}

pub(crate) fn consume(stream: &mut (impl futures::AsyncBufRead + Unpin), n: usize) {
    Pin::new(stream).consume(n);
}

/// Asserts that `body` panics with this message.
#[track_caller]
pub(crate) fn assert_panics<T>(message: &str, body: impl FnOnce() -> T) {
    assert_eq!(panic_message(body), message);
}

/// Reads everything.
pub(crate) fn text_of(mut stream: impl futures::AsyncRead + Unpin) -> String {
    let mut text = String::new();
    block_on(stream.read_to_string(&mut text)).unwrap();
    text
}
