//! The half that reads.

use core::cmp::min;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::{Context, Poll};

use futures_core::ready;

use crate::error::{assert_final, check_min, ErrorKind, Result, Stop};
use crate::futures::{Closed, Readable};
use crate::pipe::Endpoint;
use crate::ring::Consumer;
use crate::Writer;

/// The reading half of a [`pipe`](crate::pipe()).
///
/// Implements `futures-io`'s `AsyncRead` and `AsyncBufRead` (feature `std`).
///
/// * A read takes as much as there is and fits, in one call. It waits only if there is nothing.
/// * When the [`Writer`] is closed or dropped, reads return what is left, then `Ok(0)` for ever.
/// * A read into an empty buffer is `Ok(0)` at once.
/// * Dropping the reader closes it: writes fail with `BrokenPipe`, and unread bytes are lost.
///
/// # Cancel safety
///
/// A read that was not reported has not taken place: dropping the future of one, or of
/// [`closed`](Self::closed), loses nothing.
///
/// # Memory ordering
///
/// A byte read, an `Ok(0)` at the end of the stream and a `true` from
/// [`is_closed`](Self::is_closed) each *happen after* everything that the writing thread did before
/// it wrote that byte, or closed the writer.
///
/// # Example
///
/// ```
/// use futures::{AsyncReadExt, AsyncWriteExt};
///
/// # futures::executor::block_on(async {
/// let (mut reader, mut writer) = async_duplex::pipe(64);
/// writer.write_all(b"hello").await?;
/// drop(writer);
///
/// let mut text = String::new();
/// reader.read_to_string(&mut text).await?;
/// assert_eq!(text, "hello");
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
pub struct Reader {
    end: Endpoint<Consumer>,
}

// The compiler does not infer these, because of the cells for wakers. A panicking waker leaves the
// positions, the flags and the waiters consistent: each changes in one step.
impl UnwindSafe for Reader {}
impl RefUnwindSafe for Reader {}

impl Reader {
    #[inline]
    pub(crate) fn new(end: Endpoint<Consumer>) -> Self {
        Self { end }
    }

    /// How many bytes the pipe holds.
    pub fn capacity(&self) -> usize {
        self.end.capacity()
    }

