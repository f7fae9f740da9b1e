//! The half that reads.

use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::{Context, Poll};

use futures_core::ready;

use crate::error::{check_min, Error, Reason, Result, Stop};
use crate::futures::{Closed, Readable};
use crate::pipe::{Consumer, Ending, Endpoint, Handle};
use crate::{AbortHandle, Writer};

/// The reading half of a [`pipe`](crate::pipe()).
///
/// Made by [`pipe`](crate::pipe()), or by [splitting](crate::DuplexStream::split) a stream.
/// Implements `AsyncRead` and `AsyncBufRead` of `futures-io` (feature `std`) and of tokio (feature
/// `tokio`), and `Read`, `BufRead` and `ReadReady` of `embedded-io-async` (feature `embedded-io`).
///
/// * A read into `n` bytes returns the smaller of `n` and the number of unread bytes, in one call.
///   It waits only if no byte is unread.
/// * When the [`Writer`] finishes or is dropped, reads return what is left, then `Ok(0)` for ever.
/// * A read into an empty buffer is `Ok(0)` at once.
/// * When the writer [aborts](Writer::abort), reads fail with its error for ever.
/// * Dropping the reader closes it: writes fail with `BrokenPipe`, and unread bytes are discarded.
///
/// # Wakers
///
/// The reader keeps two wakers, and the two are independent:
///
/// * one for bytes, the latest that `poll_read`, `poll_fill_buf` or `poll_readable` was given;
/// * one for the end, the latest that [`poll_closed`](Self::poll_closed) was given.
///
/// If a task waits for bytes in several places at once, it is woken at the smallest number of bytes
/// that it has asked for since it was last woken. The reader drops both wakers when it is dropped.
/// A reader that is only closed keeps them, and the writer's next progress or end wakes them.
///
/// # Cancel safety
///
/// A read that was not reported to the caller consumes no byte. The futures of a read, of
/// [`readable`](Self::readable) and of [`closed`](Self::closed) can therefore be dropped at any
/// time.
///
/// # Memory ordering
///
/// A read *happens after* everything that the writing thread did before it wrote those bytes. The
/// end of the stream, the error of an abort, a `true` from [`is_closed`](Self::is_closed) and the
/// end of [`closed`](Self::closed) *happen after* everything that the writing thread did before it
/// closed, aborted or dropped the writer.
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

    /// Returns the number of bytes that the pipe holds.
    ///
    /// ```
    /// let (reader, _writer) = async_duplex::pipe(1000);
    /// assert_eq!(reader.capacity(), 1000);
    /// ```
    pub fn capacity(&self) -> usize {
        self.end.capacity()
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
        self.end.len()
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
    /// stays `true` until the reader consumes a byte, or the writer aborts.
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
        self.end.is_closed()
    }

    /// Waits until the writer finishes or is dropped, without reading. Bytes that the writer writes
    /// meanwhile do not wake the task. Cancel safe.
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

    /// Polls for what [`closed`](Self::closed) waits for.
    ///
    /// The reader keeps one waker for the end, the latest that this method was given. It is
    /// independent of the [waker for bytes](Self#wakers), so a task may wait for both.
    ///
    /// ```
    /// use futures::future::poll_fn;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut reader, writer) = async_duplex::pipe(8);
    /// drop(writer);
    /// poll_fn(|cx| reader.poll_closed(cx)).await;
    /// # });
    /// ```
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.end.poll_closed(cx)
    }

    /// Ends the stream from the reader's side: from now on writes fail with `BrokenPipe`.
    ///
    /// Bytes that are unread at that moment can still be read. After them, reads return `Ok(0)`. A
    /// later abort of the writer changes nothing for this reader.
    ///
    /// Closing again does nothing. Nor does closing after the writer has
    /// [aborted](Writer::abort): reads keep failing with its error.
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
        self.end.close(Ending::Finish);
    }

    /// Ends the stream with an error: from now on the writer's calls fail with it.
    ///
    /// Unread bytes are discarded, and reads of this reader return `Ok(0)`. Each call of the writer
    /// returns an error with the same kind, and with the same message and source if `error` has
    /// them. An [`ErrorKind`](crate::io::ErrorKind) alone does not allocate.
    ///
    /// The first ending of a half stands:
    ///
    /// * If this reader is closed, the call does nothing.
    /// * If the writer has finished, its writes keep failing with `BrokenPipe`.
    /// * If the writer has aborted, reads keep failing with the writer's error.
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// reader.abort(Error::new(ErrorKind::InvalidData, "bad magic number"));
    ///
    /// let error = writer.try_write(b"a").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidData);
    /// assert_eq!(error.to_string(), "bad magic number");
    /// ```
    ///
    /// # Panics
    ///
    /// If the error's kind is `Interrupted` or `WouldBlock`, because callers take these for "try
    /// again". The message names the kind.
    #[track_caller]
    pub fn abort(&mut self, error: impl Into<Error>) {
        self.abort_for(Reason::new(error.into()));
    }

    pub(crate) fn abort_for(&mut self, reason: Reason) {
        self.end.close(Ending::Abort(reason));
    }

    /// Makes a handle that can abort the pipe from outside: see [`AbortHandle`].
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// let handle = reader.abort_handle();
    /// handle.abort(ErrorKind::ConnectionReset);
    /// assert_eq!(reader.try_read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// assert_eq!(writer.try_write(b"a").unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle::new(self.handle(), None)
    }

    pub(crate) fn handle(&self) -> Handle {
        self.end.handle()
    }

    /// Returns whether `writer` is the other half of the same pipe.
    ///
    /// ```
    /// let (reader, writer) = async_duplex::pipe(8);
    /// let (_, other_writer) = async_duplex::pipe(8);
    /// assert!(reader.is_peer_of(&writer));
    /// assert!(!reader.is_peer_of(&other_writer));
    /// ```
    pub fn is_peer_of(&self, writer: &Writer) -> bool {
        writer.is_peer_of_endpoint(&self.end)
    }

    /// Reads without waiting. Fills the front of `buf` with unread bytes, and returns the number of
    /// bytes read.
    ///
    /// `Ok(0)` means that `buf` is empty, or that the stream has ended. A read into more than
    /// 32 KiB is copied in chunks, and the writer can reuse the space of each chunk at once.
    ///
    /// # Errors
    ///
    /// * `WouldBlock` if no byte is unread and the stream has not ended. No waker is registered.
    /// * The writer's error if it has [aborted](Writer::abort), or if it has
    ///   [finished with](Writer::finish_with) one and no byte is unread.
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
    #[doc(alias = "try_drain")]
    pub fn try_read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let found = self.end.look(1, buf.len());
        self.end_as_zero(found)?;
        Ok(self.end.read(buf))
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
        let found = self.end.look(1, buf.len());
        let n = self.end_as_zero(found)?.min(buf.len());
        let (first, second) = self.end.slices();
        let in_first = n.min(first.len());
        let (front, back) = buf[..n].split_at_mut(in_first);
        front.copy_from_slice(&first[..in_first]);
        back.copy_from_slice(&second[..n - in_first]);
        Ok(n)
    }

    /// Reads like [`try_read`](Self::try_read), but returns `Pending` instead of `WouldBlock`. The
    /// task is woken when a byte is unread, or when the writer finishes or is dropped.
    ///
    /// This does what `AsyncRead::poll_read` does, without a pin and without a trait in scope. A
    /// call that returns `Pending` consumes no byte.
    ///
    /// # Errors
    ///
    /// The writer's error if it has [aborted](Writer::abort), or if it has
    /// [finished with](Writer::finish_with) one and no byte is unread.
    ///
    /// # Example
    ///
    /// ```
    /// use futures::future::poll_fn;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc")?;
    /// let mut buf = [0; 8];
    /// assert_eq!(poll_fn(|cx| reader.poll_read(cx, &mut buf)).await?, 3);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
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
        let lens = bufs.iter().map(|buf| buf.len());
        let want = lens.fold(0, usize::saturating_add);
        ready!(self.poll_filled(cx, want))?;
        Poll::Ready(Ok(self.end.read_all(bufs.iter_mut().map(|buf| &mut **buf))))
    }

    /// Waits for a read of up to `want` bytes. Returns how many bytes are available, 0 at the end.
    #[inline]
    pub(crate) fn poll_filled(&mut self, cx: &mut Context<'_>, want: usize) -> Poll<Result<usize>> {
        let found = ready!(self.end.poll_available(cx, 1, want));
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

    /// Lends the next unread bytes, up to where they wrap around the end of the storage. If no byte
    /// is unread, the task waits for one. At the end of the stream the slice is empty, for ever.
    ///
    /// The caller passes the number of bytes that it has used to [`consume`](Self::consume).
    /// Without that, the next call lends the same bytes again, so the call is cancel safe.
    ///
    /// This does what `AsyncBufRead::poll_fill_buf` does, without a pin.
    ///
    /// # Errors
    ///
    /// The writer's error if it has [aborted](Writer::abort), or if it has
    /// [finished with](Writer::finish_with) one and no byte is unread.
    ///
    /// # Example
    ///
    /// ```
    /// use futures::future::poll_fn;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc")?;
    /// let n = poll_fn(|cx| reader.poll_fill_buf(cx).map_ok(|bytes| bytes.len())).await?;
    /// reader.consume(n);
    /// assert!(reader.is_empty());
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    #[inline]
    pub fn poll_fill_buf(&mut self, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        ready!(self.poll_filled(cx, usize::MAX))?;
        Poll::Ready(Ok(self.filled().0))
    }

    /// Waits until at least `min` bytes are unread or the stream ends, and returns the number of
    /// unread bytes. It reads none of them.
    ///
    /// At the end of the stream the number may be less than `min`, and is 0 if all bytes are read.
    /// With a `min` of 0 the call does not wait. Cancel safe.
    ///
    /// # Errors
    ///
    /// * `InvalidInput` at once if `min` is above the capacity, because that many bytes are never
    ///   unread at a time.
    /// * The writer's error if it has [aborted](Writer::abort), or if it has
    ///   [finished with](Writer::finish_with) one and no byte is unread.
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

    /// Polls for what [`readable`](Self::readable) waits for, with the same errors.
    ///
    /// The reader keeps one [waker for bytes](Self#wakers). If the task also waits in another
    /// place, for example in `poll_read`, it is woken at the smaller of the two numbers of bytes.
    ///
    /// ```
    /// use futures::future::poll_fn;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc")?;
    /// assert_eq!(poll_fn(|cx| reader.poll_readable(cx, 2)).await?, 3);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn poll_readable(&mut self, cx: &mut Context<'_>, min: usize) -> Poll<Result<usize>> {
        check_min(min, self.capacity())?;
        let found = ready!(self.end.poll_available(cx, min, usize::MAX));
        Poll::Ready(self.end_as_zero(found))
    }

    /// Lends all unread bytes, without waiting. The second slice continues the first, where the
    /// bytes wrap around the end of the storage. Both are empty if no byte is unread, or if the
    /// writer has aborted.
    ///
    /// The caller passes the number of bytes that it has used to [`consume`](Self::consume).
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

    /// Discards the next `n` unread bytes, and returns their space to the writer.
    ///
    /// # Panics
    ///
    /// If `n` is above the number of unread bytes. The message names both, and no byte is consumed.
    /// Bytes that [`as_slices`](Self::as_slices) has lent count as unread after an abort, too: an
    /// abort may come at any time.
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
            Err(stop) => Err(self.end.error(stop)),
        }
    }
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
