//! The half that writes.

use core::cmp::min;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::{Context, Poll};

use crate::io::{at_most, ErrorKind, Result};
use crate::pipe::{Signals, PIECE};
use crate::ring::Producer;
use crate::wait::{Closed, Writable};
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
/// [`closed`](Self::closed), loses nothing and sends nothing twice. A `write_all`, as ever, may have
/// written a part when it is dropped.
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
    pub(crate) half: Producer<Signals>,
}

// A cell with a waker is not unwind-safe by declaration; these are: whatever a panicking waker interrupts,
// the positions, the closed bits and the requests are consistent at every step.
impl UnwindSafe for Writer {}
impl RefUnwindSafe for Writer {}

impl Writer {
    /// How many bytes the pipe holds: with nothing unread, exactly that many fit.
    pub fn capacity(&self) -> usize {
        self.half.capacity()
    }

    /// How many bytes are written and not yet read. It can shrink at any time, so long as the reader
    /// lives.
    pub fn len(&self) -> usize {
        self.half.occupied()
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
        self.half.is_closed()
    }

    /// Waits until the reader is closed or dropped, writing nothing. Reads that happen meanwhile do
    /// not wake the task. Cancel safe.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// // Work until somebody loses interest.
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
    /// The writer remembers one waker, the latest that was given to it by whichever method.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.half.poll_closed(cx)
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
        self.half.close();
    }

    /// Gives the stream up: the reader's calls fail with `kind` from now on, and it loses what it has
    /// not read.
    ///
    /// Writes of this writer fail with `BrokenPipe`. Does nothing if the writer is closed already.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"half of a mess").unwrap();
    /// writer.abort(ErrorKind::UnexpectedEof);
    /// assert_eq!(reader.try_read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    /// ```
    pub fn abort(&mut self, kind: ErrorKind) {
        self.half.abort(kind);
    }

    /// Whether `reader` is the other half of the same pipe.
    pub fn is_peer_of(&self, reader: &Reader) -> bool {
        self.half.is_peer_of(&reader.half)
    }

    /// Writes without waiting: moves as much of `bytes` as fits, and returns how many bytes that is.
    ///
    /// # Errors
    ///
    /// * `BrokenPipe` if either half is closed or dropped, whatever `bytes` and the room left are, or
    ///   the reader's error kind if it has [aborted](Reader::abort).
    /// * `WouldBlock` if the pipe is full and `bytes` is not empty. No waker is registered.
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
        let want = bytes.len();
        if !matches!(self.half.at_hand(want), Some(1..)) {
            self.half.look(min(1, want), want)?;
        }
        Ok(self.half.transfer(|half| push(half, bytes)))
    }

    /// Writes like [`try_write`](Self::try_write), but waits where that is `WouldBlock`: the task is
    /// woken when there is room or the reader is gone.
    ///
    /// This is the trait method `AsyncWrite::poll_write` without the pin, and without the need of a
    /// trait.
    ///
    /// # Errors
    ///
    /// `BrokenPipe` if either half is closed or dropped, whatever `bytes` and the room left are, or the
    /// reader's error kind if it has [aborted](Reader::abort).
    #[inline]
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.poll_push(cx, bytes.len(), |half| push(half, bytes))
    }

    /// Has up to `want` bytes put in by `push`, which returns how many those were, or waits for room.
    #[inline]
    pub(crate) fn poll_push(
        &mut self,
        cx: &mut Context<'_>,
        want: usize,
        push: impl FnOnce(&mut Producer<Signals>) -> usize,
    ) -> Poll<Result<usize>> {
        match self.half.at_hand(want) {
            Some(1..) => Poll::Ready(Ok(self.half.transfer(push))),
            Some(0) if want > 0 && self.half.sleep(cx, 1) => Poll::Pending,
            _ => self.poll_push_slowly(cx, want, push),
        }
    }

    #[cold]
    fn poll_push_slowly(
        &mut self,
        cx: &mut Context<'_>,
        want: usize,
        push: impl FnOnce(&mut Producer<Signals>) -> usize,
    ) -> Poll<Result<usize>> {
        match self.half.poll_look(cx, min(1, want), want) {
            Poll::Ready(found) => {
                found?;
                Poll::Ready(Ok(self.half.transfer(push)))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// Waits until at least `min` bytes fit, and returns how many do, writing none. With a `min` of 0
    /// it does not wait; with the capacity it waits until everything written has been read. Cancel
    /// safe.
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
        at_most(self.capacity(), min)?;
        match self.half.poll_look(cx, min, usize::MAX) {
            Poll::Ready(found) => Poll::Ready(Ok(found?)),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Lends all of the free space, without waiting, to be written in: the second slice goes on where
    /// the first ends, which is where the space wraps around the end of the storage. Both are empty
    /// if the pipe is full or closed. [`commit`](Self::commit) then says how many bytes of them are to
    /// be sent; without it, none is.
    ///
    /// The space is initialised, with nothing in particular. The first call zeroes what has never been
    /// written to; later ones have nothing left to zero.
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
        match self.half.look(1, usize::MAX) {
            Ok(_) => self.half.spare_slices(),
            Err(_) => (&mut [], &mut []),
        }
    }

    /// Sends the first `n` bytes of the free space, as they were left in
    /// [`spare_slices`](Self::spare_slices).
    ///
    /// If the reader has gone since, they are lost like any that it has not read.
    ///
    /// # Panics
    ///
    /// If fewer than `n` bytes are free, as far as the latest look at the pipe by this writer showed,
    /// or the writer is closed. Nothing is sent then.
    #[track_caller]
    pub fn commit(&mut self, n: usize) {
        if n > 0 {
            if self.half.ready() < n {
                // There may be more than this writer has made use of.
                let _ = self.half.look(n, n);
            }
            self.half.fill(n);
            self.half.hand_over();
        }
    }
}

/// Puts in as much of a buffer as fits, and returns how many bytes that is.
#[inline]
pub(crate) fn push(half: &mut Producer<Signals>, buf: &[u8]) -> usize {
    match buf.len() {
        0..=PIECE => half.push(buf),
        _ => push_in_pieces(half, buf),
    }
}

/// Likewise, of a long one.
#[cold]
fn push_in_pieces(half: &mut Producer<Signals>, buf: &[u8]) -> usize {
    let pieces = buf.chunks(half.piece(buf.len()));
    half.in_pieces(pieces, |half, piece| half.push(piece))
}

/// Closes the writer: see [`close`](Self::close).
impl Drop for Writer {
    fn drop(&mut self) {
        self.half.hang_up();
    }
}

/// Shows counts and states, never the bytes.
impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (writer_waits, reader_waits) = self.half.waiting();
        f.debug_struct("Writer")
            .field("capacity", &self.capacity())
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .field("reader_waits", &reader_waits)
            .field("writer_waits", &writer_waits)
            .finish()
    }
}
