//! The reader and the writer of a half or a stream, so that each trait is implemented once.

use crate::{DuplexStream, Reader, Writer};

/// A [`Reader`], or a stream that has one.
pub(crate) trait HasReader {
    fn reader(&mut self) -> &mut Reader;
}

impl HasReader for Reader {
    #[inline]
    fn reader(&mut self) -> &mut Reader {
        self
    }
}

impl HasReader for DuplexStream {
    #[inline]
    fn reader(&mut self) -> &mut Reader {
        DuplexStream::reader(self)
    }
}

/// A [`Writer`], or a stream that has one.
pub(crate) trait HasWriter {
    fn writer(&mut self) -> &mut Writer;
}

impl HasWriter for Writer {
    #[inline]
    fn writer(&mut self) -> &mut Writer {
        self
    }
}

impl HasWriter for DuplexStream {
    #[inline]
    fn writer(&mut self) -> &mut Writer {
        DuplexStream::writer(self)
    }
}
