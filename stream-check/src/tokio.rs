//! Streams with the traits of tokio.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

use crate::run::Checks;
use crate::stream::End;

/// Reads into plain bytes.
pub(crate) fn read<S: AsyncRead>(
    stream: Pin<&mut S>,
    cx: &mut Context<'_>,
    buf: &mut [u8],
) -> Poll<io::Result<usize>> {
    let mut buf = ReadBuf::new(buf);
    let read = stream.poll_read(cx, &mut buf);
    read.map_ok(|()| buf.filled().len())
}

fn read_after<S: AsyncRead>(
    stream: Pin<&mut S>,
    cx: &mut Context<'_>,
    filled: &[u8],
    room: usize,
) -> Poll<io::Result<Vec<u8>>> {
    let mut memory = vec![0; filled.len() + room];
    let mut buf = ReadBuf::new(&mut memory);
    buf.put_slice(filled);
    let read = stream.poll_read(cx, &mut buf);
    read.map_ok(|()| buf.filled().to_vec())
}

fn reads<S: AsyncRead>(end: End<S>) -> End<S> {
    End {
        read: Some(read),
        read_after: Some(read_after),
        ..end
    }
}

fn writes<S: AsyncWrite>(end: End<S>) -> End<S> {
    End {
        write: Some(S::poll_write),
        write_vectored: Some(S::poll_write_vectored),
        is_write_vectored: Some(S::is_write_vectored),
        flush: Some(S::poll_flush),
        close: Some(S::poll_shutdown),
        ..end
    }
}

fn lends<S: AsyncBufRead>(end: End<S>) -> End<S> {
    End {
        fill_buf: Some(S::poll_fill_buf),
        consume: Some(S::consume),
        ..reads(end)
    }
}

fn both<S: AsyncRead + AsyncWrite>(stream: S) -> End<S> {
    reads(writes(End::new(stream)))
}

/// Checks two connected streams that both read and write. `make` makes a new pair for each check.
///
/// # Example
///
/// ```
/// use tokio::net::UnixStream;
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let checks = stream_check::tokio::two_way(|| async { UnixStream::pair().unwrap() });
/// checks.only(&["bytes_in_order", "half_close"]).run().await.assert_conforms();
/// # });
/// ```
pub fn two_way<F, A, B>(make: impl FnMut() -> F + 'static) -> Checks
where
    F: Future<Output = (A, B)> + 'static,
    A: AsyncRead + AsyncWrite + Send + 'static,
    B: AsyncRead + AsyncWrite + Send + 'static,
{
    Checks::new(true, make, |(a, b)| (both(a), both(b)))
}

/// Checks two connected streams like [`two_way`], and their `AsyncBufRead`.
pub fn two_way_buffered<F, A, B>(make: impl FnMut() -> F + 'static) -> Checks
where
    F: Future<Output = (A, B)> + 'static,
    A: AsyncBufRead + AsyncWrite + Send + 'static,
    B: AsyncBufRead + AsyncWrite + Send + 'static,
{
    Checks::new(true, make, |(a, b)| (lends(both(a)), lends(both(b))))
}

/// Checks a reader and the writer that it is connected to. `make` makes a new pair for each check.
///
/// # Example
///
/// ```
/// let checks = stream_check::tokio::one_way(|| async { tokio::io::simplex(64) });
/// checks.only(&["bytes_in_order", "close_twice"]).run_blocking().assert_conforms();
/// ```
pub fn one_way<F, R, W>(make: impl FnMut() -> F + 'static) -> Checks
where
    F: Future<Output = (R, W)> + 'static,
    R: AsyncRead + Send + 'static,
    W: AsyncWrite + Send + 'static,
{
    Checks::new(false, make, |(reader, writer)| {
        (writes(End::new(writer)), reads(End::new(reader)))
    })
}

/// Checks a reader and a writer like [`one_way`], and the reader's `AsyncBufRead`.
pub fn one_way_buffered<F, R, W>(make: impl FnMut() -> F + 'static) -> Checks
where
    F: Future<Output = (R, W)> + 'static,
    R: AsyncBufRead + Send + 'static,
    W: AsyncWrite + Send + 'static,
{
    Checks::new(false, make, |(reader, writer)| {
        (writes(End::new(writer)), lends(End::new(reader)))
    })
}
