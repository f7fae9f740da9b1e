//! The half that writes.

use core::cmp::min;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::{Context, Poll};

use futures_core::ready;

use crate::error::{assert_final, check_min, ErrorKind, Result, Stop};
use crate::futures::{Closed, Writable};
use crate::pipe::Endpoint;
use crate::ring::{Consumer, Producer};
use crate::Reader;

/// The writing half of a [`pipe`](crate::pipe()).
///
/// Implements `futures-io`'s `AsyncWrite` (feature `std`).
///
/// * A write puts as much as fits, in one call. It waits only if nothing fits.
/// * When the [`Reader`] is closed or dropped, writes fail with `BrokenPipe` at once. So do writes
///   after this writer's own [`close`](Self::close).
/// * A write of an empty buffer is `BrokenPipe` on a closed pipe, otherwise `Ok(0)` at once.
/// * A flush is `Ok(())` and does nothing: what was written is there to read. To learn that it has
///   been read, see [`is_empty`](Self::is_empty).
/// * Dropping the writer closes it: the reader gets every byte written, then the end of the stream.
///
/// # Cancel safety
///
/// A write that was not reported has not taken place: dropping the future of one, or of
/// [`closed`](Self::closed), loses nothing and sends nothing twice. A `write_all`, as ever, may
/// have written a part when it is dropped.
///
/// # Memory ordering
///
/// A `BrokenPipe` and a `true` from [`is_closed`](Self::is_closed) *happen after* everything that
/// the reading thread did before it closed the reader. A write *happens before* the read of its
/// bytes returns.
///
/// # Example
///
/// ```
/// use futures::{AsyncReadExt, AsyncWriteExt};
///
/// # futures::executor::block_on(async {
/// // More than fits at once, so writing and reading have to take turns.
/// let (mut reader, mut writer) = async_duplex::pipe(4);
/// let write = async {
///     writer.write_all(b"hello, world").await?;
///     writer.close();
///     std::io::Result::Ok(())
/// };
/// let mut text = String::new();
/// futures::try_join!(write, reader.read_to_string(&mut text))?;
/// assert_eq!(text, "hello, world");
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
pub struct Writer {
    end: Endpoint<Producer>,
}

// The compiler does not infer these, because of the cells for wakers. A panicking waker leaves the
// positions, the flags and the waiters consistent: each changes in one step.
impl UnwindSafe for Writer {}
impl RefUnwindSafe for Writer {}

impl Writer {
    #[inline]
    pub(crate) fn new(end: Endpoint<Producer>) -> Self {
        Self { end }
    }

    /// How many bytes the pipe holds: with nothing unread, exactly that many fit.
    pub fn capacity(&self) -> usize {
        self.end.capacity()
    }

    /// How many bytes are written and not yet read. It can shrink at any time, so long as the
    /// reader lives.
    pub fn len(&self) -> usize {
        self.end.len()
    }

    /// Whether everything written has been read. It stays so until something is written.
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

    /// Whether nothing fits now.
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// Whether the reader is closed or dropped, so that writing is in vain.
    pub fn is_closed(&self) -> bool {
        self.end.is_closed()
    }

