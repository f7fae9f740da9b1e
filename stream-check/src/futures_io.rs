//! Streams with the traits of [`futures_io`]: those of futures, smol, async-std and others.
//!
//! [`futures_io`]: https://docs.rs/futures-io

use core::future::Future;

use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};

use crate::run::Checks;
use crate::stream::End;

fn reads<S: AsyncRead>(end: End<S>) -> End<S> {
    End {
        read: Some(S::poll_read),
        read_vectored: Some(S::poll_read_vectored),
        ..end
    }
}

fn writes<S: AsyncWrite>(end: End<S>) -> End<S> {
    End {
        write: Some(S::poll_write),
        write_vectored: Some(S::poll_write_vectored),
        flush: Some(S::poll_flush),
        close: Some(S::poll_close),
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
/// use smol::net::unix::UnixStream;
///
/// let checks = stream_check::futures_io::two_way(|| async { UnixStream::pair().unwrap() });
/// checks.only(&["bytes_in_order", "half_close"]).run_blocking().assert_conforms();
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
/// use smol::net::unix::UnixStream;
///
/// // Of the two streams, one only reads and the other only writes.
/// let checks = stream_check::futures_io::one_way(|| async { UnixStream::pair().unwrap() });
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
