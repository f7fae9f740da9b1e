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

use super::halves::{HasReader, HasWriter};
use crate::error::{Error, Result};
use crate::{DuplexStream, Reader, Writer};

impl ErrorType for Reader {
    type Error = Error;
}

impl ErrorType for Writer {
    type Error = Error;
}

impl ErrorType for DuplexStream {
    type Error = Error;
}

/// Implements the traits of a reader, for a type that has one.
macro_rules! impl_read {
    ($type:ty) => {
        /// `read` is cancel safe.
        impl Read for $type {
            #[inline]
            async fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
                poll_fn(|cx| self.reader().poll_read(cx, buf)).await
            }
        }

        impl BufRead for $type {
            #[inline]
            async fn fill_buf(&mut self) -> Result<&[u8]> {
                let n = poll_fn(|cx| self.reader().poll_fill_buf(cx).map_ok(<[u8]>::len)).await?;
                Ok(self.reader().filled(n))
            }

            #[inline]
            fn consume(&mut self, amt: usize) {
                self.reader().consume(amt);
            }
        }

        /// Ready when a read does not wait: a byte is unread, or the stream has ended or been
        /// aborted.
        ///
        /// With [`Options::yield_every`](crate::Options::yield_every), a read that is ready may
        /// still yield to other tasks first.
        impl ReadReady for $type {
            #[inline]
            fn read_ready(&mut self) -> Result<bool> {
                Ok(self.reader().is_ready())
            }
        }
    };
}

/// Implements the traits of a writer, for a type that has one.
macro_rules! impl_write {
    ($type:ty) => {
        /// `write` is cancel safe. `flush` does nothing: every write is visible to the reader when
        /// it returns.
        impl Write for $type {
            #[inline]
            async fn write(&mut self, buf: &[u8]) -> Result<usize> {
                poll_fn(|cx| self.writer().poll_write(cx, buf)).await
            }

            #[inline]
            async fn flush(&mut self) -> Result<()> {
                Ok(())
            }
        }

        /// Ready when a write does not wait: a byte is free, or the pipe is closed.
        ///
        /// With [`Options::yield_every`](crate::Options::yield_every), a write that is ready may
        /// still yield to other tasks first.
        impl WriteReady for $type {
            #[inline]
            fn write_ready(&mut self) -> Result<bool> {
                Ok(self.writer().is_ready())
            }
        }
    };
}

impl_read!(Reader);
impl_read!(DuplexStream);
impl_write!(Writer);
impl_write!(DuplexStream);
