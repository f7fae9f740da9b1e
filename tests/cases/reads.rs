//! Every call that reads, of every family of traits, on a reader and on a stream.

use core::future::Future;
use core::mem;
use core::pin::{pin, Pin};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io::{self, BufRead, IoSliceMut};

use async_duplex::{pipe, DuplexStream, Reader};
use futures::io::{AsyncBufRead, AsyncRead};
use tokio::io::ReadBuf;

use crate::task::{outcome, tried, Call, Outcome};

/// A reader, or a stream that has one.
pub(crate) trait Source:
    AsyncRead
    + AsyncBufRead
    + tokio::io::AsyncRead
    + tokio::io::AsyncBufRead
    + embedded_io_async::BufRead<Error = io::Error>
    + embedded_io_async::ReadReady
    + Unpin
    + Sized
    + Send
    + 'static
{
    fn with_reader(reader: Reader) -> Self;
    fn reader(&mut self) -> &mut Reader;
    fn into_blocking(self) -> Box<dyn BufRead + Send>;
    /// Makes a blocking call that must not wait.
    fn block<T>(&mut self, call: impl FnOnce(&mut dyn BufRead) -> T) -> T;
}

impl Source for Reader {
    fn with_reader(reader: Reader) -> Self {
        reader
    }

    fn reader(&mut self) -> &mut Reader {
        self
    }

    fn into_blocking(self) -> Box<dyn BufRead + Send> {
        Box::new(self.blocking())
    }

    fn block<T>(&mut self, call: impl FnOnce(&mut dyn BufRead) -> T) -> T {
        let mut blocking = mem::replace(self, pipe(1).0).blocking();
        blocking.set_timeout(Some(Duration::ZERO));
        let result = call(&mut blocking);
        *self = blocking.into_inner();
        result
    }
}

impl Source for DuplexStream {
    fn with_reader(reader: Reader) -> Self {
        DuplexStream::new(reader, pipe(1).1)
    }

    fn reader(&mut self) -> &mut Reader {
        DuplexStream::reader(self)
    }

    fn into_blocking(self) -> Box<dyn BufRead + Send> {
        Box::new(self.blocking())
    }

    fn block<T>(&mut self, call: impl FnOnce(&mut dyn BufRead) -> T) -> T {
        let mut blocking = mem::replace(self, Self::with_reader(pipe(1).0)).blocking();
        blocking.set_timeout(Some(Duration::ZERO));
        let result = call(&mut blocking);
        *self = blocking.into_inner();
        result
    }
}

/// The calls that register a waker if no byte is unread.
pub(crate) fn waiting_reads<S: Source>() -> Vec<Call<S>> {
    vec![
        ("poll_read", |source, cx| {
            outcome(source.reader().poll_read(cx, &mut [0; 8]))
        }),
        ("poll_fill_buf", |source, cx| {
            outcome(source.reader().poll_fill_buf(cx).map_ok(<[u8]>::len))
        }),
        ("poll_readable", |source, cx| {
            outcome(source.reader().poll_readable(cx, 1))
        }),
        ("readable", |source, cx| {
            let readable = pin!(source.reader().readable(4)).poll(cx);
            outcome(readable)
        }),
        ("futures read", |source, cx| {
            outcome(AsyncRead::poll_read(Pin::new(source), cx, &mut [0; 8]))
        }),
        ("futures read_vectored", |source, cx| {
            let (mut a, mut b) = ([0; 3], [0; 5]);
            let bufs = &mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)];
            outcome(Pin::new(source).poll_read_vectored(cx, bufs))
        }),
        ("futures fill_buf", |source, cx| {
            let filled = AsyncBufRead::poll_fill_buf(Pin::new(source), cx);
            outcome(filled.map_ok(<[u8]>::len))
        }),
        ("tokio read", tokio_read::<S>),
        ("tokio fill_buf", |source, cx| {
            let filled = tokio::io::AsyncBufRead::poll_fill_buf(Pin::new(source), cx);
            outcome(filled.map_ok(<[u8]>::len))
        }),
        ("embedded read", |source, cx| {
            let mut buf = [0; 8];
            let read = pin!(embedded_io_async::Read::read(source, &mut buf)).poll(cx);
            outcome(read)
        }),
        ("embedded fill_buf", |source, cx| {
            let filled = pin!(embedded_io_async::BufRead::fill_buf(source)).poll(cx);
            outcome(filled.map_ok(<[u8]>::len))
        }),
    ]
}

fn tokio_read<S: Source>(source: &mut S, cx: &mut Context<'_>) -> Outcome {
    let mut bytes = [0; 8];
    let mut buf = ReadBuf::new(&mut bytes);
    let read = tokio::io::AsyncRead::poll_read(Pin::new(source), cx, &mut buf);
    outcome(read.map_ok(|()| buf.filled().len()))
}

/// Every call, those that register no waker among them.
pub(crate) fn all_reads<S: Source>() -> Vec<Call<S>> {
    let trying: [Call<S>; 2] = [
        ("try_read", |source, _| {
            tried(source.reader().try_read(&mut [0; 8]))
        }),
        ("peek", |source, _| tried(source.reader().peek(&mut [0; 8]))),
    ];
    let blocking: [Call<S>; 3] = [
        ("blocking read", |source, _| {
            outcome(Poll::Ready(source.block(|source| source.read(&mut [0; 8]))))
        }),
        ("blocking read_vectored", |source, _| {
            let (mut a, mut b) = ([0; 3], [0; 5]);
            let bufs = &mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)];
            outcome(Poll::Ready(
                source.block(|source| source.read_vectored(bufs)),
            ))
        }),
        ("blocking fill_buf", |source, _| {
            let filled = source.block(|source| source.fill_buf().map(<[u8]>::len));
            outcome(Poll::Ready(filled))
        }),
    ];
    trying
        .into_iter()
        .chain(waiting_reads())
        .chain(blocking)
        .collect()
}
