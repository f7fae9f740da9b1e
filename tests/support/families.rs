//! Every call that reads or writes, of every family of traits, on a half and on a stream.

use core::future::Future;
use core::mem;
use core::pin::{pin, Pin};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io::{self, BufRead, IoSlice, IoSliceMut, Write};

use async_duplex::io::Blocking;
use async_duplex::{duplex, pipe, DuplexStream, Reader, Writer};
use futures::io::{AsyncBufRead, AsyncRead, AsyncWrite};
use tokio::io::ReadBuf;

/// A reader, or a stream that has one.
pub(crate) trait Source:
    AsyncBufRead
    + tokio::io::AsyncRead
    + tokio::io::AsyncBufRead
    + embedded_io_async::BufRead<Error = io::Error>
    + embedded_io_async::ReadReady
    + Unpin
    + Sized
    + 'static
{
    fn of(reader: Reader) -> Self;
    fn reader(&mut self) -> &mut Reader;
    /// Makes a blocking call that must not wait.
    fn block<T>(&mut self, call: impl FnOnce(&mut dyn BufRead) -> T) -> T;
}

/// A writer, or a stream that has one.
pub(crate) trait Sink:
    AsyncWrite
    + tokio::io::AsyncWrite
    + embedded_io_async::Write<Error = io::Error>
    + embedded_io_async::WriteReady
    + Unpin
    + Sized
    + 'static
{
    fn of(writer: Writer) -> Self;
    fn writer(&mut self) -> &mut Writer;
    /// Makes a blocking call that must not wait.
    fn block<T>(&mut self, call: impl FnOnce(&mut dyn Write) -> T) -> T;
}

impl Source for Reader {
    fn of(reader: Reader) -> Self {
        reader
    }

    fn reader(&mut self) -> &mut Reader {
        self
    }

    fn block<T>(&mut self, call: impl FnOnce(&mut dyn BufRead) -> T) -> T {
        block(self, pipe(1).0, Self::blocking, |half| call(half))
    }
}

impl Source for DuplexStream {
    fn of(reader: Reader) -> Self {
        Self::new(reader, pipe(1).1)
    }

    fn reader(&mut self) -> &mut Reader {
        self.reader()
    }

    fn block<T>(&mut self, call: impl FnOnce(&mut dyn BufRead) -> T) -> T {
        block(self, duplex(1).0, Self::blocking, |half| call(half))
    }
}

impl Sink for Writer {
    fn of(writer: Writer) -> Self {
        writer
    }

    fn writer(&mut self) -> &mut Writer {
        self
    }

    fn block<T>(&mut self, call: impl FnOnce(&mut dyn Write) -> T) -> T {
        block(self, pipe(1).1, Self::blocking, |half| call(half))
    }
}

impl Sink for DuplexStream {
    fn of(writer: Writer) -> Self {
        Self::new(pipe(1).0, writer)
    }

    fn writer(&mut self) -> &mut Writer {
        self.writer()
    }

    fn block<T>(&mut self, call: impl FnOnce(&mut dyn Write) -> T) -> T {
        block(self, duplex(1).0, Self::blocking, |half| call(half))
    }
}

/// Makes `call` in place of `half`, which returns afterwards.
fn block<H, T>(
    half: &mut H,
    spare: H,
    blocking: fn(H) -> Blocking<H>,
    call: impl FnOnce(&mut Blocking<H>) -> T,
) -> T {
    let mut blocked = blocking(mem::replace(half, spare));
    blocked.set_timeout(Some(Duration::ZERO));
    let result = call(&mut blocked);
    *half = blocked.into_inner();
    result
}

/// A call that reads into a buffer, or shows that bytes are there.
pub(crate) struct ReadCall<S> {
    pub(crate) name: &'static str,
    /// Whether the call registers a waker if no byte is unread. The others return `WouldBlock`.
    pub(crate) waits: bool,
    /// Whether the call fills the buffer and consumes what it reads. The others leave it alone, and
    /// return how many bytes are unread, or are before the wrap.
    pub(crate) consumes: bool,
    pub(crate) call: ReadFn<S>,
}

