//! The half that reads.

use core::iter::once;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::{Context, Poll};
#[cfg(feature = "std")]
use core::time::Duration;

use futures_core::ready;

use crate::error::{Result, Stop};
use crate::pipe::{Consumer, Endpoint, ALL};

/// The reading half of a [`pipe`](crate::pipe()).
///
/// Made by [`pipe`](crate::pipe()), or by [splitting](crate::DuplexStream::split) a stream.
/// Implements `AsyncRead` and `AsyncBufRead` of `futures-io` (feature `std`) and of tokio (feature
/// `tokio`), and `Read`, `BufRead` and `ReadReady` of `embedded-io-async` (feature `embedded-io`).
///
/// * A read into `n` bytes returns the smaller of `n` and the number of unread bytes, in one call.
///   It waits only if no byte is unread.
/// * When the [`Writer`](crate::Writer) finishes or is dropped, reads return what is left, then
///   `Ok(0)` for ever.
/// * A read into an empty buffer is `Ok(0)` at once.
/// * When the writer [aborts](crate::Writer::abort), every read from then on fails with its error,
///   so a loop that [skips errors](crate::guide::recipes#lines) never ends.
/// * Dropping the reader closes it: writes fail with `BrokenPipe`, and unread bytes are discarded.
///
/// `copy_buf` of futures or tokio passes the bytes [to the next
/// stream](crate::guide::recipes#a-pipe-into-the-next-stream) without a buffer in between.
///
/// What a reader learns of the writer *happens after* what the writing thread did before: see
/// [memory ordering](crate#memory-ordering).
///
/// # Wakers
///
/// A half keeps one waker: that of its latest call that returned `Pending`, whether the call waits
/// for a byte, for a number of bytes or for the end. The waker before it is dropped. So one task
/// waits on a half at a time: the guide says what that means for [`select!` and
/// `FuturesUnordered`](crate::guide::recipes#select-two-tasks-futuresunordered). If a task waits
/// for different numbers of bytes, the smallest counts.
///
/// # Cancel safety
///
/// A read that was not reported to the caller consumes no byte. The futures of a read, of
/// [`readable`](Self::readable) and of [`closed`](Self::closed) can therefore be dropped at any
/// time. The future of a `read_exact` makes several reads. If it is dropped, the bytes that it has
/// read are lost.
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
    pub(crate) endpoint: Endpoint<Consumer>,
}

// The compiler does not infer these, because of the slots for wakers. A panicking waker leaves the
// positions and the flags consistent: each changes in one step.
impl UnwindSafe for Reader {}
impl RefUnwindSafe for Reader {}

impl Reader {
    #[inline(always)]
    pub(crate) fn new(endpoint: Endpoint<Consumer>) -> Self {
        Self { endpoint }
    }

