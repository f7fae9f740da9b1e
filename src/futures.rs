//! The futures that wait for bytes, for free space or for the end, and move no byte.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use futures_core::future::FusedFuture;
use futures_core::ready;

use crate::error::{check_min, Result};
use crate::pipe::ALL;
use crate::reader::Reader;
use crate::writer::Writer;

/// Waiting without reading.
impl Reader {
    /// Polls for what [`closed`](Self::closed) waits for.
    ///
    /// The waker replaces the one that the reader [has kept](Self#wakers).
    ///
    /// ```
    /// use futures::{executor::block_on, future::poll_fn};
    ///
    /// let (mut reader, writer) = async_duplex::pipe(8);
    /// drop(writer);
    /// block_on(poll_fn(|cx| reader.poll_closed(cx)));
    /// ```
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.endpoint.poll_closed(cx)
    }

    /// Waits until the writer finishes or is dropped, without reading. Bytes that the writer writes
    /// meanwhile do not wake the task. Cancel safe.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// drop(writer);
    /// futures::executor::block_on(reader.closed());
    /// assert_eq!(reader.len(), 3);
    /// ```
    pub fn closed(&mut self) -> Closed<'_, Self> {
        Closed::new(self)
    }

    /// Waits until at least `min` bytes are unread or the stream ends, and returns the number of
    /// unread bytes. It reads none of them.
    ///
    /// At the end of the stream the number may be less than `min`, and is 0 if all bytes are read.
    /// With a `min` of 0 the call does not wait. Cancel safe.
    ///
    /// # Errors
    ///
    /// * `InvalidInput` at once if `min` is above the capacity.
    /// * The writer's error if it has [aborted](Writer::abort), or if it has
    ///   [finished with](Writer::finish_with) one and no byte is unread.
    ///
    /// # Example
    ///
    /// A loop that reads in place until the end. If the stream is aborted between the two calls,
    /// the slice is empty, and the next `readable` returns the error.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (mut reader, mut writer) = async_duplex::pipe(64);
    /// writer.try_write(b"in place")?;
    /// writer.finish();
    ///
    /// let mut target = Vec::new();
    /// while reader.readable(1).await? > 0 {
    ///     let (front, _) = reader.as_slices();
    ///     let n = front.len();
    ///     target.extend_from_slice(front);
    ///     reader.consume(n);
    /// }
    /// assert_eq!(target, b"in place");
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    ///
    /// A header of two bytes, which may wrap. [`peek`](Self::peek) copies it out in one piece, and
    /// returns the error of an abort.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (mut reader, mut writer) = async_duplex::pipe(64);
    /// writer.try_write(&[0, 3, b'a', b'b', b'c'])?;
    ///
    /// let mut header = [0; 2];
    /// if reader.readable(2).await? >= 2 && reader.peek(&mut header)? == 2 {
    ///     assert_eq!(u16::from_be_bytes(header), 3);
    /// }
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn readable(&mut self, min: usize) -> Readable<'_> {
        Readable::new(self, min)
    }

    /// Polls for what [`readable`](Self::readable) waits for, with the same errors.
    ///
    /// The waker replaces the one that the reader [has kept](Self#wakers).
    ///
    /// ```
    /// use futures::{executor::block_on, future::poll_fn};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// assert_eq!(block_on(poll_fn(|cx| reader.poll_readable(cx, 2))).unwrap(), 3);
    /// ```
    pub fn poll_readable(&mut self, cx: &mut Context<'_>, min: usize) -> Poll<Result<usize>> {
        check_min(min, self.capacity())?;
        let found = ready!(self.endpoint.poll_available(cx, min, ALL));
        Poll::Ready(self.end_as_zero(found))
    }
}

