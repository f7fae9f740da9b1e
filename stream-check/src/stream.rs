//! One trait for the streams of both families, so that each check is written once.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, IoSlice, IoSliceMut};

pub(crate) type Bytes = Poll<io::Result<usize>>;
pub(crate) type Done = Poll<io::Result<()>>;

/// A stream of either family. The methods of what a stream cannot do are never called: the checks
/// that need them ask `reads_vectored`, `is_buffered` or `is_tokio` first.
pub(crate) trait Stream: Send {
    fn reads_vectored(&self) -> bool;
    fn is_buffered(&self) -> bool;
    /// Whether the traits are those of tokio.
    fn is_tokio(&self) -> bool;
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Bytes;
    fn poll_read_vectored(&mut self, cx: &mut Context<'_>, bufs: &mut [IoSliceMut<'_>]) -> Bytes;
    /// Reads behind bytes that are in the buffer, and returns all of it.
    fn poll_read_after(
        &mut self,
        cx: &mut Context<'_>,
        filled: &[u8],
        room: usize,
    ) -> Poll<io::Result<Vec<u8>>>;
    fn poll_write(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Bytes;
    fn poll_write_vectored(&mut self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Bytes;
    fn is_write_vectored(&self) -> bool;
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Done;
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Done;
    fn poll_fill_buf(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>>;
    fn consume(&mut self, n: usize);
}

pub(crate) type Read<S> = fn(Pin<&mut S>, &mut Context<'_>, &mut [u8]) -> Bytes;
type ReadVectored<S> = fn(Pin<&mut S>, &mut Context<'_>, &mut [IoSliceMut<'_>]) -> Bytes;
type ReadAfter<S> = fn(Pin<&mut S>, &mut Context<'_>, &[u8], usize) -> Poll<io::Result<Vec<u8>>>;
pub(crate) type Write<S> = fn(Pin<&mut S>, &mut Context<'_>, &[u8]) -> Bytes;
pub(crate) type WriteVectored<S> = fn(Pin<&mut S>, &mut Context<'_>, &[IoSlice<'_>]) -> Bytes;
pub(crate) type FlushOrClose<S> = fn(Pin<&mut S>, &mut Context<'_>) -> Done;
pub(crate) type FillBuf<S> =
    for<'a> fn(Pin<&'a mut S>, &mut Context<'_>) -> Poll<io::Result<&'a [u8]>>;

/// A stream with the functions of its family, as far as it has them.
pub(crate) struct End<S> {
    pub(crate) stream: Pin<Box<S>>,
    pub(crate) read: Option<Read<S>>,
    pub(crate) read_vectored: Option<ReadVectored<S>>,
    pub(crate) read_after: Option<ReadAfter<S>>,
    pub(crate) write: Option<Write<S>>,
    pub(crate) write_vectored: Option<WriteVectored<S>>,
    pub(crate) is_write_vectored: Option<fn(&S) -> bool>,
    pub(crate) flush: Option<FlushOrClose<S>>,
    pub(crate) close: Option<FlushOrClose<S>>,
    pub(crate) fill_buf: Option<FillBuf<S>>,
    pub(crate) consume: Option<fn(Pin<&mut S>, usize)>,
}

impl<S> End<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream: Box::pin(stream),
            read: None,
            read_vectored: None,
            read_after: None,
            write: None,
            write_vectored: None,
            is_write_vectored: None,
            flush: None,
            close: None,
            fill_buf: None,
            consume: None,
        }
    }
}

const ABLE: &str = "the checks ask whether the end can do it";

impl<S: Send> Stream for End<S> {
    fn reads_vectored(&self) -> bool {
        self.read_vectored.is_some()
    }

    fn is_buffered(&self) -> bool {
        self.fill_buf.is_some()
    }

    fn is_tokio(&self) -> bool {
        self.read_after.is_some() || self.is_write_vectored.is_some()
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Bytes {
        self.read.expect(ABLE)(self.stream.as_mut(), cx, buf)
    }

    fn poll_read_vectored(&mut self, cx: &mut Context<'_>, bufs: &mut [IoSliceMut<'_>]) -> Bytes {
        self.read_vectored.expect(ABLE)(self.stream.as_mut(), cx, bufs)
    }

    fn poll_read_after(
        &mut self,
        cx: &mut Context<'_>,
        filled: &[u8],
        room: usize,
    ) -> Poll<io::Result<Vec<u8>>> {
        self.read_after.expect(ABLE)(self.stream.as_mut(), cx, filled, room)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Bytes {
        self.write.expect(ABLE)(self.stream.as_mut(), cx, buf)
    }

    fn poll_write_vectored(&mut self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Bytes {
        self.write_vectored.expect(ABLE)(self.stream.as_mut(), cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.is_write_vectored.expect(ABLE)(&self.stream)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Done {
        self.flush.expect(ABLE)(self.stream.as_mut(), cx)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Done {
        self.close.expect(ABLE)(self.stream.as_mut(), cx)
    }

    fn poll_fill_buf(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.fill_buf.expect(ABLE)(self.stream.as_mut(), cx)
    }

    fn consume(&mut self, n: usize) {
        self.consume.expect(ABLE)(self.stream.as_mut(), n);
    }
}
