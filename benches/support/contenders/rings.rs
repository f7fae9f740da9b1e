//! The pipes with the traits of futures-io, all of them rings of bytes.

use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use async_ringbuf::traits::Split;
use async_ringbuf::{AsyncHeapCons, AsyncHeapProd, AsyncHeapRb};
use futures::io::{AsyncReadExt, AsyncWrite, ReadHalf, WriteHalf};
use futures_ringbuf::RingBuffer;

use super::{futures_read, futures_write, Contender};

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

/// `futures_ringbuf::RingBuffer<u8>`, split into its halves, which share a lock.
///
/// Its `Endpoint` would be two of those, and its drop does not close while the other end has the lock.
pub(crate) enum FuturesRingbuf {}

impl Contender for FuturesRingbuf {
    const NAME: &'static str = "futures-ringbuf";
    type Reader = ReadHalf<RingBuffer<u8>>;
    type Writer = WriteHalf<RingBuffer<u8>>;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        RingBuffer::new(capacity).split()
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

    /// Dropping a half closes nothing, and closing has to get hold of the lock.
    fn close(mut writer: Self::Writer) {
        let mut cx = Context::from_waker(Waker::noop());
        while Pin::new(&mut writer).poll_close(&mut cx).is_pending() {
            std::hint::spin_loop();
        }
    }
}
