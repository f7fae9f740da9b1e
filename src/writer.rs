//! The half that writes.

use core::iter::once;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::{Context, Poll};
#[cfg(feature = "std")]
use core::time::Duration;

use futures_core::ready;

use crate::error::Result;
#[cfg(feature = "embedded-io")]
use crate::error::Stop;
use crate::pipe::{Endpoint, Producer};

/// The writing half of a [`pipe`](crate::pipe()).
///
/// Made by [`pipe`](crate::pipe()), or by [splitting](crate::DuplexStream::split) a stream.
/// Implements `AsyncWrite` of `futures-io` (feature `std`) and of tokio (feature `tokio`), and
/// `Write` and `WriteReady` of `embedded-io-async` (feature `embedded-io`).
///
/// * A write of `n` bytes writes the smaller of `n` and the number of free bytes, in one call. It
///   waits only if no byte is free.
/// * When the [`Reader`](crate::Reader) is closed or dropped, writes fail with `BrokenPipe` at
///   once. So do writes after this writer's own [`finish`](Self::finish).
/// * A write of an empty buffer is `BrokenPipe` on a closed pipe, otherwise `Ok(0)` at once.
/// * A flush is `Ok(())` and does nothing, because every write is visible to the reader when it
///   returns. [`is_empty`](Self::is_empty) tells whether the reader has read all of it.
/// * When the reader [aborts](crate::Reader::abort), every write from then on fails with its error.
/// * Dropping the writer finishes the stream: the reader gets every byte written, then the end.
///   [`Options::error_on_drop`](crate::Options::error_on_drop) makes that an error.
///
/// Several tasks share a writer [through a
/// lock](crate::guide::recipes#several-writers-into-one-pipe).
///
/// The writer keeps [one waker](crate::Reader#wakers), as the reader does. What it learns of the
/// reader *happens after* what the reading thread did before: see
/// [memory ordering](crate#memory-ordering).
///
/// # Cancel safety
///
/// A write that was not reported to the caller has written no byte. The futures of a write, of
/// [`writable`](Self::writable) and of [`closed`](Self::closed) can therefore be dropped at any
/// time. The future of a `write_all` makes several writes, and may have written a part of its
/// buffer when it is dropped.
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
    pub(crate) endpoint: Endpoint<Producer>,
    /// How many bytes `writable` was last asked for: `spare_slices` lends as many.
    pub(crate) wanted: usize,
}

// The compiler does not infer these, because of the slots for wakers. A panicking waker leaves the
// positions and the flags consistent: each changes in one step.
impl UnwindSafe for Writer {}
impl RefUnwindSafe for Writer {}

impl Writer {
    #[inline(always)]
    pub(crate) fn new(endpoint: Endpoint<Producer>) -> Self {
        Self {
            endpoint,
            wanted: 0,
        }
    }

    /// Writes without waiting. Writes the front of `bytes`, and returns the number of bytes
    /// written.
    ///
    /// # Errors
    ///
    /// * `BrokenPipe` if either half is closed or dropped, even if `bytes` is empty or space is
    ///   free.
    /// * The reader's error if it has [aborted](crate::Reader::abort).
    /// * `WouldBlock` if the pipe is full and `bytes` is not empty. No waker is registered.
    /// * `OutOfMemory` if the allocator refuses memory that the write needs. Nothing is written or
    ///   lost, and the caller can try the write again.
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
        match self.endpoint.available(1, bytes.len()) {
            Ok(_) => Ok(self.endpoint.write(once(bytes))),
            Err(stop) => Err(self.endpoint.error(stop)),
        }
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
    /// use futures::{executor::block_on, future::poll_fn};
    ///
    /// let (_reader, mut writer) = async_duplex::pipe(2);
    /// assert_eq!(block_on(poll_fn(|cx| writer.poll_write(cx, b"abc"))).unwrap(), 2);
    /// ```
    #[inline]
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.poll_write_all(cx, bytes.len(), once(bytes))
    }

    /// [`poll_write`](Self::poll_write) of several buffers, in order, in one transfer.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let want = Endpoint::<Producer>::want(bufs.iter().map(|buf| buf.len()));
        self.poll_write_all(cx, want, bufs.iter().map(|buf| &**buf))
    }

    /// Writes up to `want` bytes from `bufs`, which have as many.
    #[inline]
    fn poll_write_all<'a>(
        &mut self,
        cx: &mut Context<'_>,
        want: usize,
        bufs: impl Iterator<Item = &'a [u8]>,
    ) -> Poll<Result<usize>> {
        match ready!(self.endpoint.poll_available(cx, 1, want)) {
            Ok(_) => Poll::Ready(Ok(self.endpoint.write(bufs))),
            Err(stop) => Poll::Ready(Err(self.endpoint.error(stop))),
        }
    }

    /// How long a call may spin before it parks. `None`: as long as the pipe's options say.
    #[cfg(feature = "std")]
    pub(crate) fn set_spin_limit(&mut self, limit: Option<Duration>) {
        self.endpoint.set_spin_limit(limit);
    }

    /// Whether a write would not wait.
    #[cfg(feature = "embedded-io")]
    pub(crate) fn is_ready(&mut self) -> bool {
        self.endpoint.available(1, 1) != Err(Stop::WouldBlock)
    }

    /// Lends free space for the caller to write in, without waiting. The second slice continues the
    /// first, where the space wraps around the end of the storage.
    ///
    /// Both slices together have as many bytes as [`writable`](Self::writable) was last asked for,
    /// and 16 KiB, if so many are free. They may have fewer bytes than are free, so that a loan of
    /// a large pipe takes little memory. If the allocator refuses memory, they have what is there.
    ///
    /// The caller passes the number of bytes to send to [`commit`](Self::commit). Without a commit,
    /// no byte is sent. The space has unspecified values.
    ///
    /// Both slices are empty if the pipe is full or has ended, or if there is no memory. The reader
    /// may end it at any time, also between `writable` and this call. A
    /// [`try_write`](Self::try_write) of no bytes tells whether it has.
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
        self.endpoint.spare_slices(self.wanted)
    }

    /// Sends the first `n` bytes of the free space, as the caller left them in the slices that
    /// [`spare_slices`](Self::spare_slices) lent last.
    ///
    /// Calls in between that move no byte do not change these bytes. A commit of a part keeps the
    /// loan: the next commit sends the bytes after that part. A write ends the loan: a later commit
    /// sends `n` bytes with unspecified values.
    ///
    /// If the stream has ended since, whoever has ended it, the bytes are discarded.
    ///
    /// # Panics
    ///
    /// If fewer than `n` bytes are free. The message names both numbers, and no byte is sent. Also
    /// if `n` is more than was lent, and the allocator refuses the memory.
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
            self.endpoint.commit(n);
        }
    }
}

/// Finishes the stream: see [`finish`](Self::finish).
impl Drop for Writer {
    fn drop(&mut self) {
        self.endpoint.disconnect();
    }
}