/// Waiting without writing.
impl Writer {
    /// Polls for what [`closed`](Self::closed) waits for.
    ///
    /// The waker replaces the one that the writer [has kept](Reader#wakers).
    ///
    /// ```
    /// use futures::{executor::block_on, future::poll_fn};
    ///
    /// let (reader, mut writer) = async_duplex::pipe(8);
    /// drop(reader);
    /// block_on(poll_fn(|cx| writer.poll_closed(cx)));
    /// ```
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.endpoint.poll_closed(cx)
    }

    /// Waits until the reader is closed or dropped, without writing. Reads that take place
    /// meanwhile do not wake the task. Cancel safe.
    ///
    /// ```
    /// use futures::FutureExt;
    ///
    /// let (reader, mut writer) = async_duplex::pipe(8);
    /// assert!(writer.closed().now_or_never().is_none());
    /// drop(reader);
    /// assert!(writer.closed().now_or_never().is_some());
    /// ```
    pub fn closed(&mut self) -> Closed<'_, Self> {
        Closed::new(self)
    }

    /// Waits until at least `min` bytes are free, and returns the number of free bytes. It writes
    /// none.
    ///
    /// With a `min` of 0 the call does not wait. With the capacity it waits until the reader has
    /// read all bytes written. Cancel safe.
    ///
    /// # Errors
    ///
    /// * `InvalidInput` at once if `min` is above the capacity.
    /// * `BrokenPipe` if either half is closed or dropped.
    /// * The reader's error if it has [aborted](Reader::abort).
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
    /// let (_, free) = futures::try_join!(reading, writer.writable(8))?;
    /// assert_eq!(free, 8);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn writable(&mut self, min: usize) -> Writable<'_> {
        Writable::new(self, min)
    }

    /// Polls for what [`writable`](Self::writable) waits for, with the same errors.
    ///
    /// The waker replaces the one that the writer [has kept](Reader#wakers).
    ///
    /// ```
    /// use futures::{executor::block_on, future::poll_fn};
    ///
    /// let (_reader, mut writer) = async_duplex::pipe(8);
    /// assert_eq!(block_on(poll_fn(|cx| writer.poll_writable(cx, 2))).unwrap(), 8);
    /// ```
    pub fn poll_writable(&mut self, cx: &mut Context<'_>, min: usize) -> Poll<Result<usize>> {
        check_min(min, self.capacity())?;
        self.wanted = min;
        let available = ready!(self.endpoint.poll_available(cx, min, ALL));
        Poll::Ready(available.map_err(|stop| self.endpoint.error(stop)))
    }
}

/// Resolves when the other half of the pipe is closed or dropped.
///
/// Made by [`Reader::closed`] and [`Writer::closed`]. Cancel safe: dropping it moves no byte.
///
/// ```
/// let (mut reader, writer) = async_duplex::pipe(8);
/// let closed = reader.closed();
/// drop(writer);
/// futures::executor::block_on(closed);
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Closed<'a, H> {
    half: &'a mut H,
    resolved: bool,
}

impl<'a, H> Closed<'a, H> {
    pub(crate) fn new(half: &'a mut H) -> Self {
        Self {
            half,
            resolved: false,
        }
    }
}

impl Future for Closed<'_, Reader> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let closed = self.half.poll_closed(cx);
        self.resolved = closed.is_ready();
        closed
    }
}

impl Future for Closed<'_, Writer> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let closed = self.half.poll_closed(cx);
        self.resolved = closed.is_ready();
        closed
    }
}

impl<H> FusedFuture for Closed<'_, H>
where
    Self: Future,
{
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}

/// Resolves when at least `min` bytes are unread, or the stream has ended.
///
/// Made by [`Reader::readable`]. Cancel safe: dropping it moves no byte.
///
/// ```
/// let (mut reader, mut writer) = async_duplex::pipe(8);
/// let readable = reader.readable(2);
/// writer.try_write(b"abc").unwrap();
/// assert_eq!(futures::executor::block_on(readable).unwrap(), 3);
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Readable<'a> {
    reader: &'a mut Reader,
    min: usize,
    resolved: bool,
}

impl<'a> Readable<'a> {
    pub(crate) fn new(reader: &'a mut Reader, min: usize) -> Self {
        Self {
            reader,
            min,
            resolved: false,
        }
    }
}

impl Future for Readable<'_> {
    type Output = Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        let min = self.min;
        let found = self.reader.poll_readable(cx, min);
        self.resolved = found.is_ready();
        found
    }
}

impl FusedFuture for Readable<'_> {
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}

/// Resolves when at least `min` bytes are free, or when either half is closed or dropped.
///
/// Made by [`Writer::writable`]. Cancel safe: dropping it moves no byte.
///
/// ```
/// let (mut reader, mut writer) = async_duplex::pipe(8);
/// writer.try_write(b"abc").unwrap();
/// let writable = writer.writable(8);
/// reader.consume(3);
/// assert_eq!(futures::executor::block_on(writable).unwrap(), 8);
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Writable<'a> {
    writer: &'a mut Writer,
    min: usize,
    resolved: bool,
}

impl<'a> Writable<'a> {
    pub(crate) fn new(writer: &'a mut Writer, min: usize) -> Self {
        Self {
            writer,
            min,
            resolved: false,
        }
    }
}

impl Future for Writable<'_> {
    type Output = Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        let min = self.min;
        let found = self.writer.poll_writable(cx, min);
        self.resolved = found.is_ready();
        found
    }
}

impl FusedFuture for Writable<'_> {
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}
