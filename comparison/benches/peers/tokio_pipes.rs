//! The pipes with the traits of tokio.

use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, ReadHalf, SimplexStream, WriteHalf};
use tokio_util::io::simplex;

use crate::support::contender::{Contender, Duplex, Family};

/// Through the traits of tokio.
pub(crate) enum Tokio {}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Family<R, W> for Tokio {
    #[inline]
    fn poll_read(reader: &mut R, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>> {
        let mut buf = ReadBuf::new(buf);
        Pin::new(reader)
            .poll_read(cx, &mut buf)
            .map_ok(|()| buf.filled().len())
    }

    #[inline]
    fn poll_write(writer: &mut W, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(writer).poll_write(cx, bytes)
    }
}

/// `tokio::io::duplex`, the stream that most programs use.
pub(crate) enum TokioDuplex {}

impl Duplex for TokioDuplex {
    type Stream = DuplexStream;

    fn duplex(capacity: usize) -> (DuplexStream, DuplexStream) {
        tokio::io::duplex(capacity)
    }
}

/// One direction of it, while the other one is idle.
impl Contender for TokioDuplex {
    type Reader = DuplexStream;
    type Writer = DuplexStream;
    type Family = Tokio;

    fn pipe(capacity: usize) -> (DuplexStream, DuplexStream) {
        tokio::io::duplex(capacity)
    }
}

/// `tokio::io::simplex`, tokio's pipe of one direction.
pub(crate) enum TokioSimplex {}

impl Contender for TokioSimplex {
    type Reader = ReadHalf<SimplexStream>;
    type Writer = WriteHalf<SimplexStream>;
    type Family = Tokio;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        tokio::io::simplex(capacity)
    }

    /// Its halves share one stream, and dropping one of them does not close it.
    fn close(mut writer: Self::Writer) {
        let mut cx = Context::from_waker(Waker::noop());
        let closed = Pin::new(&mut writer).poll_shutdown(&mut cx);
        assert!(matches!(closed, Poll::Ready(Ok(()))));
    }
}

/// `tokio_util::io::simplex`: a second implementation, with halves of its own.
pub(crate) enum TokioUtilSimplex {}

impl Contender for TokioUtilSimplex {
    type Reader = simplex::Receiver;
    type Writer = simplex::Sender;
    type Family = Tokio;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        let (writer, reader) = simplex::new(capacity);
        (reader, writer)
    }
}
