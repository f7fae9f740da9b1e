//! Every call that writes, of every family of traits, on a writer and on a stream.

use core::future::Future;
use core::mem;
use core::pin::{pin, Pin};
use core::task::Poll;
use core::time::Duration;
use std::io::{self, IoSlice, Write};

use async_duplex::{pipe, DuplexStream, Writer};
use futures::io::AsyncWrite;

use crate::task::{outcome, tried, Call};

/// A writer, or a stream that has one.
pub(crate) trait Sink:
    AsyncWrite
    + tokio::io::AsyncWrite
    + embedded_io_async::Write<Error = io::Error>
    + embedded_io_async::WriteReady
    + Unpin
    + Sized
    + Send
    + 'static
{
    fn with_writer(writer: Writer) -> Self;
    fn writer(&mut self) -> &mut Writer;
    fn into_blocking(self) -> Box<dyn Write + Send>;
    /// Makes a blocking call that must not wait.
    fn block<T>(&mut self, call: impl FnOnce(&mut dyn Write) -> T) -> T;
}

impl Sink for Writer {
    fn with_writer(writer: Writer) -> Self {
        writer
    }

    fn writer(&mut self) -> &mut Writer {
        self
    }

    fn into_blocking(self) -> Box<dyn Write + Send> {
        Box::new(self.blocking())
    }

    fn block<T>(&mut self, call: impl FnOnce(&mut dyn Write) -> T) -> T {
        let mut blocking = mem::replace(self, pipe(1).1).blocking();
        blocking.set_timeout(Some(Duration::ZERO));
        let result = call(&mut blocking);
        *self = blocking.into_inner();
        result
    }
}

impl Sink for DuplexStream {
    fn with_writer(writer: Writer) -> Self {
        DuplexStream::new(pipe(1).0, writer)
    }

    fn writer(&mut self) -> &mut Writer {
        DuplexStream::writer(self)
    }

    fn into_blocking(self) -> Box<dyn Write + Send> {
        Box::new(self.blocking())
    }

    fn block<T>(&mut self, call: impl FnOnce(&mut dyn Write) -> T) -> T {
        let mut blocking = mem::replace(self, Self::with_writer(pipe(1).1)).blocking();
        blocking.set_timeout(Some(Duration::ZERO));
        let result = call(&mut blocking);
        *self = blocking.into_inner();
        result
    }
}

/// The calls that register a waker if no byte is free.
pub(crate) fn waiting_writes<S: Sink>() -> Vec<Call<S>> {
    vec![
        ("poll_write", |sink, cx| {
            outcome(sink.writer().poll_write(cx, b"x"))
        }),
        ("poll_writable", |sink, cx| {
            outcome(sink.writer().poll_writable(cx, 1))
        }),
        ("writable", |sink, cx| {
            let writable = pin!(sink.writer().writable(4)).poll(cx);
            outcome(writable)
        }),
        ("futures write", |sink, cx| {
            outcome(AsyncWrite::poll_write(Pin::new(sink), cx, b"x"))
        }),
        ("futures write_vectored", |sink, cx| {
            let bufs = [IoSlice::new(b""), IoSlice::new(b"x")];
            let written = AsyncWrite::poll_write_vectored(Pin::new(sink), cx, &bufs);
            outcome(written)
        }),
        ("tokio write", |sink, cx| {
            let written = tokio::io::AsyncWrite::poll_write(Pin::new(sink), cx, b"x");
            outcome(written)
        }),
        ("tokio write_vectored", |sink, cx| {
            let bufs = [IoSlice::new(b""), IoSlice::new(b"x")];
            let written = tokio::io::AsyncWrite::poll_write_vectored(Pin::new(sink), cx, &bufs);
            outcome(written)
        }),
        ("embedded write", |sink, cx| {
            let written = pin!(embedded_io_async::Write::write(sink, b"x")).poll(cx);
            outcome(written)
        }),
    ]
}

/// Every call that fails once the pipe has ended, those that register no waker among them.
pub(crate) fn all_writes<S: Sink>() -> Vec<Call<S>> {
    let others: [Call<S>; 8] = [
        ("try_write", |sink, _| tried(sink.writer().try_write(b"x"))),
        ("try_write of nothing", |sink, _| {
            tried(sink.writer().try_write(b""))
        }),
        ("poll_writable of nothing", |sink, cx| {
            outcome(sink.writer().poll_writable(cx, 0))
        }),
        ("futures write of nothing", |sink, cx| {
            outcome(AsyncWrite::poll_write(Pin::new(sink), cx, b""))
        }),
        ("tokio write of nothing", |sink, cx| {
            let written = tokio::io::AsyncWrite::poll_write(Pin::new(sink), cx, b"");
            outcome(written)
        }),
        ("embedded write of nothing", |sink, cx| {
            let written = pin!(embedded_io_async::Write::write(sink, b"")).poll(cx);
            outcome(written)
        }),
        ("blocking write", |sink, _| {
            outcome(Poll::Ready(sink.block(|sink| sink.write(b"x"))))
        }),
        ("blocking write_vectored", |sink, _| {
            let bufs = [IoSlice::new(b""), IoSlice::new(b"x")];
            outcome(Poll::Ready(sink.block(|sink| sink.write_vectored(&bufs))))
        }),
    ];
    others.into_iter().chain(waiting_writes()).collect()
}

/// Every flush and every close, which never fail. They return 0 here.
pub(crate) fn flushes_and_closes<S: Sink>() -> Vec<Call<S>> {
    vec![
        ("futures flush", |sink, cx| {
            let flushed = AsyncWrite::poll_flush(Pin::new(sink), cx);
            outcome(flushed.map_ok(|()| 0))
        }),
        ("tokio flush", |sink, cx| {
            let flushed = tokio::io::AsyncWrite::poll_flush(Pin::new(sink), cx);
            outcome(flushed.map_ok(|()| 0))
        }),
        ("embedded flush", |sink, cx| {
            let flushed = pin!(embedded_io_async::Write::flush(sink)).poll(cx);
            outcome(flushed.map_ok(|()| 0))
        }),
        ("blocking flush", |sink, _| {
            let flushed = sink.block(|sink| sink.flush());
            outcome(Poll::Ready(flushed.map(|()| 0)))
        }),
        ("futures close", |sink, cx| {
            let closed = AsyncWrite::poll_close(Pin::new(sink), cx);
            outcome(closed.map_ok(|()| 0))
        }),
        ("tokio shutdown", |sink, cx| {
            let closed = tokio::io::AsyncWrite::poll_shutdown(Pin::new(sink), cx);
            outcome(closed.map_ok(|()| 0))
        }),
    ]
}
