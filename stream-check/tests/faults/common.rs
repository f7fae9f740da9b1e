//! What the tests share: streams, tasks, and what a stream looks like after a fault.

pub(crate) use core::pin::Pin;
pub(crate) use core::task::{Context, Poll};
pub(crate) use std::io::{self, ErrorKind, IoSlice, IoSliceMut};

pub(crate) use async_duplex::{duplex, pipe, DuplexStream, Reader, Writer};
pub(crate) use futures::executor::block_on;
pub(crate) use futures::io::Cursor;
pub(crate) use futures::{AsyncReadExt, AsyncWriteExt, FutureExt};
pub(crate) use stream_check::faults::{every_fault, FaultPlan, Faulty, Gate};

pub(crate) use crate::counting_waker::{failed, ready, CountingTask, Outcome, END};
pub(crate) use crate::deadline::within;
pub(crate) use crate::manual_timers::ManualTimers;
pub(crate) use crate::panics::panic_message;

pub(crate) const RESET: ErrorKind = ErrorKind::ConnectionReset;

pub(crate) const FAILED: Outcome<usize> = failed(RESET);

/// Makes both ends of a stream, with ten bytes to read at the near end.
pub(crate) fn streams() -> (DuplexStream, DuplexStream) {
    let (near, mut far) = duplex(64);
    assert_eq!(far.try_write(b"0123456789").unwrap(), 10);
    (near, far)
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
pub(crate) fn assert_broken(near: &mut Faulty<DuplexStream>) {
    let task = CountingTask::new();
    for _ in 0..3 {
        for (name, operation) in OPERATIONS {
            assert_eq!(operation(&task, near), failed(RESET), "{name}");
        }
    }
    assert!(near.fired());
    assert_eq!(task.wakes(), 0);
}

/// A call of an operation.
pub(crate) type Operation = fn(&CountingTask, &mut Faulty<DuplexStream>) -> Outcome<()>;

/// One of each kind, with a name. Without a fault, all of them succeed on [`streams`].
pub(crate) const OPERATIONS: [(&str, Operation); 9] = [
    ("read", |task, near| task.read(near, &mut [0]).map_ok(drop)),
    ("empty read", |task, near| {
        task.read(near, &mut []).map_ok(drop)
    }),
    ("vectored read", |task, near| {
        let mut byte = [0];
        let bufs = &mut [IoSliceMut::new(&mut byte)];
        task.read_vectored(near, bufs).map_ok(drop)
    }),
    ("fill_buf", |task, near| task.fill_buf(near).map_ok(drop)),
    ("write", |task, near| task.write(near, b"x").map_ok(drop)),
    ("empty write", |task, near| {
        task.write(near, b"").map_ok(drop)
    }),
    ("vectored write", |task, near| {
        let bufs = &[IoSlice::new(b"x")];
        task.write_vectored(near, bufs).map_ok(drop)
    }),
    ("flush", |task, near| task.flush(near)),
    ("close", |task, near| task.close(near)),
];

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