    /// Waits until the reader is closed or dropped, writing nothing. Reads that happen meanwhile do
    /// not wake the task. Cancel safe.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// // Work until the reader is dropped.
    /// use futures::FutureExt;
    ///
    /// let (reader, mut writer) = async_duplex::pipe(8);
    /// assert!(writer.closed().now_or_never().is_none());
    /// drop(reader);
    /// writer.closed().await;
    /// # });
    /// ```
    pub fn closed(&mut self) -> Closed<'_, Self> {
        Closed::new(self)
    }

    /// The polling form of [`closed`](Self::closed).
    ///
    /// The writer keeps one waker for the end, the latest that this method was given. It keeps
    /// another one for bytes, the latest that `poll_write` or `poll_writable` was given. A task may
    /// wait for both.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.end.poll_closed(cx)
    }

    /// Ends the stream: the reader gets every byte written so far, then `Ok(0)` for ever.
    ///
    /// Writing after that fails with `BrokenPipe`; closing again does nothing.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// writer.close();
    ///
    /// let mut buf = [0; 8];
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
    /// ```
    pub fn close(&mut self) {
        self.end.close(None);
    }

    /// Ends the stream with an error: from now on the reader's calls fail with `kind`, and unread
    /// bytes are discarded.
    ///
    /// Writes of this writer fail with `BrokenPipe`. The first ending of a half stands: the call
    /// does nothing if this writer is closed, and changes nothing for a reader that is closed.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"half of a mess").unwrap();
    /// writer.abort(ErrorKind::UnexpectedEof);
    /// assert_eq!(reader.try_read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::UnexpectedEof);
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

    /// Whether `reader` is the other half of the same pipe.
    pub fn is_peer_of(&self, reader: &Reader) -> bool {
        reader.is_peer_of(self)
    }

    /// Whether `reader` is the endpoint of the other half.
    pub(crate) fn is_peer_of_endpoint(&self, reader: &Endpoint<Consumer>) -> bool {
        reader.is_peer_of(&self.end)
    }

    /// Writes without waiting: moves as much of `bytes` as fits, and returns how many bytes that
    /// is.
    ///
    /// # Errors
    ///
    /// * `BrokenPipe` if either half is closed or dropped, whatever `bytes` and the room left are,
    ///   or the reader's error kind if it has [aborted](Reader::abort).
    /// * `WouldBlock` if the pipe is full and `bytes` is not empty. No waker is registered.
    /// * `OutOfMemory` if the allocator refuses the memory of the pipe. The message names the
    ///   capacity. Nothing is lost, and the write can be tried again.
    ///
    /// # Example
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (reader, mut writer) = async_duplex::pipe(4);
    /// assert_eq!(writer.try_write(b"abcdef").unwrap(), 4);
    /// assert_eq!(writer.try_write(b"ef").unwrap_err().kind(), ErrorKind::WouldBlock);
    /// drop(reader);
    /// assert_eq!(writer.try_write(b"ef").unwrap_err().kind(), ErrorKind::BrokenPipe);
    /// ```
    #[inline]
    pub fn try_write(&mut self, bytes: &[u8]) -> Result<usize> {
        let found = self.end.look(min(1, bytes.len()), bytes.len());
        self.or_error(found)?;
        Ok(self.end.write(bytes))
    }

    /// Writes like [`try_write`](Self::try_write), but waits where that is `WouldBlock`: the task
    /// is woken when there is room, or when the reader is closed or dropped.
    ///
    /// This is the trait method `AsyncWrite::poll_write` without the pin, and without the need of a
    /// trait.
    ///
    /// # Errors
    ///
    /// `BrokenPipe` if either half is closed or dropped, whatever `bytes` and the room left are, or
    /// the reader's error kind if it has [aborted](Reader::abort).
    #[inline]
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        ready!(self.poll_vacant(cx, bytes.len()))?;
        Poll::Ready(Ok(self.end.write(bytes)))
    }

    /// [`poll_write`](Self::poll_write) of several buffers, in order, in one transfer.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let want = crate::reader::total_len(bufs.iter().map(|buf| buf.len()));
        ready!(self.poll_vacant(cx, want))?;
        Poll::Ready(Ok(self.end.write_all(bufs.iter().map(|buf| &**buf))))
    }

    /// Waits for a write of up to `want` bytes. Returns how many bytes are free.
    #[inline]
    fn poll_vacant(&mut self, cx: &mut Context<'_>, want: usize) -> Poll<Result<usize>> {
        let found = ready!(self.end.poll_available(cx, min(1, want), want));
        Poll::Ready(self.or_error(found))
    }

    /// What was found, as the caller gets it.
    #[inline]
    fn or_error(&self, found: core::result::Result<(), Stop>) -> Result<usize> {
        match found {
            Ok(()) => Ok(self.end.available()),
            Err(stop) => Err(stop.into_error(self.capacity())),
        }
    }

    /// Whether a write would not wait.
    #[cfg(feature = "embedded-io")]
    pub(crate) fn is_ready(&mut self) -> bool {
        self.end.look(1, 1) != Err(Stop::WouldBlock)
    }

    /// Waits until at least `min` bytes fit, and returns how many do, writing none. With a `min` of
    /// 0 it does not wait; with the capacity it waits until everything written has been read.
    /// Cancel safe.
    ///
    /// # Errors
    ///
    /// * `InvalidInput` at once if `min` is above the capacity, since that would wait for ever.
    /// * `BrokenPipe` if either half is closed or dropped, or the reader's error kind if it has
    ///   [aborted](Reader::abort).
    ///
    /// # Example
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// assert_eq!(writer.writable(1).await?, 5);
    ///
    /// // Has everything been read?
    /// let reading = async { reader.try_read(&mut [0; 8]) };
    /// let (_, vacant) = futures::try_join!(reading, writer.writable(8))?;
    /// assert_eq!(vacant, 8);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn writable(&mut self, min: usize) -> Writable<'_> {
        Writable::new(self, min)
    }

    /// The polling form of [`writable`](Self::writable).
    pub fn poll_writable(&mut self, cx: &mut Context<'_>, min: usize) -> Poll<Result<usize>> {
        check_min(min, self.capacity())?;
        let found = ready!(self.end.poll_available(cx, min, usize::MAX));
        Poll::Ready(self.or_error(found))
    }

    /// Lends all of the free space, without waiting, to be written in: the second slice goes on
    /// where the first ends, which is where the space wraps around the end of the storage. Both are
    /// empty if the pipe is full or closed. [`commit`](Self::commit) then says how many bytes of
    /// them are to be sent; without it, none is.
    ///
    /// The space is initialised, with nothing in particular. The first call zeroes what has never
    /// been written to; later ones have nothing left to zero.
    ///
    /// ```
    /// use std::io::Read;
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// let mut source = &b"from anything that reads"[..];
    /// let (front, _) = writer.spare_slices();
    /// let n = source.read(front).unwrap();
    /// writer.commit(n);
    /// assert_eq!(reader.as_slices().0, b"from any");
    /// ```
    pub fn spare_slices(&mut self) -> (&mut [u8], &mut [u8]) {
        match self.end.look(1, usize::MAX) {
            Ok(_) => self.end.spare_slices(),
            Err(_) => (&mut [], &mut []),
        }
    }

    /// Sends the first `n` bytes of the free space, as they were left in the slices that
    /// [`spare_slices`](Self::spare_slices) lent last. Calls in between that move no bytes change
    /// nothing about that. A write in between ends the loan: `n` bytes after the written ones are
    /// sent, with whatever is in them.
    ///
    /// If the reader has been closed or dropped since, these bytes are lost, as unread bytes are.
    ///
    /// # Panics
    ///
    /// If fewer than `n` bytes are free, as far as the latest look at the pipe by this writer
    /// showed, or the writer is closed. Nothing is sent then.
    #[track_caller]
    pub fn commit(&mut self, n: usize) {
        if n > 0 {
            self.end.commit(n);
        }
    }
}

/// Closes the writer: see [`close`](Self::close).
impl Drop for Writer {
    fn drop(&mut self) {
        self.end.disconnect();
    }
}

/// Shows counts and states, never the bytes.
impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (writer_waits, reader_waits) = self.end.waiters();
        f.debug_struct("Writer")
            .field("capacity", &self.capacity())
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .field("reader_waits", &reader_waits)
            .field("writer_waits", &writer_waits)
            .finish()
    }
}