    /// How many bytes there are to read. More may come at any time, so long as the writer lives.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// assert_eq!(reader.len(), 3);
    /// reader.try_read(&mut [0; 2]).unwrap();
    /// assert_eq!(reader.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.end.len()
    }

    /// Whether there is nothing to read now. More may come all the same: the end of the stream is a
    /// read of `Ok(0)`.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the writer has no room left. It stays so until something is read.
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// Whether the writer is closed or dropped. Bytes that it wrote before may still be unread.
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
        self.end.is_closed()
    }

    /// Waits until the writer is closed or dropped, reading nothing. Bytes that arrive meanwhile do
    /// not wake the task. Cancel safe.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// drop(writer);
    /// reader.closed().await;
    /// assert_eq!(reader.len(), 3);
    /// # });
    /// ```
    pub fn closed(&mut self) -> Closed<'_, Self> {
        Closed::new(self)
    }

    /// The polling form of [`closed`](Self::closed).
    ///
    /// The reader keeps one waker for the end, the latest that this method was given. It keeps
    /// another one for bytes, the latest that `poll_read`, `poll_fill_buf` or `poll_readable` was
    /// given. A task may wait for both.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.end.poll_closed(cx)
    }

    /// Tells the writer that nothing more is wanted: from now on its writes fail with `BrokenPipe`.
    ///
    /// What is unread at that moment can still be read; after it, reads return `Ok(0)`. Closing
    /// again does nothing.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// reader.close();
    /// assert_eq!(writer.try_write(b"d").unwrap_err().kind(), ErrorKind::BrokenPipe);
    ///
    /// let mut buf = [0; 8];
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
    /// ```
    pub fn close(&mut self) {
        self.end.close(None);
    }

    /// Ends the stream with an error: from now on the writer's calls fail with `kind`.
    ///
    /// Unread bytes are discarded, and reads of this reader return `Ok(0)`. The first ending of a
    /// half stands: the call does nothing if this reader is closed, and changes nothing for a
    /// writer that is closed.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// reader.abort(ErrorKind::ConnectionReset);
    /// assert_eq!(writer.try_write(b"a").unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// ```
    ///
    /// # Panics
    ///
    /// If `kind` is `Interrupted` or `WouldBlock`, which mean "try again".
    #[track_caller]
    pub fn abort(&mut self, kind: ErrorKind) {
        assert_final(kind);
        self.end.close(Some(kind));
    }

    /// Whether `writer` is the other half of the same pipe.
    pub fn is_peer_of(&self, writer: &Writer) -> bool {
        writer.is_peer_of_endpoint(&self.end)
    }

    /// Reads without waiting: moves as many bytes as there are and `buf` holds, and returns how
    /// many that were. `Ok(0)` means the end of the stream, if `buf` is not empty.
    ///
    /// # Errors
    ///
    /// * `WouldBlock` if there is nothing to read but the writer lives. No waker is registered.
    /// * The writer's error kind if it has [aborted](Writer::abort).
    ///
    /// # Example
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// let mut buf = [0; 2];
    /// assert_eq!(reader.try_read(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
    ///
    /// writer.try_write(b"abc").unwrap();
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 2);
    /// drop(writer);
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 1);
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
    /// ```
    #[inline]
    pub fn try_read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let found = self.end.look(min(1, buf.len()), buf.len());
        self.end_as_zero(found)?;
        Ok(self.end.read(buf))
    }

    /// Reads like [`try_read`](Self::try_read), but waits where that is `WouldBlock`: the task is
    /// woken when there are bytes to read, or when the writer is closed or dropped.
    ///
    /// This is the trait method `AsyncRead::poll_read` without the pin, and without the need of a
    /// trait.
    ///
    /// # Errors
    ///
    /// The writer's error kind if it has [aborted](Writer::abort).
    #[inline]
    pub fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>> {
        ready!(self.poll_filled(cx, buf.len()))?;
        Poll::Ready(Ok(self.end.read(buf)))
    }

    /// [`poll_read`](Self::poll_read) into several buffers, in order, in one transfer.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn poll_read_vectored(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &mut [std::io::IoSliceMut<'_>],
    ) -> Poll<Result<usize>> {
        let want = total_len(bufs.iter().map(|buf| buf.len()));
        ready!(self.poll_filled(cx, want))?;
        Poll::Ready(Ok(self.end.read_all(bufs.iter_mut().map(|buf| &mut **buf))))
    }

    /// Waits for a read of up to `want` bytes. Returns how many bytes are available, 0 at the end.
    #[inline]
    pub(crate) fn poll_filled(&mut self, cx: &mut Context<'_>, want: usize) -> Poll<Result<usize>> {
        let found = ready!(self.end.poll_available(cx, min(1, want), want));
        Poll::Ready(self.end_as_zero(found))
    }

    /// The bytes that the last call found available, without a look at the pipe.
    #[inline]
    pub(crate) fn filled(&self) -> (&[u8], &[u8]) {
        self.end.slices()
    }

    /// Whether a read would not wait.
    #[cfg(feature = "embedded-io")]
    pub(crate) fn is_ready(&mut self) -> bool {
        self.end.look(1, 1) != Err(Stop::WouldBlock)
    }

    /// Lends the next unread bytes, up to where they wrap around the end of the storage, or waits
    /// for some. At the end of the stream there are none, for ever. [`consume`](Self::consume) then
    /// says how many of them have been used.
    ///
    /// This is the trait method `AsyncBufRead::poll_fill_buf` without the pin.
    ///
    /// # Errors
    ///
    /// As for [`try_read`](Self::try_read), but for `WouldBlock`.
    #[inline]
    pub fn poll_fill_buf(&mut self, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        ready!(self.poll_filled(cx, usize::MAX))?;
        Poll::Ready(Ok(self.filled().0))
    }

    /// Waits until at least `min` bytes are there to read, or the stream ends, and returns how many
    /// there are, reading none of them: at the end whatever is left, 0 if nothing. With a `min` of
    /// 0 it does not wait. Cancel safe.
    ///
    /// # Errors
    ///
    /// * `InvalidInput` at once if `min` is above the capacity, since that would wait for ever.
    /// * The writer's error kind if it has [aborted](Writer::abort).
    ///
    /// # Example
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (mut reader, mut writer) = async_duplex::pipe(64);
    /// writer.try_write(&[0, 3, b'a', b'b', b'c', 0]).unwrap();
    ///
    /// // A parser that needs its header in one piece.
    /// assert_eq!(reader.readable(2).await?, 6);
    /// let (header, _) = reader.as_slices();
    /// assert_eq!(header[..2], [0, 3]);
    ///
    /// drop(writer);
    /// reader.consume(5);
    /// assert_eq!(reader.readable(2).await?, 1);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn readable(&mut self, min: usize) -> Readable<'_> {
        Readable::new(self, min)
    }

    /// The polling form of [`readable`](Self::readable).
    pub fn poll_readable(&mut self, cx: &mut Context<'_>, min: usize) -> Poll<Result<usize>> {
        check_min(min, self.capacity())?;
        let found = ready!(self.end.poll_available(cx, min, usize::MAX));
        Poll::Ready(self.end_as_zero(found))
    }

    /// Lends all unread bytes, without waiting: the second slice goes on where the first ends,
    /// which is where they wrap around the end of the storage. Both are empty if there is nothing
    /// to read. [`consume`](Self::consume) then says how many of them have been used.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(4);
    /// writer.try_write(b"abc").unwrap();
    /// reader.try_read(&mut [0; 2]).unwrap();
    /// writer.try_write(b"de").unwrap();
    /// assert_eq!(reader.as_slices(), (&b"cd"[..], &b"e"[..]));
    /// reader.consume(3);
    /// assert_eq!(reader.as_slices(), (&b""[..], &b""[..]));
    /// ```
    pub fn as_slices(&mut self) -> (&[u8], &[u8]) {
        match self.end.look(1, usize::MAX) {
            Ok(_) => self.end.slices(),
            Err(_) => (&[], &[]),
        }
    }

    /// Drops the next `n` unread bytes, and lets the writer have their space.
    ///
    /// # Panics
    ///
    /// If fewer than `n` bytes are unread, as far as the latest look at the pipe by this reader
    /// showed. Nothing is consumed then.
    ///
    /// # Example
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// assert_eq!(reader.as_slices().0, b"abc");
    /// reader.consume(2);
    /// assert_eq!(reader.as_slices().0, b"c");
    /// ```
    #[inline]
    #[track_caller]
    pub fn consume(&mut self, n: usize) {
        if n > 0 {
            self.end.consume(n);
        }
    }

    /// What was found, as the caller gets it: the end of the stream is no error for a reader.
    #[inline]
    fn end_as_zero(&self, found: core::result::Result<(), Stop>) -> Result<usize> {
        match found {
            Ok(()) => Ok(self.end.available()),
            Err(Stop::Closed) => Ok(0),
            Err(stop) => Err(stop.into_error(self.capacity())),
        }
    }
}

/// The number of bytes in several buffers. If a `usize` cannot hold it, that is more than any pipe
/// holds.
#[cfg(feature = "std")]
#[inline]
pub(crate) fn total_len(lens: impl Iterator<Item = usize>) -> usize {
    lens.fold(0, usize::saturating_add)
}

/// Closes the reader: see [`close`](Self::close).
impl Drop for Reader {
    fn drop(&mut self) {
        self.end.disconnect();
    }
}

/// Shows counts and states, never the bytes.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reader_waits, writer_waits) = self.end.waiters();
        f.debug_struct("Reader")
            .field("capacity", &self.capacity())
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .field("reader_waits", &reader_waits)
            .field("writer_waits", &writer_waits)
            .finish()
    }
}
