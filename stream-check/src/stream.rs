//! One trait for the streams of both families, so that each check is written once.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, IoSlice, IoSliceMut};

/// A stream of either family. The methods of what a stream cannot do are never called: the checks
/// that need them ask [`Able`] first.
pub(crate) trait Stream: Send {
    fn able(&self) -> Able;
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>>;
    fn poll_read_vectored(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>>;
    fn poll_read_after(
        &mut self,
        cx: &mut Context<'_>,
        filled: &[u8],
        room: usize,
    ) -> Poll<io::Result<Vec<u8>>>;
    fn poll_write(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>>;
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>>;
    fn is_write_vectored(&self) -> bool;
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_fill_buf(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>>;
    fn consume(&mut self, n: usize);
}

/// What a stream can do besides reading and writing.
#[derive(Clone, Copy)]
pub(crate) struct Able {
    pub(crate) read_vectored: bool,
    pub(crate) buffered: bool,
    /// The traits are those of tokio.
    pub(crate) tokio: bool,
    pub(crate) close: &'static str,
}

type Bytes = Poll<io::Result<usize>>;
type Done = Poll<io::Result<()>>;
type ReadVectored<S> = fn(Pin<&mut S>, &mut Context<'_>, &mut [IoSliceMut<'_>]) -> Bytes;
type ReadAfter<S> = fn(Pin<&mut S>, &mut Context<'_>, &[u8], usize) -> Poll<io::Result<Vec<u8>>>;
type FillBuf<S> = for<'a> fn(Pin<&'a mut S>, &mut Context<'_>) -> Poll<io::Result<&'a [u8]>>;

/// How to read from an `S`.
pub(crate) struct Reading<S> {
    pub(crate) read: fn(Pin<&mut S>, &mut Context<'_>, &mut [u8]) -> Bytes,
    pub(crate) vectored: Option<ReadVectored<S>>,
    /// Reads behind bytes that are in the buffer, and returns all of it.
    pub(crate) after: Option<ReadAfter<S>>,
}

/// How to write to an `S`.
pub(crate) struct Writing<S> {
    pub(crate) write: fn(Pin<&mut S>, &mut Context<'_>, &[u8]) -> Bytes,
    pub(crate) vectored: fn(Pin<&mut S>, &mut Context<'_>, &[IoSlice<'_>]) -> Bytes,
    pub(crate) is_vectored: Option<fn(&S) -> bool>,
    pub(crate) flush: fn(Pin<&mut S>, &mut Context<'_>) -> Done,
    pub(crate) close: fn(Pin<&mut S>, &mut Context<'_>) -> Done,
}

/// How to read from the buffer of an `S`.
pub(crate) struct Buffered<S> {
    pub(crate) fill: FillBuf<S>,
    pub(crate) consume: fn(Pin<&mut S>, usize),
}

/// A stream with the functions of its family.
struct Adapted<S> {
    stream: Pin<Box<S>>,
    reading: Option<Reading<S>>,
    writing: Option<Writing<S>>,
    buffered: Option<Buffered<S>>,
}

pub(crate) fn adapt<S: Send + 'static>(
    stream: S,
    reading: Option<Reading<S>>,
    writing: Option<Writing<S>>,
    buffered: Option<Buffered<S>>,
) -> Box<dyn Stream> {
    Box::new(Adapted {
        stream: Box::pin(stream),
        reading,
        writing,
        buffered,
    })
}

impl<S> Adapted<S> {
    fn reading(&mut self) -> (Pin<&mut S>, &Reading<S>) {
        (
            self.stream.as_mut(),
            self.reading.as_ref().expect("the end reads"),
        )
    }

    fn writing(&mut self) -> (Pin<&mut S>, &Writing<S>) {
        (
            self.stream.as_mut(),
            self.writing.as_ref().expect("the end writes"),
        )
    }

    fn buffered(&mut self) -> (Pin<&mut S>, &Buffered<S>) {
        (
            self.stream.as_mut(),
            self.buffered.as_ref().expect("the end has a buffer"),
        )
    }
}

impl<S: Send> Stream for Adapted<S> {
    fn able(&self) -> Able {
        let reading = self.reading.as_ref();
        let tokio = reading.is_some_and(|reading| reading.after.is_some())
            || self
                .writing
                .as_ref()
                .is_some_and(|writing| writing.is_vectored.is_some());
        Able {
            read_vectored: reading.is_some_and(|reading| reading.vectored.is_some()),
            buffered: self.buffered.is_some(),
            tokio,
            close: if tokio { "poll_shutdown" } else { "poll_close" },
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Bytes {
        let (stream, reading) = self.reading();
        (reading.read)(stream, cx, buf)
    }

    fn poll_read_vectored(&mut self, cx: &mut Context<'_>, bufs: &mut [IoSliceMut<'_>]) -> Bytes {
        let (stream, reading) = self.reading();
        (reading.vectored.expect("the family has vectored reads"))(stream, cx, bufs)
    }

    fn poll_read_after(
        &mut self,
        cx: &mut Context<'_>,
        filled: &[u8],
        room: usize,
    ) -> Poll<io::Result<Vec<u8>>> {
        let (stream, reading) = self.reading();
        (reading.after.expect("the family has a ReadBuf"))(stream, cx, filled, room)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Bytes {
        let (stream, writing) = self.writing();
        (writing.write)(stream, cx, buf)
    }

    fn poll_write_vectored(&mut self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Bytes {
        let (stream, writing) = self.writing();
        (writing.vectored)(stream, cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        let writing = self.writing.as_ref().expect("the end writes");
        (writing.is_vectored.expect("the family says it"))(&self.stream)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Done {
        let (stream, writing) = self.writing();
        (writing.flush)(stream, cx)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Done {
        let (stream, writing) = self.writing();
        (writing.close)(stream, cx)
    }

    fn poll_fill_buf(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let (stream, buffered) = self.buffered();
        (buffered.fill)(stream, cx)
    }

    fn consume(&mut self, n: usize) {
        let (stream, buffered) = self.buffered();
        (buffered.consume)(stream, n)
    }
}
