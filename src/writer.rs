//! The half that writes.

use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::{Context, Poll};

use futures_core::ready;

use crate::error::{check_min, Error, Reason, Result, Stop};
use crate::futures::{Closed, Writable};
use crate::pipe::{Consumer, Ending, Endpoint, Handle, Producer};
use crate::{AbortHandle, Reader};

/// The writing half of a [`pipe`](crate::pipe()).
///
/// Made by [`pipe`](crate::pipe()), or by [splitting](crate::DuplexStream::split) a stream.
/// Implements `AsyncWrite` of `futures-io` (feature `std`) and of tokio (feature `tokio`), and
/// `Write` and `WriteReady` of `embedded-io-async` (feature `embedded-io`).
///
/// * A write of `n` bytes writes the smaller of `n` and the number of free bytes, in one call. It
///   waits only if no byte is free.
/// * When the [`Reader`] is closed or dropped, writes fail with `BrokenPipe` at once. So do writes
///   after this writer's own [`finish`](Self::finish).
/// * A write of an empty buffer is `BrokenPipe` on a closed pipe, otherwise `Ok(0)` at once.
/// * A flush is `Ok(())` and does nothing, because every write is visible to the reader when it
///   returns. [`is_empty`](Self::is_empty) tells whether the reader has read all of it.
/// * When the reader [aborts](Reader::abort), writes fail with its error for ever.
/// * Dropping the writer finishes the stream: the reader gets every byte written, then the end.
///
/// # Wakers
///
/// The writer keeps two wakers, and the two are independent:
///
/// * one for bytes, the latest that `poll_write` or `poll_writable` was given;
/// * one for the end, the latest that [`poll_closed`](Self::poll_closed) was given.
///
/// If a task waits for free bytes in several places at once, it is woken at the smallest number of
/// bytes that it has asked for since it was last woken. The writer drops both wakers when it is
/// dropped. A writer that has only finished keeps them, and the reader's next progress or end wakes
/// them.
///
/// # Cancel safety
///
/// A write that was not reported to the caller has written no byte. The futures of a write, of
/// [`writable`](Self::writable) and of [`closed`](Self::closed) can therefore be dropped at any
/// time. The future of a `write_all` makes several writes, and may have written a part of its
/// buffer when it is dropped.
///
/// # Memory ordering
///
/// A write *happens before* the read that returns its bytes. A `BrokenPipe` that the reader caused,
/// the error of its abort, a `true` from [`is_closed`](Self::is_closed) and the end of
/// [`closed`](Self::closed) *happen after* everything that the reading thread did before it closed,
/// aborted or dropped the reader.
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
///     writer.finish();
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

    /// Returns the number of bytes that the pipe holds. With no byte unread, exactly that many are
    /// free.
    ///
    /// ```
    /// let (_reader, mut writer) = async_duplex::pipe(3);
    /// assert_eq!(writer.capacity(), 3);
    /// assert_eq!(writer.try_write(b"abcd").unwrap(), 3);
    /// ```
    pub fn capacity(&self) -> usize {
        self.end.capacity()
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
        self.end.len()
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
        self.end.is_closed()
    }

    /// Waits until the reader is closed or dropped, without writing. Reads that take place
    /// meanwhile do not wake the task. Cancel safe.
    ///
    /// ```
    /// # futures::executor::block_on(async {
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

    /// Polls for what [`closed`](Self::closed) waits for.
    ///
    /// The writer keeps one waker for the end, the latest that this method was given. It is
    /// independent of the [waker for bytes](Self#wakers), so a task may wait for both.
    ///
    /// ```
    /// use futures::future::poll_fn;
    ///
    /// # futures::executor::block_on(async {
    /// let (reader, mut writer) = async_duplex::pipe(8);
    /// drop(reader);
    /// poll_fn(|cx| writer.poll_closed(cx)).await;
    /// # });
    /// ```
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.end.poll_closed(cx)
    }

    /// Ends the stream: the reader gets every byte written so far, then `Ok(0)` for ever.
    ///
    /// Later writes of this writer fail with `BrokenPipe`. A later abort of the reader changes
    /// nothing for this writer.
    ///
    /// Finishing again does nothing. Nor does finishing after the reader has
    /// [aborted](Reader::abort): writes keep failing with its error.
    ///
    /// This is what `AsyncWrite::poll_close` and tokio's `poll_shutdown` do, so
    /// `writer.close().await` and `writer.shutdown().await` do the same with those traits in scope.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// writer.finish();
    ///
    /// let mut buf = [0; 8];
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
    /// ```
    #[doc(alias("shutdown", "close"))]
    pub fn finish(&mut self) {
        self.end.close(Ending::Finish);
    }

    /// Ends the stream with an error: the reader gets every byte written so far, and then this
    /// error instead of the end, for ever.
    ///
    /// This is for a writer whose source fails: without it, the reader would take what it has got
    /// for the whole stream. [`abort`](Self::abort) discards unread bytes instead.
    ///
    /// Each call of the reader returns an error with the same kind, and with the same message and
    /// source if `error` has them. Later writes of this writer fail with `BrokenPipe`. The call
    /// does nothing if this writer has ended the stream before, or if the reader has.
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// writer.finish_with(Error::new(ErrorKind::UnexpectedEof, "the source broke off"));
    ///
    /// let mut buf = [0; 8];
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    /// let error = reader.try_read(&mut buf).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    /// assert_eq!(error.to_string(), "the source broke off");
    /// ```
    ///
    /// # Panics
    ///
    /// If the error's kind is `Interrupted` or `WouldBlock`, because callers take these for "try
    /// again". The message names the kind.
    #[track_caller]
    pub fn finish_with(&mut self, error: impl Into<Error>) {
        self.end
            .close(Ending::FinishWith(Reason::new(error.into())));
    }

    /// Ends the stream with an error at once: from now on the reader's calls fail with it, and
    /// unread bytes are discarded.
    ///
    /// Each call of the reader returns an error with the same kind, and with the same message and
    /// source if `error` has them. An [`ErrorKind`](crate::io::ErrorKind) alone does not allocate.
    ///
    /// Later writes of this writer fail with `BrokenPipe`. The first ending of a half stands:
    ///
    /// * If this writer has ended the stream, the call does nothing.
    /// * If the reader is closed, it keeps its unread bytes, and then reads `Ok(0)`.
    /// * If the reader has aborted, writes keep failing with the reader's error.
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"half of a mess").unwrap();
    /// writer.abort(Error::new(ErrorKind::InvalidData, "checksum mismatch"));
    ///
    /// let error = reader.try_read(&mut [0; 8]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidData);
    /// assert_eq!(error.to_string(), "checksum mismatch");
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
    /// let handle = writer.abort_handle();
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

    /// Returns whether `reader` is the other half of the same pipe.
    ///
    /// ```
    /// let (reader, writer) = async_duplex::pipe(8);
    /// let (other_reader, _) = async_duplex::pipe(8);
    /// assert!(writer.is_peer_of(&reader));
    /// assert!(!writer.is_peer_of(&other_reader));
    /// ```
    pub fn is_peer_of(&self, reader: &Reader) -> bool {
        reader.is_peer_of(self)
    }

    /// Whether `reader` is the endpoint of the other half.
    pub(crate) fn is_peer_of_endpoint(&self, reader: &Endpoint<Consumer>) -> bool {
        reader.is_peer_of(&self.end)
    }

    /// Writes without waiting. Writes the front of `bytes`, and returns the number of bytes
    /// written.
    ///
    /// A write of more than 32 KiB is copied in chunks, and the reader can read each chunk at once.
    ///
    /// # Errors
    ///
    /// * `BrokenPipe` if either half is closed or dropped, even if `bytes` is empty or space is
    ///   free.
    /// * The reader's error if it has [aborted](Reader::abort).
    /// * `WouldBlock` if the pipe is full and `bytes` is not empty. No waker is registered.
    /// * `OutOfMemory` if the allocator refuses the storage (`capacity` bytes), which the first
    ///   write allocates. The message names the capacity. Nothing is lost, and the caller can try
    ///   the write again.
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
    #[doc(alias = "try_fill")]
    pub fn try_write(&mut self, bytes: &[u8]) -> Result<usize> {
        let found = self.end.look(1, bytes.len());
        self.or_error(found)?;
        Ok(self.end.write(bytes))
    }

    /// Writes like [`try_write`](Self::try_write), but returns `Pending` instead of `WouldBlock`.
    /// The task is woken when a byte is free, or when the reader is closed or dropped.
    ///
    /// This does what `AsyncWrite::poll_write` does, without a pin and without a trait in scope. A
    /// call that returns `Pending` has written no byte.
    ///
    /// # Errors
    ///
    /// As for [`try_write`](Self::try_write), except `WouldBlock`.
    ///
    /// # Example
    ///
    /// ```
    /// use futures::future::poll_fn;
    ///
    /// # futures::executor::block_on(async {
    /// let (_reader, mut writer) = async_duplex::pipe(2);
    /// assert_eq!(poll_fn(|cx| writer.poll_write(cx, b"abc")).await?, 2);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
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
        let lens = bufs.iter().map(|buf| buf.len());
        let want = lens.fold(0, usize::saturating_add);
        ready!(self.poll_vacant(cx, want))?;
        Poll::Ready(Ok(self.end.write_all(bufs.iter().map(|buf| &**buf))))
    }

    /// Waits for a write of up to `want` bytes. Returns how many bytes are free.
    #[inline]
    fn poll_vacant(&mut self, cx: &mut Context<'_>, want: usize) -> Poll<Result<usize>> {
        let found = ready!(self.end.poll_available(cx, 1, want));
        Poll::Ready(self.or_error(found))
    }

    /// What was found, as the caller gets it.
    #[inline]
    fn or_error(&self, found: core::result::Result<(), Stop>) -> Result<usize> {
        match found {
            Ok(()) => Ok(self.end.available()),
            Err(stop) => Err(self.end.error(stop)),
        }
    }

    /// Whether a write would not wait.
    #[cfg(feature = "embedded-io")]
    pub(crate) fn is_ready(&mut self) -> bool {
        self.end.look(1, 1) != Err(Stop::WouldBlock)
    }

    /// Waits until at least `min` bytes are free, and returns the number of free bytes. It writes
    /// none.
    ///
    /// With a `min` of 0 the call does not wait. With the capacity it waits until the reader has
    /// read all bytes written. Cancel safe.
    ///
    /// # Errors
    ///
    /// * `InvalidInput` at once if `min` is above the capacity, because that many bytes are never
    ///   free.
    /// * `BrokenPipe` if either half is closed or dropped.
    /// * The reader's error if it has [aborted](Reader::abort).
    /// * `OutOfMemory` if the allocator refuses the storage, as for [`try_write`](Self::try_write).
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

    /// Polls for what [`writable`](Self::writable) waits for, with the same errors.
    ///
    /// The writer keeps one [waker for bytes](Self#wakers). If the task also waits in another
    /// place, for example in `poll_write`, it is woken at the smaller of the two numbers of bytes.
    ///
    /// ```
    /// use futures::future::poll_fn;
    ///
    /// # futures::executor::block_on(async {
    /// let (_reader, mut writer) = async_duplex::pipe(8);
    /// assert_eq!(poll_fn(|cx| writer.poll_writable(cx, 2)).await?, 8);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn poll_writable(&mut self, cx: &mut Context<'_>, min: usize) -> Poll<Result<usize>> {
        check_min(min, self.capacity())?;
        let found = ready!(self.end.poll_available(cx, min, usize::MAX));
        Poll::Ready(self.or_error(found))
    }

    /// Lends all free space for the caller to write in, without waiting. The second slice continues
    /// the first, where the space wraps around the end of the storage.
    ///
    /// Both slices are empty if the pipe is full or closed, or if the allocator refuses the
    /// storage. [`try_write`](Self::try_write) tells these apart. The caller passes the number of
    /// bytes to send to [`commit`](Self::commit). Without a commit, no byte is sent.
    ///
    /// The space is initialised with unspecified values. The first call zeroes the free space;
    /// later calls zero nothing.
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

    /// Sends the first `n` bytes of the free space, as the caller left them in the slices that
    /// [`spare_slices`](Self::spare_slices) lent last.
    ///
    /// Calls in between that move no byte do not change these bytes. A commit of a part keeps the
    /// loan: the next commit sends the bytes after that part. A write ends the loan: a later commit
    /// sends `n` bytes with unspecified values.
    ///
    /// If the reader has been closed or dropped since, or an [`AbortHandle`] has aborted the pipe,
    /// the bytes are discarded, as unread bytes are.
    ///
    /// # Panics
    ///
    /// If fewer than `n` bytes are free, or if the writer is closed. No byte is sent then.
    ///
    /// # Example
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.spare_slices().0[..4].copy_from_slice(b"abcd");
    /// writer.commit(1);
    /// writer.commit(2);
    /// assert_eq!(reader.as_slices().0, b"abc");
    /// ```
    #[track_caller]
    pub fn commit(&mut self, n: usize) {
        if n > 0 {
            self.end.commit(n);
        }
    }
}

/// Finishes the stream: see [`finish`](Self::finish).
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
