//! The traits of `embedded-io-async`, and the two of `embedded-io` that go with them.
//!
//! A user needs the feature `embedded-io`, a dependency on `embedded-io-async` 0.7 for its traits
//! (it re-exports `ReadReady` and `WriteReady`), and Rust 1.81, which `embedded-io-async` needs.
//! With `std` the errors are `std::io::Error`. With `default-features = false` the crate is
//! `no_std`, needs `alloc`, and the errors are [`io::Error`](crate::io::Error). A target without
//! compare-and-swap also needs the feature `portable-atomic`.
//!
//! The futures of `read`, `write` and `fill_buf` are cancel safe. If the future of `read_exact` is
//! dropped, the bytes that it has read are lost. If the future of `write_all` is dropped, the bytes
//! that it has written stay written.

// The `rust-version` that counts here is the one of `embedded-io-async`.
#![allow(clippy::incompatible_msrv)]

use core::future::poll_fn;

use embedded_io_async::{BufRead, ErrorType, Read, ReadReady, Write, WriteReady};

use crate::error::{Error, Result};
use crate::{DuplexStream, Reader, Writer};

impl ErrorType for Reader {
    type Error = Error;
}

/// `read` is cancel safe.
impl Read for Reader {
    #[inline]
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        poll_fn(|cx| self.poll_read(cx, buf)).await
    }
}

impl BufRead for Reader {
    #[inline]
    async fn fill_buf(&mut self) -> Result<&[u8]> {
        poll_fn(|cx| self.poll_filled(cx, usize::MAX)).await?;
        Ok(self.filled().0)
    }

    #[inline]
    fn consume(&mut self, amt: usize) {
        self.consume(amt);
    }
}

/// Ready when a read does not wait: a byte is unread, or the stream has ended or been aborted.
///
/// With [`Options::yield_every`](crate::Options::yield_every), a read that is ready may still
/// yield to other tasks first.
impl ReadReady for Reader {
    #[inline]
    fn read_ready(&mut self) -> Result<bool> {
        Ok(self.is_ready())
    }
}

impl ErrorType for Writer {
    type Error = Error;
}

/// `write` is cancel safe. `flush` does nothing: every write is visible to the reader when it
/// returns.
impl Write for Writer {
    #[inline]
    async fn write(&mut self, buf: &[u8]) -> Result<usize> {
        poll_fn(|cx| self.poll_write(cx, buf)).await
    }

    #[inline]
    async fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Ready when a write does not wait: a byte is free, or the pipe is closed.
///
/// With [`Options::yield_every`](crate::Options::yield_every), a write that is ready may still
/// yield to other tasks first.
impl WriteReady for Writer {
    #[inline]
    fn write_ready(&mut self) -> Result<bool> {
        Ok(self.is_ready())
    }
}

impl ErrorType for DuplexStream {
    type Error = Error;
}

/// Reads from the other stream's writer.
impl Read for DuplexStream {
    #[inline]
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        self.split().0.read(buf).await
    }
}

impl BufRead for DuplexStream {
    #[inline]
    async fn fill_buf(&mut self) -> Result<&[u8]> {
        self.split().0.fill_buf().await
    }

    #[inline]
    fn consume(&mut self, amt: usize) {
        self.split().0.consume(amt);
    }
}

impl ReadReady for DuplexStream {
    #[inline]
    fn read_ready(&mut self) -> Result<bool> {
        self.split().0.read_ready()
    }
}

/// Writes to the other stream's reader.
impl Write for DuplexStream {
    #[inline]
    async fn write(&mut self, buf: &[u8]) -> Result<usize> {
        self.split().1.write(buf).await
    }

    #[inline]
    async fn flush(&mut self) -> Result<()> {
        self.split().1.flush().await
    }
}

impl WriteReady for DuplexStream {
    #[inline]
    fn write_ready(&mut self) -> Result<bool> {
        self.split().1.write_ready()
    }
}
