//! A task that polls: it counts how many times it is woken and how many of its wakers are retained.

#![allow(dead_code)] // Each test crate uses what it needs.
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::sync::Arc;
use std::task::Wake;

use futures::io::{AsyncBufRead, AsyncRead, AsyncWrite};

/// The result of a call, with the kind of an error, because `io::Error` is not `Eq`.
pub(crate) type Outcome<T> = Poll<Result<T, ErrorKind>>;

/// A call that succeeded. Transfers return the number of bytes.
pub(crate) const fn ready<T>(value: T) -> Outcome<T> {
    Poll::Ready(Ok(value))
}

/// A call that failed.
pub(crate) const fn failed<T>(kind: ErrorKind) -> Outcome<T> {
    Poll::Ready(Err(kind))
}

/// A read at the end of the stream.
pub(crate) const END: Outcome<usize> = ready(0);

/// A write that no reader will ever read.
pub(crate) const BROKEN: Outcome<usize> = failed(ErrorKind::BrokenPipe);

/// The result of a poll, with the kind of its error.
pub(crate) fn to_kind<T>(result: Poll<io::Result<T>>) -> Outcome<T> {
    result.map_err(|error| error.kind())
}

/// The result of `try_read` or `try_write` as that of a poll: `WouldBlock` is `Pending`.
pub(crate) fn as_poll(result: io::Result<usize>) -> Outcome<usize> {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        result => to_kind(Poll::Ready(result)),
    }
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A task that polls halves and streams.
#[derive(Clone, Default)]
pub(crate) struct CountingTask(Arc<Count>);

impl CountingTask {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// How many times the task has been woken.
    pub(crate) fn wakes(&self) -> usize {
        self.0 .0.load(Ordering::SeqCst)
    }

    /// How many wakers of the task exist, which pipes retain. Clones of the task count, too.
    pub(crate) fn retained(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }

    /// How many times the task was woken, and how many of its wakers are retained.
    pub(crate) fn state(&self) -> (usize, usize) {
        (self.wakes(), self.retained())
    }

    pub(crate) fn waker(&self) -> Waker {
        self.0.clone().into()
    }

    /// Polls with a waker that is dropped afterwards, unless `poll` registers a clone of it.
    pub(crate) fn poll<T>(&self, poll: impl FnOnce(&mut Context<'_>) -> T) -> T {
        poll(&mut Context::from_waker(&self.waker()))
    }

    pub(crate) fn read(
        &self,
        from: &mut (impl AsyncRead + Unpin),
        buf: &mut [u8],
    ) -> Outcome<usize> {
        to_kind(self.poll(|cx| Pin::new(from).poll_read(cx, buf)))
    }

    pub(crate) fn read_vectored(
        &self,
        from: &mut (impl AsyncRead + Unpin),
        bufs: &mut [IoSliceMut<'_>],
    ) -> Outcome<usize> {
        to_kind(self.poll(|cx| Pin::new(from).poll_read_vectored(cx, bufs)))
    }

    /// A copy of what `poll_fill_buf` returns.
    pub(crate) fn fill_buf(&self, from: &mut (impl AsyncBufRead + Unpin)) -> Outcome<Vec<u8>> {
        let filled = self.poll(|cx| Pin::new(from).poll_fill_buf(cx).map_ok(<[u8]>::to_vec));
        to_kind(filled)
    }

    pub(crate) fn write(&self, to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Outcome<usize> {
        to_kind(self.poll(|cx| Pin::new(to).poll_write(cx, bytes)))
    }

    pub(crate) fn write_vectored(
        &self,
        to: &mut (impl AsyncWrite + Unpin),
        bufs: &[IoSlice<'_>],
    ) -> Outcome<usize> {
        to_kind(self.poll(|cx| Pin::new(to).poll_write_vectored(cx, bufs)))
    }

    pub(crate) fn flush(&self, to: &mut (impl AsyncWrite + Unpin)) -> Outcome<()> {
        to_kind(self.poll(|cx| Pin::new(to).poll_flush(cx)))
    }

    pub(crate) fn close(&self, to: &mut (impl AsyncWrite + Unpin)) -> Outcome<()> {
        to_kind(self.poll(|cx| Pin::new(to).poll_close(cx)))
    }
}
