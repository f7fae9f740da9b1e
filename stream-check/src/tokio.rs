//! Streams with the traits of tokio.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

use crate::run::Checks;
use crate::stream::{adapt, Buffered, Reading, Writing};

fn reading<S: AsyncRead>() -> Option<Reading<S>> {
    fn read<S: AsyncRead>(
        stream: Pin<&mut S>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buf = ReadBuf::new(buf);
        stream
            .poll_read(cx, &mut buf)
            .map_ok(|()| buf.filled().len())
    }
    fn after<S: AsyncRead>(
        stream: Pin<&mut S>,
        cx: &mut Context<'_>,
        filled: &[u8],
        room: usize,
    ) -> Poll<io::Result<Vec<u8>>> {
        let mut memory = vec![0; filled.len() + room];
        let mut buf = ReadBuf::new(&mut memory);
        buf.put_slice(filled);
        stream
            .poll_read(cx, &mut buf)
            .map_ok(|()| buf.filled().to_vec())
    }
    Some(Reading {
        read,
        vectored: None,
        after: Some(after),
    })
}

fn writing<S: AsyncWrite>() -> Option<Writing<S>> {
    Some(Writing {
        write: S::poll_write,
        vectored: S::poll_write_vectored,
        is_vectored: Some(S::is_write_vectored),
        flush: S::poll_flush,
        close: S::poll_shutdown,
    })
}

fn buffered<S: AsyncBufRead>() -> Option<Buffered<S>> {
    Some(Buffered {
        fill: S::poll_fill_buf,
        consume: S::consume,
    })
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
pub fn two_way<M, F, A, B>(make: M) -> Checks
where
    M: FnMut() -> F + 'static,
    F: Future<Output = (A, B)> + 'static,
    A: AsyncRead + AsyncWrite + Send + 'static,
    B: AsyncRead + AsyncWrite + Send + 'static,
{
    Checks::new(true, make, |(a, b)| {
        let first = adapt(a, reading(), writing(), None);
        (first, adapt(b, reading(), writing(), None))
    })
}

/// Checks two connected streams like [`two_way`], and their `AsyncBufRead`.
pub fn two_way_buffered<M, F, A, B>(make: M) -> Checks
where
    M: FnMut() -> F + 'static,
    F: Future<Output = (A, B)> + 'static,
    A: AsyncBufRead + AsyncWrite + Send + 'static,
    B: AsyncBufRead + AsyncWrite + Send + 'static,
{
    Checks::new(true, make, |(a, b)| {
        let first = adapt(a, reading(), writing(), buffered());
        (first, adapt(b, reading(), writing(), buffered()))
    })
}

/// Checks a reader and the writer that it is connected to. `make` makes a new pair for each check.
///
/// # Example
///
/// ```
/// let checks = stream_check::tokio::one_way(|| async { tokio::io::simplex(64) });
/// checks.only(&["bytes_in_order", "close_twice"]).run_blocking().assert_conforms();
/// ```
pub fn one_way<M, F, R, W>(make: M) -> Checks
where
    M: FnMut() -> F + 'static,
    F: Future<Output = (R, W)> + 'static,
    R: AsyncRead + Send + 'static,
    W: AsyncWrite + Send + 'static,
{
    Checks::new(false, make, |(reader, writer)| {
        let first = adapt(writer, None, writing(), None);
        (first, adapt(reader, reading(), None, None))
    })
}

/// Checks a reader and a writer like [`one_way`], and the reader's `AsyncBufRead`.
pub fn one_way_buffered<M, F, R, W>(make: M) -> Checks
where
    M: FnMut() -> F + 'static,
    F: Future<Output = (R, W)> + 'static,
    R: AsyncBufRead + Send + 'static,
    W: AsyncWrite + Send + 'static,
{
    Checks::new(false, make, |(reader, writer)| {
        let first = adapt(writer, None, writing(), None);
        (first, adapt(reader, reading(), None, buffered()))
    })
}
