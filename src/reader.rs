//! The half that reads.

use core::cmp::min;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::{Context, Poll};

use crate::io::{at_most, ErrorKind, Result};
use crate::pipe::{Signals, Stop, PIECE};
use crate::ring::Consumer;
use crate::wait::{Closed, Readable};
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
/// A byte read, an `Ok(0)` at the end of the stream and a `true` from [`is_closed`](Self::is_closed)
/// each *happen after* everything that the writing thread did before it wrote that byte, or closed
/// the writer.
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
    pub(crate) half: Consumer<Signals>,
}

// A cell with a waker is not unwind-safe by declaration; these are: whatever a panicking waker interrupts,
// the positions, the closed bits and the requests are consistent at every step.
impl UnwindSafe for Reader {}
impl RefUnwindSafe for Reader {}

impl Reader {
    /// How many bytes the pipe holds.
    pub fn capacity(&self) -> usize {
        self.half.capacity()
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
        self.half.unread()
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
        self.half.is_closed()
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
    /// The reader remembers one waker, the latest that was given to it by whichever method.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.half.poll_closed(cx)
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
        self.half.close();
    }

    /// Gives the stream up: from now on the writer's calls fail with `kind`, not `BrokenPipe`.
    ///
    /// Unread bytes are discarded, and reads of this reader return `Ok(0)`. Does nothing if the reader
    /// is closed already.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// reader.abort(ErrorKind::ConnectionReset);
    /// assert_eq!(writer.try_write(b"a").unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// ```
    pub fn abort(&mut self, kind: ErrorKind) {
        self.half.abort(kind);
    }

    /// Whether `writer` is the other half of the same pipe.
    pub fn is_peer_of(&self, writer: &Writer) -> bool {
        self.half.is_peer_of(&writer.half)
    }

    /// Reads without waiting: moves as many bytes as there are and `buf` holds, and returns how many
    /// that were. `Ok(0)` means the end of the stream, if `buf` is not empty.
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
        let want = buf.len();
        if let Some(1..) = self.half.at_hand(want) {
            return Ok(self.half.transfer(|half| pull(half, buf)));
        }
        let found = self.half.look(min(1, want), want);
        self.pull_found(found, |half| pull(half, buf))
    }

    /// Reads like [`try_read`](Self::try_read), but waits where that is `WouldBlock`: the task is
    /// woken when there is something to read or the writer is gone.
    ///
    /// This is the trait method `AsyncRead::poll_read` without the pin, and without the need of a
    /// trait.
    ///
    /// # Errors
    ///
    /// The writer's error kind if it has [aborted](Writer::abort).
    #[inline]
    pub fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<usize>> {
        self.poll_pull(cx, buf.len(), |half| pull(half, buf))
    }

    /// Has up to `want` bytes taken by `pull`, which returns how many those were, or waits for some.
    #[inline]
    pub(crate) fn poll_pull(
        &mut self,
        cx: &mut Context<'_>,
        want: usize,
        pull: impl FnOnce(&mut Consumer<Signals>) -> usize,
    ) -> Poll<Result<usize>> {
        match self.half.at_hand(want) {
            Some(1..) => Poll::Ready(Ok(self.half.transfer(pull))),
            Some(0) if want > 0 && self.half.sleep(cx, 1) => Poll::Pending,
            _ => self.poll_pull_slowly(cx, want, pull),
        }
    }

    #[cold]
    fn poll_pull_slowly(
        &mut self,
        cx: &mut Context<'_>,
        want: usize,
        pull: impl FnOnce(&mut Consumer<Signals>) -> usize,
    ) -> Poll<Result<usize>> {
        match self.half.poll_look(cx, min(1, want), want) {
            Poll::Ready(found) => Poll::Ready(self.pull_found(found, pull)),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Has what was found taken by `pull`, if it is anything.
    fn pull_found(
        &mut self,
        found: core::result::Result<usize, Stop>,
        pull: impl FnOnce(&mut Consumer<Signals>) -> usize,
    ) -> Result<usize> {
        match until_end(found)? {
            0 => Ok(0),
            _ => Ok(self.half.transfer(pull)),
        }
    }

    /// Lends the next unread bytes, up to where they wrap around the end of the storage, or waits for
    /// some. At the end of the stream there are none, for ever. [`consume`](Self::consume) then says
    /// how many of them have been used.
    ///
    /// This is the trait method `AsyncBufRead::poll_fill_buf` without the pin.
    ///
    /// # Errors
    ///
    /// As for [`try_read`](Self::try_read), but for `WouldBlock`.
    #[inline]
    pub fn poll_fill_buf(&mut self, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
        match self.half.poll_look(cx, 1, usize::MAX) {
            Poll::Ready(found) => Poll::Ready(until_end(found).map(|_| self.half.slices().0)),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Waits until at least `min` bytes are there to read, or the stream ends, and returns how many
    /// there are, reading none of them: at the end whatever is left, 0 if nothing. With a `min` of 0
    /// it does not wait. Cancel safe.
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
        at_most(self.capacity(), min)?;
        self.half.poll_look(cx, min, usize::MAX).map(until_end)
    }

    /// Lends all unread bytes, without waiting: the second slice goes on where the first ends, which
    /// is where they wrap around the end of the storage. Both are empty if there is nothing to read.
    /// [`consume`](Self::consume) then says how many of them have been used.
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
        match self.half.look(1, usize::MAX) {
            Ok(_) => self.half.slices(),
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
            self.half.skip(n);
            self.half.hand_over();
        }
    }
}

/// Fills a buffer with as much as is ready, and returns how much that is.
#[inline]
pub(crate) fn pull(half: &mut Consumer<Signals>, buf: &mut [u8]) -> usize {
    match buf.len() {
        0..=PIECE => half.pull(buf),
        _ => pull_in_pieces(half, buf),
    }
}

/// Likewise, a long one.
#[cold]
fn pull_in_pieces(half: &mut Consumer<Signals>, buf: &mut [u8]) -> usize {
    let pieces = buf.chunks_mut(half.piece(buf.len()));
    half.in_pieces(pieces, |half, piece| half.pull(piece))
}

/// What was found, as a reader reports it: the end of the stream is no error.
#[inline]
fn until_end(found: core::result::Result<usize, Stop>) -> Result<usize> {
    match found {
        Err(Stop::Closed) => Ok(0),
        found => Ok(found?),
    }
}

/// Closes the reader: see [`close`](Self::close).
impl Drop for Reader {
    fn drop(&mut self) {
        self.half.hang_up();
    }
}

/// Shows counts and states, never the bytes.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reader_waits, writer_waits) = self.half.waiting();
        f.debug_struct("Reader")
            .field("capacity", &self.capacity())
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .field("reader_waits", &reader_waits)
            .field("writer_waits", &writer_waits)
            .finish()
    }
}
