//! Every call that reads into a buffer or writes one, and every call that can return the error of
//! an end.

use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, BufRead, IoSlice, IoSliceMut, Read, Write};

use async_duplex::{pipe, Reader, Writer};
use futures::io::{AsyncBufRead, AsyncRead, AsyncWrite};
use futures::FutureExt;

use crate::counting_waker::CountingTask;

/// A call that writes the front of some bytes, and its name.
pub(crate) type WriteCall = (&'static str, fn(&mut Writer, &[u8]) -> io::Result<usize>);

/// A call that reads into the front of a buffer, and its name.
pub(crate) type ReadCall = (
    &'static str,
    fn(&mut Reader, &mut [u8]) -> io::Result<usize>,
);

/// Makes a call that must not wait.
#[track_caller]
fn now<T>(call: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> T {
    match CountingTask::new().poll(call) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the call waits"),
    }
}

pub(crate) const WRITES: &[WriteCall] = &[
    ("try_write", |writer, bytes| writer.try_write(bytes)),
    ("poll_write", |writer, bytes| {
        now(|cx| writer.poll_write(cx, bytes))
    }),
    ("AsyncWrite::poll_write", |writer, bytes| {
        now(|cx| AsyncWrite::poll_write(Pin::new(writer), cx, bytes))
    }),
    ("AsyncWrite::poll_write_vectored", |writer, bytes| {
        let (front, back) = bytes.split_at(bytes.len() / 2);
        let bufs = [IoSlice::new(front), IoSlice::new(b""), IoSlice::new(back)];
        now(|cx| AsyncWrite::poll_write_vectored(Pin::new(writer), cx, &bufs))
    }),
    ("a blocking write", |writer, bytes| {
        let mut blocking = mem::replace(writer, pipe(1).1).blocking();
        let written = blocking.write(bytes);
        *writer = blocking.into_inner();
        written
    }),
    #[cfg(feature = "tokio")]
    ("tokio's poll_write", |writer, bytes| {
        now(|cx| tokio::io::AsyncWrite::poll_write(Pin::new(writer), cx, bytes))
    }),
    #[cfg(feature = "tokio")]
    ("tokio's poll_write_vectored", |writer, bytes| {
        let (front, back) = bytes.split_at(bytes.len() / 2);
        let bufs = [IoSlice::new(front), IoSlice::new(b""), IoSlice::new(back)];
        now(|cx| tokio::io::AsyncWrite::poll_write_vectored(Pin::new(writer), cx, &bufs))
    }),
    #[cfg(feature = "embedded-io")]
    ("embedded-io's write", |writer, bytes| {
        let written = embedded_io_async::Write::write(writer, bytes).now_or_never();
        written.expect("the call does not wait")
    }),
];

pub(crate) const READS: &[ReadCall] = &[
    ("try_read", |reader, buf| reader.try_read(buf)),
    ("poll_read", |reader, buf| {
        now(|cx| reader.poll_read(cx, buf))
    }),
    ("AsyncRead::poll_read", |reader, buf| {
        now(|cx| AsyncRead::poll_read(Pin::new(reader), cx, buf))
    }),
    ("AsyncRead::poll_read_vectored", |reader, buf| {
        let (front, back) = buf.split_at_mut(buf.len() / 2);
        let nothing = IoSliceMut::new(&mut []);
        let mut bufs = [IoSliceMut::new(front), nothing, IoSliceMut::new(back)];
        now(|cx| AsyncRead::poll_read_vectored(Pin::new(reader), cx, &mut bufs))
    }),
    ("a blocking read", |reader, buf| {
        let mut blocking = mem::replace(reader, pipe(1).0).blocking();
        let read = blocking.read(buf);
        *reader = blocking.into_inner();
        read
    }),
    #[cfg(feature = "tokio")]
    ("tokio's poll_read", |reader, buf| {
        let mut buf = tokio::io::ReadBuf::new(buf);
        now(|cx| tokio::io::AsyncRead::poll_read(Pin::new(reader), cx, &mut buf))?;
        Ok(buf.filled().len())
    }),
    #[cfg(feature = "embedded-io")]
    ("embedded-io's read", |reader, buf| {
        let read = embedded_io_async::Read::read(reader, buf).now_or_never();
        read.expect("the call does not wait")
    }),
];

/// What each call of a writer after the end returns. None of them writes a byte.
#[track_caller]
pub(crate) fn errors_of_writer(writer: &mut Writer) -> Vec<(&'static str, io::Error)> {
    let mut results = Vec::new();
    for (name, call) in WRITES {
        results.push((*name, call(writer, b"more")));
    }
    results.push(("a write of nothing", writer.try_write(b"")));
    results.push(("poll_writable", now(|cx| writer.poll_writable(cx, 1))));
    results.push(("writable", writer.writable(1).now_or_never().unwrap()));
    let errors = results.into_iter();
    let errors = errors.map(|(name, result)| (name, result.expect_err(name)));
    errors.collect()
}

/// What each call of a reader after the end returns. No byte is unread.
#[track_caller]
pub(crate) fn errors_of_reader(reader: &mut Reader) -> Vec<(&'static str, io::Error)> {
    let mut results = Vec::new();
    for (name, call) in READS {
        results.push((*name, call(reader, &mut [0; 8])));
    }
    results.push(("peek", reader.peek(&mut [0; 8])));
    results.push(("poll_readable", now(|cx| reader.poll_readable(cx, 1))));
    results.push(("readable", reader.readable(1).now_or_never().unwrap()));
    let len = |bytes: &[u8]| bytes.len();
    results.push((
        "poll_fill_buf",
        now(|cx| reader.poll_fill_buf(cx).map_ok(len)),
    ));
    results.push((
        "AsyncBufRead::poll_fill_buf",
        now(|cx| AsyncBufRead::poll_fill_buf(Pin::new(&mut *reader), cx).map_ok(len)),
    ));
    #[cfg(feature = "tokio")]
    results.push((
        "tokio's poll_fill_buf",
        now(|cx| tokio::io::AsyncBufRead::poll_fill_buf(Pin::new(&mut *reader), cx).map_ok(len)),
    ));
    let mut blocking = mem::replace(reader, pipe(1).0).blocking();
    results.push(("a blocking fill_buf", blocking.fill_buf().map(len)));
    *reader = blocking.into_inner();
    let errors = results.into_iter();
    let errors = errors.map(|(name, result)| (name, result.expect_err(name)));
    errors.collect()
}