    /// Reads without waiting. Fills the front of `buf` with unread bytes, and returns the number of
    /// bytes read.
    ///
    /// `Ok(0)` means that `buf` is empty, or that the stream has ended.
    ///
    /// # Errors
    ///
    /// * `WouldBlock` if no byte is unread and the stream has not ended. No waker is registered.
    /// * The writer's error if it has [aborted](crate::Writer::abort), or if it has
    ///   [finished with](crate::Writer::finish_with) one and no byte is unread.
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
        match self.endpoint.available(1, buf.len()) {
            Ok(_) => Ok(self.endpoint.read(once(buf))),
            stopped => self.end_as_zero(stopped),
        }
    }

    /// Reads like [`try_read`](Self::try_read), but returns `Pending` instead of `WouldBlock`. The
    /// task is woken when a byte is unread, or when the writer finishes or is dropped.
    ///
    /// This does what `AsyncRead::poll_read` does, without a pin and without a trait in scope. A
    /// call that returns `Pending` consumes no byte.
    ///
    /// # Errors
    ///
    /// As for [`try_read`](Self::try_read), except `WouldBlock`.
    ///
    /// # Example
    ///
    /// ```
    /// use futures::{executor::block_on, future::poll_fn};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// let mut buf = [0; 8];
    /// assert_eq!(block_on(poll_fn(|cx| reader.poll_read(cx, &mut buf))).unwrap(), 3);
    /// ```
    #[inline]
    pub fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>> {
        self.poll_read_all(cx, buf.len(), once(buf))
    }

    /// [`poll_read`](Self::poll_read) into several buffers, in order, in one transfer.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn poll_read_vectored(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &mut [std::io::IoSliceMut<'_>],
    ) -> Poll<Result<usize>> {
        let want = Endpoint::<Consumer>::want(bufs.iter().map(|buf| buf.len()));
        self.poll_read_all(cx, want, bufs.iter_mut().map(|buf| &mut **buf))
    }

    /// Reads up to `want` bytes into `bufs`, which have as many.
    #[inline]
    fn poll_read_all<'a>(
        &mut self,
        cx: &mut Context<'_>,
        want: usize,
        bufs: impl Iterator<Item = &'a mut [u8]>,
    ) -> Poll<Result<usize>> {
        match ready!(self.endpoint.poll_available(cx, 1, want)) {
            Ok(_) => Poll::Ready(Ok(self.endpoint.read(bufs))),
            stopped => Poll::Ready(self.end_as_zero(stopped)),
        }
    }

    /// [`poll_read`](Self::poll_read) of up to `n` bytes, which are passed to `take` in one slice
    /// or two.
    #[cfg(feature = "tokio")]
    #[inline]
    pub(crate) fn poll_read_with(
        &mut self,
        cx: &mut Context<'_>,
        n: usize,
        take: impl FnMut(&[u8]),
    ) -> Poll<Result<()>> {
        match ready!(self.endpoint.poll_available(cx, 1, n)) {
            Ok(_) => self.endpoint.read_with(n, take),
            stopped => drop(self.end_as_zero(stopped)?),
        }
        Poll::Ready(Ok(()))
    }

    /// The first `n` bytes that [`poll_fill_buf`](Self::poll_fill_buf) has just lent.
    #[cfg(any(feature = "std", feature = "embedded-io"))]
    #[inline]
    pub(crate) fn filled(&self, n: usize) -> &[u8] {
        &self.endpoint.slices().0[..n]
    }

    /// How long a call may spin before it parks. `None`: as long as the pipe's options say.
    #[cfg(feature = "std")]
    pub(crate) fn set_spin_limit(&mut self, limit: Option<Duration>) {
        self.endpoint.set_spin_limit(limit);
    }

    /// Whether a read would not wait.
    #[cfg(feature = "embedded-io")]
    pub(crate) fn is_ready(&mut self) -> bool {
        self.endpoint.available(1, 1) != Err(Stop::WouldBlock)
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
    /// As for [`try_read`](Self::try_read), except `WouldBlock`.
    ///
    /// # Example
    ///
    /// ```
    /// use futures::{executor::block_on, future::poll_fn};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// let n = block_on(poll_fn(|cx| reader.poll_fill_buf(cx).map_ok(<[u8]>::len))).unwrap();
    /// reader.consume(n);
    /// assert!(reader.is_empty());
    /// ```
    #[inline]
    pub fn poll_fill_buf(&mut self, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        let available = ready!(self.endpoint.poll_available(cx, 1, ALL));
        let n = self.end_as_zero(available)?;
        let (front, _) = self.endpoint.slices();
        Poll::Ready(Ok(&front[..n.min(front.len())]))
    }

    /// Lends all unread bytes, without waiting. The second slice continues the first, where the
    /// bytes wrap around the end of the storage. The caller passes the number of bytes that it has
    /// used to [`consume`](Self::consume).
    ///
    /// Both are empty if no byte is unread, or if the stream was aborted. An abort may come at any
    /// time, also between [`readable`](Self::readable) and this call. So empty slices are not the
    /// end of the stream: only a `readable` that returns 0 is, and after an abort it returns the
    /// error.
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
        match self.endpoint.available(1, ALL) {
            Ok(_) => self.endpoint.slices(),
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
            self.endpoint.consume(n);
        }
    }

    /// Converts the number of available bytes, or what stops a call, to the caller's result. The
    /// end of the stream becomes `Ok(0)`.
    #[inline]
    pub(crate) fn end_as_zero(
        &self,
        available: core::result::Result<usize, Stop>,
    ) -> Result<usize> {
        match available {
            Ok(n) => Ok(n),
            Err(Stop::Closed) => Ok(0),
            Err(stop) => Err(self.endpoint.error(stop)),
        }
    }
}

/// Closes the reader: see [`close`](Self::close).
impl Drop for Reader {
    fn drop(&mut self) {
        self.endpoint.disconnect();
    }
}
