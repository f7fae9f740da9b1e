//! A stream with bytes to read, and what it looks like after a fault.

use core::task::Poll;
use std::io::{ErrorKind, IoSlice, IoSliceMut};

use async_duplex::{duplex, DuplexStream};
use stream_check::faults::Faulty;

use crate::counting_waker::{CountingTask, Outcome};

pub(crate) const RESET: ErrorKind = ErrorKind::ConnectionReset;

pub(crate) const FAILED: Outcome<usize> = Poll::Ready(Err(RESET));

/// Makes both ends of a stream, with ten bytes to read at the near end.
pub(crate) fn streams() -> (DuplexStream, DuplexStream) {
    let (near, mut far) = duplex(64);
    let (_, writer) = far.halves();
    assert_eq!(writer.try_write(b"0123456789").unwrap(), 10);
    (near, far)
}

/// Returns what the far end observes of the near end: the number of bytes to read, the number of
/// bytes that the near end has not read, and whether the near end is closed.
pub(crate) fn far_state(far: &mut DuplexStream) -> (usize, usize, bool) {
    let (reader, writer) = far.halves();
    (reader.len(), writer.len(), reader.is_closed())
}

/// Asserts that every operation fails with [`RESET`], and wakes no task.
pub(crate) fn assert_broken(task: &CountingTask, stream: &mut Faulty<DuplexStream>) {
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

/// Returns whether an operation has succeeded.
pub(crate) fn ok<T>(outcome: Outcome<T>) -> bool {
    match outcome {
        Poll::Ready(result) => result.is_ok(),
        Poll::Pending => panic!("it is pending"),
    }
}
