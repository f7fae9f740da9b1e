//! `std::io`'s traits.

use std::io::{BufRead, IoSlice, IoSliceMut, Read, Result, Write};

use super::Blocking;
use crate::io::halves::{HasReader, HasWriter};

/// For a [`Reader`](crate::Reader) and a [`DuplexStream`](crate::DuplexStream).
impl<T: HasReader> Read for Blocking<T> {
    #[inline]
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        self.wait(|inner, cx| inner.reader().poll_read(cx, buf))
    }

    #[inline]
    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> Result<usize> {
        self.wait(|inner, cx| inner.reader().poll_read_vectored(cx, bufs))
    }
}

/// For a [`Reader`](crate::Reader) and a [`DuplexStream`](crate::DuplexStream). Lends the bytes
/// where they lie in the pipe, up to where they wrap around the end of its storage.
impl<T: HasReader> BufRead for Blocking<T> {
    #[inline]
    fn fill_buf(&mut self) -> Result<&[u8]> {
        let n = self.wait(|inner, cx| inner.reader().poll_fill_buf(cx).map_ok(<[u8]>::len))?;
        Ok(self.inner.reader().filled(n))
    }

    /// See [`Reader::consume`](crate::Reader::consume).
    #[inline]
    #[track_caller]
    fn consume(&mut self, amt: usize) {
        self.inner.reader().consume(amt);
    }
}

/// For a [`Writer`](crate::Writer) and a [`DuplexStream`](crate::DuplexStream).
impl<T: HasWriter> Write for Blocking<T> {
    #[inline]
    fn write(&mut self, buf: &[u8]) -> Result<usize> {
        self.wait(|inner, cx| inner.writer().poll_write(cx, buf))
    }

    #[inline]
    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> Result<usize> {
        self.wait(|inner, cx| inner.writer().poll_write_vectored(cx, bufs))
    }

    /// Does nothing: every write is visible to the reader when it returns.
    #[inline]
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
