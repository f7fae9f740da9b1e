//! The pipes with the traits of futures-io, all of them rings of bytes.

use std::pin::Pin;
use std::task::{Context, Waker};

use async_ringbuf::traits::Split;
use async_ringbuf::{AsyncHeapCons, AsyncHeapProd, AsyncHeapRb};
use futures::io::{AsyncReadExt, AsyncWrite, ReadHalf, WriteHalf};
use futures_ringbuf::RingBuffer;

use crate::support::contender::{Contender, FuturesIo};

/// `piper::pipe`.
pub(crate) enum Piper {}

impl Contender for Piper {
    type Reader = piper::Reader;
    type Writer = piper::Writer;
    type Family = FuturesIo;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        piper::pipe(capacity)
    }
}

/// `async_ringbuf::AsyncHeapRb<u8>`, whose `AsyncRead` and `AsyncWrite` move whole slices.
pub(crate) enum AsyncRingbuf {}

impl Contender for AsyncRingbuf {
    type Reader = AsyncHeapCons<u8>;
    type Writer = AsyncHeapProd<u8>;
    type Family = FuturesIo;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        let (writer, reader) = AsyncHeapRb::new(capacity).split();
        (reader, writer)
    }
}

/// `futures_ringbuf::RingBuffer<u8>`, split into its halves, which share a lock.
///
/// Its `Endpoint` has two of them. Dropping an `Endpoint` does not close while the other end holds
/// the lock.
pub(crate) enum FuturesRingbuf {}

impl Contender for FuturesRingbuf {
    type Reader = ReadHalf<RingBuffer<u8>>;
    type Writer = WriteHalf<RingBuffer<u8>>;
    type Family = FuturesIo;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        RingBuffer::new(capacity).split()
    }

    /// Dropping a half does not close, and closing has to acquire the lock.
    fn close(mut writer: Self::Writer) {
        let mut cx = Context::from_waker(Waker::noop());
        while Pin::new(&mut writer).poll_close(&mut cx).is_pending() {
            std::hint::spin_loop();
        }
    }
}