type ReadFn<S> = fn(&mut S, &mut Context<'_>, &mut [u8]) -> Poll<io::Result<usize>>;

/// A call that writes bytes, or shows that there is space for one.
pub(crate) struct WriteCall<S> {
    pub(crate) name: &'static str,
    /// Whether the call registers a waker if no byte is free. The others return `WouldBlock`.
    pub(crate) waits: bool,
    /// Whether the call writes the bytes. The others return how many are free.
    pub(crate) writes: bool,
    pub(crate) call: WriteFn<S>,
}

type WriteFn<S> = fn(&mut S, &mut Context<'_>, &[u8]) -> Poll<io::Result<usize>>;

/// Three slices, of which one is empty.
fn parts(bytes: &[u8]) -> [IoSlice<'_>; 3] {
    let (a, b) = bytes.split_at(bytes.len() / 3);
    [a, b"", b].map(IoSlice::new)
}

fn parts_mut(buf: &mut [u8]) -> [IoSliceMut<'_>; 3] {
    let (a, b) = buf.split_at_mut(buf.len() / 3);
    [a, &mut [], b].map(IoSliceMut::new)
}

/// Every call of every family that reads.
pub(crate) fn reads<S: Source>() -> Vec<ReadCall<S>> {
    let waiting: [(_, _, ReadFn<S>); 11] = [
        ("poll_read", true, |source, cx, buf| {
            source.reader().poll_read(cx, buf)
        }),
        ("poll_fill_buf", false, |source, cx, _| {
            source.reader().poll_fill_buf(cx).map_ok(<[u8]>::len)
        }),
        ("poll_readable", false, |source, cx, _| {
            source.reader().poll_readable(cx, 1)
        }),
        ("readable", false, |source, cx, _| {
            pin!(source.reader().readable(4)).poll(cx)
        }),
        ("futures read", true, |source, cx, buf| {
            AsyncRead::poll_read(Pin::new(source), cx, buf)
        }),
        ("futures read_vectored", true, |source, cx, buf| {
            Pin::new(source).poll_read_vectored(cx, &mut parts_mut(buf))
        }),
        ("futures fill_buf", false, |source, cx, _| {
            AsyncBufRead::poll_fill_buf(Pin::new(source), cx).map_ok(<[u8]>::len)
        }),
        ("tokio read", true, |source, cx, buf| {
            let mut buf = ReadBuf::new(buf);
            let read = tokio::io::AsyncRead::poll_read(Pin::new(source), cx, &mut buf);
            read.map_ok(|()| buf.filled().len())
        }),
        ("tokio fill_buf", false, |source, cx, _| {
            tokio::io::AsyncBufRead::poll_fill_buf(Pin::new(source), cx).map_ok(<[u8]>::len)
        }),
        ("embedded read", true, |source, cx, buf| {
            pin!(embedded_io_async::Read::read(source, buf)).poll(cx)
        }),
        ("embedded fill_buf", false, |source, cx, _| {
            let filled = pin!(embedded_io_async::BufRead::fill_buf(source)).poll(cx);
            filled.map_ok(<[u8]>::len)
        }),
    ];
    let trying: [(_, _, ReadFn<S>); 5] = [
        ("try_read", true, |source, _, buf| {
            Poll::Ready(source.reader().try_read(buf))
        }),
        ("peek", false, |source, _, buf| {
            Poll::Ready(source.reader().peek(buf))
        }),
        ("blocking read", true, |source, _, buf| {
            Poll::Ready(source.block(|source| source.read(buf)))
        }),
        ("blocking read_vectored", true, |source, _, buf| {
            Poll::Ready(source.block(|source| source.read_vectored(&mut parts_mut(buf))))
        }),
        ("blocking fill_buf", false, |source, _, _| {
            Poll::Ready(source.block(|source| source.fill_buf().map(<[u8]>::len)))
        }),
    ];
    let waiting = waiting.map(|row| (true, row)).into_iter();
    let all = waiting.chain(trying.map(|row| (false, row)));
    let call = |(waits, (name, consumes, call))| ReadCall {
        name,
        waits,
        consumes,
        call,
    };
    all.map(call).collect()
}

/// Every call of every family that writes.
pub(crate) fn writes<S: Sink>() -> Vec<WriteCall<S>> {
    let waiting: [(_, _, WriteFn<S>); 8] = [
        ("poll_write", true, |sink, cx, bytes| {
            sink.writer().poll_write(cx, bytes)
        }),
        ("poll_writable", false, |sink, cx, _| {
            sink.writer().poll_writable(cx, 1)
        }),
        ("writable", false, |sink, cx, _| {
            pin!(sink.writer().writable(4)).poll(cx)
        }),
        ("futures write", true, |sink, cx, bytes| {
            AsyncWrite::poll_write(Pin::new(sink), cx, bytes)
        }),
        ("futures write_vectored", true, |sink, cx, bytes| {
            AsyncWrite::poll_write_vectored(Pin::new(sink), cx, &parts(bytes))
        }),
        ("tokio write", true, |sink, cx, bytes| {
            tokio::io::AsyncWrite::poll_write(Pin::new(sink), cx, bytes)
        }),
        ("tokio write_vectored", true, |sink, cx, bytes| {
            tokio::io::AsyncWrite::poll_write_vectored(Pin::new(sink), cx, &parts(bytes))
        }),
        ("embedded write", true, |sink, cx, bytes| {
            pin!(embedded_io_async::Write::write(sink, bytes)).poll(cx)
        }),
    ];
    let trying: [(_, _, WriteFn<S>); 3] = [
        ("try_write", true, |sink, _, bytes| {
            Poll::Ready(sink.writer().try_write(bytes))
        }),
        ("blocking write", true, |sink, _, bytes| {
            Poll::Ready(sink.block(|sink| sink.write(bytes)))
        }),
        ("blocking write_vectored", true, |sink, _, bytes| {
            Poll::Ready(sink.block(|sink| sink.write_vectored(&parts(bytes))))
        }),
    ];
    let waiting = waiting.map(|row| (true, row)).into_iter();
    let all = waiting.chain(trying.map(|row| (false, row)));
    let call = |(waits, (name, writes, call))| WriteCall {
        name,
        waits,
        writes,
        call,
    };
    all.map(call).collect()
}

/// Every flush and every close of every family. None of them fails.
pub(crate) fn flushes_and_closes<S: Sink>() -> Vec<(&'static str, Flush<S>)> {
    let calls: [(_, Flush<S>); 6] = [
        ("futures flush", |sink, cx| {
            AsyncWrite::poll_flush(Pin::new(sink), cx)
        }),
        ("tokio flush", |sink, cx| {
            tokio::io::AsyncWrite::poll_flush(Pin::new(sink), cx)
        }),
        ("embedded flush", |sink, cx| {
            pin!(embedded_io_async::Write::flush(sink)).poll(cx)
        }),
        ("blocking flush", |sink, _| {
            Poll::Ready(sink.block(|sink| sink.flush()))
        }),
        ("futures close", |sink, cx| {
            AsyncWrite::poll_close(Pin::new(sink), cx)
        }),
        ("tokio shutdown", |sink, cx| {
            tokio::io::AsyncWrite::poll_shutdown(Pin::new(sink), cx)
        }),
    ];
    calls.into()
}

pub(crate) type Flush<S> = fn(&mut S, &mut Context<'_>) -> Poll<io::Result<()>>;
