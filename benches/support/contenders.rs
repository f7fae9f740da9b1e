//! Who is compared: one direction of a pipe each, used the way that suits it best.

use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use async_ringbuf::traits::Split;
use async_ringbuf::{AsyncHeapCons, AsyncHeapProd, AsyncHeapRb};
use futures::io::{AsyncRead, AsyncWrite};

/// A pipe that holds exactly as many bytes as it is told to.
///
/// Associated functions instead of the traits of futures-io, since not everybody implements those:
/// an adapter in between would be measured too.
pub(crate) trait Contender {
    const NAME: &'static str;
    type Reader: Send + 'static;
    type Writer: Send + 'static;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer);

    fn poll_read(
        reader: &mut Self::Reader,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>>;

    fn poll_write(
        writer: &mut Self::Writer,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>>;

    /// Ends the stream. Dropping the writer does, unless a contender says otherwise.
    fn close(writer: Self::Writer) {
        drop(writer);
    }
}

/// Something to do with every contender.
pub(crate) trait Visitor {
    fn visit<C: Contender>(&mut self);
}

/// Lets `visitor` have all contenders, this crate first.
pub(crate) fn visit_all(visitor: &mut impl Visitor) {
    visitor.visit::<AsyncDuplex>();
    visitor.visit::<TokioDuplex>();
    visitor.visit::<TokioSimplex>();
    visitor.visit::<Piper>();
    visitor.visit::<AsyncRingbuf>();
}

/// This crate.
pub(crate) enum AsyncDuplex {}

impl Contender for AsyncDuplex {
    const NAME: &'static str = "async-duplex";
    type Reader = async_duplex::Reader;
    type Writer = async_duplex::Writer;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        async_duplex::pipe(capacity)
    }

    #[inline]
    fn poll_read(
        reader: &mut Self::Reader,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>> {
        futures_read(reader, cx, buf)
    }

    #[inline]
    fn poll_write(
        writer: &mut Self::Writer,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        futures_write(writer, cx, bytes)
    }
}

/// `tokio::io::duplex`, of which one direction lies idle. It is the pipe that most programs use.
pub(crate) enum TokioDuplex {}

impl Contender for TokioDuplex {
    const NAME: &'static str = "tokio-duplex";
    type Reader = tokio::io::DuplexStream;
    type Writer = tokio::io::DuplexStream;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        tokio::io::duplex(capacity)
    }

    #[inline]
    fn poll_read(
        reader: &mut Self::Reader,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>> {
        tokio_read(reader, cx, buf)
    }

    #[inline]
    fn poll_write(
        writer: &mut Self::Writer,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        tokio_write(writer, cx, bytes)
    }
}

/// `tokio::io::simplex`: tokio's pipe of one direction, so that making one is making no more than
/// the others make.
pub(crate) enum TokioSimplex {}

impl Contender for TokioSimplex {
    const NAME: &'static str = "tokio-simplex";
    type Reader = tokio::io::ReadHalf<tokio::io::SimplexStream>;
    type Writer = tokio::io::WriteHalf<tokio::io::SimplexStream>;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        tokio::io::simplex(capacity)
    }

    #[inline]
    fn poll_read(
        reader: &mut Self::Reader,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>> {
        tokio_read(reader, cx, buf)
    }

    #[inline]
    fn poll_write(
        writer: &mut Self::Writer,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        tokio_write(writer, cx, bytes)
    }

    /// Its halves share one stream, and dropping one of them closes nothing.
    fn close(mut writer: Self::Writer) {
        let mut cx = Context::from_waker(Waker::noop());
        let closed = tokio::io::AsyncWrite::poll_shutdown(Pin::new(&mut writer), &mut cx);
        assert!(matches!(closed, Poll::Ready(Ok(()))));
    }
}

/// `piper::pipe`.
pub(crate) enum Piper {}

impl Contender for Piper {
    const NAME: &'static str = "piper";
    type Reader = piper::Reader;
    type Writer = piper::Writer;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        piper::pipe(capacity)
    }

    #[inline]
    fn poll_read(
        reader: &mut Self::Reader,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>> {
        futures_read(reader, cx, buf)
    }

    #[inline]
    fn poll_write(
        writer: &mut Self::Writer,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        futures_write(writer, cx, bytes)
    }
}

/// `async_ringbuf::AsyncHeapRb<u8>`, whose `AsyncRead` and `AsyncWrite` move whole slices.
pub(crate) enum AsyncRingbuf {}

impl Contender for AsyncRingbuf {
    const NAME: &'static str = "async-ringbuf";
    type Reader = AsyncHeapCons<u8>;
    type Writer = AsyncHeapProd<u8>;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        let (writer, reader) = AsyncHeapRb::new(capacity).split();
        (reader, writer)
    }

    #[inline]
    fn poll_read(
        reader: &mut Self::Reader,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<Result<usize>> {
        futures_read(reader, cx, buf)
    }

    #[inline]
    fn poll_write(
        writer: &mut Self::Writer,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        futures_write(writer, cx, bytes)
    }
}

#[inline]
fn futures_read<R>(reader: &mut R, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>>
where
    R: AsyncRead + Unpin,
{
    Pin::new(reader).poll_read(cx, buf)
}

#[inline]
fn futures_write<W>(writer: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>>
where
    W: AsyncWrite + Unpin,
{
    Pin::new(writer).poll_write(cx, bytes)
}

#[inline]
fn tokio_read<R>(reader: &mut R, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>>
where
    R: tokio::io::AsyncRead + Unpin,
{
    let mut buf = tokio::io::ReadBuf::new(buf);
    Pin::new(reader)
        .poll_read(cx, &mut buf)
        .map_ok(|()| buf.filled().len())
}

#[inline]
fn tokio_write<W>(writer: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>>
where
    W: tokio::io::AsyncWrite + Unpin,
{
    Pin::new(writer).poll_write(cx, bytes)
}
