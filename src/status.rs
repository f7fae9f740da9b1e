//! What a half knows of its pipe without moving a byte.

use core::fmt;

use crate::error::Result;
use crate::pipe::Side;
use crate::reader::Reader;
use crate::writer::Writer;

/// The state of the pipe.
impl Reader {
    /// Returns the number of bytes that the pipe holds.
    ///
    /// ```
    /// let (reader, _writer) = async_duplex::pipe(1000);
    /// assert_eq!(reader.capacity(), 1000);
    /// ```
    pub fn capacity(&self) -> usize {
        self.endpoint.capacity()
    }

    /// Returns the number of unread bytes. It may grow at any time until the writer finishes or is
    /// dropped. It is 0 after an [abort](Writer::abort), which discards unread bytes.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// assert_eq!(reader.len(), 3);
    /// reader.try_read(&mut [0; 2]).unwrap();
    /// assert_eq!(reader.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.endpoint.len()
    }

    /// Returns whether no byte is unread now. This is not the end of the stream: the writer may
    /// still write.
    ///
    /// ```
    /// let (reader, mut writer) = async_duplex::pipe(8);
    /// assert!(reader.is_empty());
    /// writer.try_write(b"abc").unwrap();
    /// assert!(!reader.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether `capacity` bytes are unread, so that the writer has no space left. This
    /// stays `true` until the reader consumes a byte, or the stream is aborted.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(2);
    /// writer.try_write(b"ab").unwrap();
    /// assert!(reader.is_full());
    /// reader.try_read(&mut [0]).unwrap();
    /// assert!(!reader.is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// Returns whether the writer has finished or was dropped. Bytes that it wrote before may still
    /// be unread.
    ///
    /// A `true` *happens after* everything that the writing thread did before it finished.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// assert!(!reader.is_closed());
    /// drop(writer);
    /// assert!(reader.is_closed());
    /// assert_eq!(reader.len(), 3);
    /// ```
    pub fn is_closed(&self) -> bool {
        self.endpoint.is_closed()
    }

    /// Copies unread bytes to the front of `buf` without consuming them, and returns the number of
    /// bytes copied. Does not wait.
    ///
    /// The next read returns the same bytes again. `Ok(0)` means that `buf` is empty, or that the
    /// stream has ended. To wait for the bytes first, await [`readable`](Self::readable); to look
    /// at them without a copy, use [`as_slices`](Self::as_slices).
    ///
    /// # Errors
    ///
    /// As for [`try_read`](Self::try_read).
    ///
    /// # Example
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"GET /").unwrap();
    ///
    /// let mut method = [0; 3];
    /// assert_eq!(reader.peek(&mut method).unwrap(), 3);
    /// assert_eq!(&method, b"GET");
    /// assert_eq!(reader.len(), 5);
    /// ```
    pub fn peek(&mut self, buf: &mut [u8]) -> Result<usize> {
        let available = self.endpoint.available(1, buf.len());
        let n = self.end_as_zero(available)?.min(buf.len());
        let (first, second) = self.endpoint.slices();
        let in_first = n.min(first.len());
        let (front, back) = buf[..n].split_at_mut(in_first);
        front.copy_from_slice(&first[..in_first]);
        back.copy_from_slice(&second[..n - in_first]);
        Ok(n)
    }
}

/// The state of the pipe.
impl Writer {
    /// Returns the number of bytes that the pipe holds. With no byte unread, exactly that many are
    /// free.
    ///
    /// ```
    /// let (_reader, mut writer) = async_duplex::pipe(3);
    /// assert_eq!(writer.capacity(), 3);
    /// assert_eq!(writer.try_write(b"abcd").unwrap(), 3);
    /// ```
    pub fn capacity(&self) -> usize {
        self.endpoint.capacity()
    }

    /// Returns the number of bytes that are written and not yet read. It may shrink at any time
    /// until the reader is dropped.
    ///
    /// ```
    /// let (_reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// assert_eq!(writer.len(), 3);
    /// ```
    pub fn len(&self) -> usize {
        self.endpoint.len()
    }

    /// Returns whether the reader has read all bytes written. This stays `true` until the writer
    /// writes a byte.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// assert!(!writer.is_empty());
    /// reader.try_read(&mut [0; 8]).unwrap();
    /// assert!(writer.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether no byte is free now.
    ///
    /// ```
    /// let (_reader, mut writer) = async_duplex::pipe(2);
    /// writer.try_write(b"ab").unwrap();
    /// assert!(writer.is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// Returns whether the reader is closed or dropped. Every write fails then.
    ///
    /// A `true` *happens after* everything that the reading thread did before it closed the reader.
    ///
    /// ```
    /// let (reader, writer) = async_duplex::pipe(8);
    /// assert!(!writer.is_closed());
    /// drop(reader);
    /// assert!(writer.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.endpoint.is_closed()
    }
}

/// Shows counts and states, never the bytes.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("capacity", &self.capacity())
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .field("reader_waits", &self.endpoint.is_waiting(Side::Consumer))
            .field("writer_waits", &self.endpoint.is_waiting(Side::Producer))
            .finish()
    }
}

/// Shows counts and states, never the bytes.
impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("capacity", &self.capacity())
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .field("reader_waits", &self.endpoint.is_waiting(Side::Consumer))
            .field("writer_waits", &self.endpoint.is_waiting(Side::Producer))
            .finish()
    }
}
