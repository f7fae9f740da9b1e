//! Streams with the traits of [`futures_io`]: those of futures, smol, async-std and others.
//!
//! [`futures_io`]: https://docs.rs/futures-io

use core::future::Future;

use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};

use crate::run::Checks;
use crate::stream::{adapt, Buffered, Reading, Writing};

fn reading<S: AsyncRead>() -> Option<Reading<S>> {
    Some(Reading {
        read: S::poll_read,
        vectored: Some(S::poll_read_vectored),
        after: None,
    })
}

fn writing<S: AsyncWrite>() -> Option<Writing<S>> {
    Some(Writing {
        write: S::poll_write,
        vectored: S::poll_write_vectored,
        is_vectored: None,
        flush: S::poll_flush,
        close: S::poll_close,
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
/// use smol::net::unix::UnixStream;
///
/// let checks = stream_check::futures_io::two_way(|| async { UnixStream::pair().unwrap() });
/// checks.only(&["bytes_in_order", "half_close"]).run_blocking().assert_conforms();
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
/// use smol::net::unix::UnixStream;
///
/// // Of the two streams, one only reads and the other only writes.
/// let checks = stream_check::futures_io::one_way(|| async { UnixStream::pair().unwrap() });
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
