//! The wrapper around a stream, and its settings.

use core::fmt;

use super::control::Control;
use super::fault::{Counted, Effect};
use super::FaultPoint;
use crate::io::ErrorKind;

/// A stream whose calls can be short, late or fail, always as the traits allow.
///
/// Implements `futures-io`'s `AsyncRead`, `AsyncBufRead` and `AsyncWrite` where the inner stream
/// does, and tokio's as well (feature `tokio`). [`new`](Self::new) changes nothing; each setting
/// adds one kind of misbehaviour. The [module](super) defines an operation, and describes what
/// happens after a fault has fired.
///
/// The inner stream must be `Unpin`, as most streams are. `Box::pin` makes any other stream
/// `Unpin`.
///
/// # Cancel safety
///
/// That of the inner stream. A call with an injected `Pending` or error does not reach it, except
/// for the prefix that [`truncate_write`](Self::truncate_write) passes on.
///
/// # Panics
///
/// * In the 10 000th operation that fails because of a fault or finds its end of the stream,
///   because the caller seems to ignore it.
/// * In `consume`, if its argument is larger than the number of bytes that `poll_fill_buf` has lent
///   and that are not consumed.
///
/// # Example
///
/// ```
/// use async_duplex::faults::Faulty;
/// use futures::{AsyncReadExt, AsyncWriteExt};
/// use std::io::ErrorKind;
///
/// # futures::executor::block_on(async {
/// let (near, mut far) = async_duplex::duplex(64);
/// let mut near = Faulty::new(near)
///     .max_read(3)
///     .pending(42, 2)
///     .fail_at(3, ErrorKind::ConnectionReset);
/// far.write_all(b"hello, world").await?;
///
/// let mut buf = [0; 64];
/// assert_eq!(near.read(&mut buf).await?, 3);
/// assert_eq!(near.write(b"hello").await?, 5);
/// assert_eq!(near.read(&mut buf).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
/// assert_eq!(near.write(b"hello").await.unwrap_err().kind(), ErrorKind::ConnectionReset);
/// assert!(near.fired());
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[must_use = "a stream does nothing unless it is used"]
pub struct Faulty<S> {
    pub(super) inner: S,
    pub(super) control: Control,
}

impl<S> Faulty<S> {
    /// Wraps a stream or a half of one, and changes nothing yet.
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    ///
    /// let (reader, writer) = async_duplex::pipe(64);
    /// let (reader, writer) = (Faulty::new(reader), Faulty::new(writer).max_write(1));
    /// assert!(!reader.fired() && !writer.fired());
    /// ```
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            control: Control::new(),
        }
    }

    /// Limits a read to `bytes` bytes, over all its buffers, and `poll_fill_buf` to lending
    /// `bytes` bytes.
    ///
    /// # Panics
    ///
    /// If `bytes` is 0.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::{io::Cursor, AsyncReadExt};
    ///
    /// # futures::executor::block_on(async {
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).max_read(2);
    /// let mut buf = [0; 8];
    /// assert_eq!(stream.read(&mut buf).await?, 2);
    /// assert_eq!(stream.read(&mut buf).await?, 2);
    /// assert_eq!(stream.read(&mut buf).await?, 1);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    #[track_caller]
    pub fn max_read(mut self, bytes: usize) -> Self {
        assert!(
            bytes > 0,
            "the limit of a read must be at least 1 byte, not 0"
        );
        self.control.max_read = bytes;
        self
    }

    /// Limits a write to `bytes` bytes, over all its buffers.
    ///
    /// # Panics
    ///
    /// If `bytes` is 0.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::AsyncWriteExt;
    ///
    /// # futures::executor::block_on(async {
    /// let (reader, writer) = async_duplex::pipe(64);
    /// let mut writer = Faulty::new(writer).max_write(3);
    /// assert_eq!(writer.write(b"hello").await?, 3);
    /// assert_eq!(reader.len(), 3);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    #[track_caller]
    pub fn max_write(mut self, bytes: usize) -> Self {
        assert!(
            bytes > 0,
            "the limit of a write must be at least 1 byte, not 0"
        );
        self.control.max_write = bytes;
        self
    }

    /// Makes about one in `one_in` calls wake its own task and return `Pending`, even if it could
    /// make progress.
    ///
    /// The `seed` decides which calls. Reads, writes, flushes and closes each have a sequence of
    /// their own. A call after an injected `Pending` always goes to the inner stream, so that the
    /// task makes progress; every other call has a chance of one in `one_in`. With `one_in` 1,
    /// every second call returns `Pending`.
    ///
    /// # Panics
    ///
    /// If `one_in` is 0.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::{io::Cursor, AsyncReadExt, FutureExt};
    ///
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).pending(0, 1);
    /// let mut buf = [0; 8];
    /// assert!(stream.read(&mut buf).now_or_never().is_none());
    /// assert_eq!(stream.read(&mut buf).now_or_never().unwrap().unwrap(), 5);
    /// ```
    #[track_caller]
    pub fn pending(mut self, seed: u64, one_in: u32) -> Self {
        assert!(one_in > 0, "`one_in` must be at least 1, not 0");
        self.control.set_pending(seed, one_in);
        self
    }

    /// Makes operation number `operation` and every operation after it fail with `kind`.
    ///
    /// `operation` is a number from 1, or a [`FaultPlan`](super::FaultPlan).
    ///
    /// # Panics
    ///
    /// * If `operation` is 0.
    /// * If `kind` is `WouldBlock` or `Interrupted`, because no `poll_*` method may fail with
    ///   these.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::AsyncWriteExt;
    /// use std::io::ErrorKind;
    ///
    /// # futures::executor::block_on(async {
    /// let (reader, writer) = async_duplex::pipe(64);
    /// let mut writer = Faulty::new(writer).fail_at(3, ErrorKind::TimedOut);
    /// writer.write_all(b"hello").await?;
    /// writer.flush().await?;
    /// assert_eq!(writer.write(b"hello").await.unwrap_err().kind(), ErrorKind::TimedOut);
    /// assert_eq!(writer.close().await.unwrap_err().kind(), ErrorKind::TimedOut);
    /// assert_eq!(reader.len(), 5);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    #[track_caller]
    pub fn fail_at(mut self, operation: impl Into<FaultPoint>, kind: ErrorKind) -> Self {
        let counter = operation.into().counter_at("operation");
        self.control
            .add_fault(Counted::Operations, counter, Effect::error(kind));
        self
    }

    /// Makes the first read after `bytes` bytes were read fail with `kind`, and every operation
    /// after that read.
    ///
    /// A read of more bytes than are left before the fault returns those. A read into an empty
    /// buffer does not fire the fault. `bytes` is a number or a [`FaultPlan`](super::FaultPlan).
    ///
    /// # Panics
    ///
    /// If `kind` is `WouldBlock` or `Interrupted`, because no `poll_*` method may fail with these.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::{io::Cursor, AsyncReadExt};
    /// use std::io::ErrorKind;
    ///
    /// # futures::executor::block_on(async {
    /// let mut stream = Faulty::new(Cursor::new(b"hello"))
    ///     .fail_after_bytes_read(4, ErrorKind::ConnectionReset);
    /// let mut buf = [0; 8];
    /// assert_eq!(stream.read(&mut buf).await?, 4);
    /// assert_eq!(stream.read(&mut buf).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    #[track_caller]
    pub fn fail_after_bytes_read(mut self, bytes: impl Into<FaultPoint>, kind: ErrorKind) -> Self {
        self.control.add_fault(
            Counted::BytesRead,
            bytes.into().counter_after(),
            Effect::error(kind),
        );
        self
    }

    /// Makes the first write after `bytes` bytes were written fail with `kind`, and every
    /// operation after that write.
    ///
    /// A write of more bytes than are left before the fault writes those. A write of an empty
    /// buffer does not fire the fault. `bytes` is a number or a [`FaultPlan`](super::FaultPlan).
    ///
    /// # Panics
    ///
    /// If `kind` is `WouldBlock` or `Interrupted`, because no `poll_*` method may fail with these.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::AsyncWriteExt;
    /// use std::io::ErrorKind;
    ///
    /// # futures::executor::block_on(async {
    /// let (reader, writer) = async_duplex::pipe(64);
    /// let mut writer = Faulty::new(writer).fail_after_bytes_written(4, ErrorKind::BrokenPipe);
    /// assert_eq!(writer.write_all(b"hello").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    /// assert_eq!(reader.len(), 4);
    /// # });
    /// ```
    #[track_caller]
    pub fn fail_after_bytes_written(
        mut self,
        bytes: impl Into<FaultPoint>,
        kind: ErrorKind,
    ) -> Self {
        self.control.add_fault(
            Counted::BytesWritten,
            bytes.into().counter_after(),
            Effect::error(kind),
        );
        self
    }

    /// Truncates the write that [`fail_at`](Self::fail_at) makes fail: the inner stream receives
    /// the first `bytes` bytes of it, and the write fails. 0 by default.
    ///
    /// The peer then receives a part of data that the writer was told had failed. A write of at
    /// most `bytes` bytes reaches the inner stream in full, and still fails. The inner stream may
    /// accept fewer bytes, and [`max_write`](Self::max_write) may allow fewer. If the inner stream
    /// returns `Pending`, so does the write. The bytes are not flushed, so an inner stream with a
    /// buffer may keep them there.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::AsyncWriteExt;
    /// use std::io::ErrorKind;
    ///
    /// # futures::executor::block_on(async {
    /// let (reader, writer) = async_duplex::pipe(64);
    /// let mut writer = Faulty::new(writer).fail_at(1, ErrorKind::TimedOut).truncate_write(2);
    /// assert_eq!(writer.write(b"hello").await.unwrap_err().kind(), ErrorKind::TimedOut);
    /// assert_eq!(reader.len(), 2);
    /// # });
    /// ```
    pub fn truncate_write(mut self, bytes: usize) -> Self {
        self.control.truncate_write = bytes;
        self
    }

    /// Makes read number `read` and every read after it find the end of the stream. Other
    /// operations do not count, and continue.
    ///
    /// `read` is a number from 1, or a [`FaultPlan`](super::FaultPlan).
    ///
    /// # Panics
    ///
    /// If `read` is 0.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::{io::Cursor, AsyncReadExt};
    ///
    /// # futures::executor::block_on(async {
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).max_read(2).eof_at_read(3);
    /// let mut text = String::new();
    /// stream.read_to_string(&mut text).await?;
    /// assert_eq!(text, "hell");
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    #[track_caller]
    pub fn eof_at_read(mut self, read: impl Into<FaultPoint>) -> Self {
        let counter = read.into().counter_at("read");
        self.control.add_fault(Counted::Reads, counter, Effect::Eof);
        self
    }

    /// Makes every read after `bytes` bytes were read find the end of the stream. Other operations
    /// continue.
    ///
    /// A read of more bytes than are left before the end returns those. `bytes` is a number or a
    /// [`FaultPlan`](super::FaultPlan).
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::{io::Cursor, AsyncReadExt};
    ///
    /// # futures::executor::block_on(async {
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(4);
    /// let mut text = String::new();
    /// stream.read_to_string(&mut text).await?;
    /// assert_eq!(text, "hell");
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn eof_after_bytes(mut self, bytes: impl Into<FaultPoint>) -> Self {
        self.control.add_fault(
            Counted::BytesRead,
            bytes.into().counter_after(),
            Effect::Eof,
        );
        self
    }

    /// Returns whether a fault has fired in this stream: an error or an end. Short reads, short
    /// writes and injected `Pending`s are not faults.
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use futures::{io::Cursor, AsyncReadExt};
    ///
    /// # futures::executor::block_on(async {
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(4);
    /// stream.read(&mut [0; 8]).await?;
    /// assert!(!stream.fired());
    /// stream.read(&mut [0; 8]).await?;
    /// assert!(stream.fired());
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn fired(&self) -> bool {
        self.control.fired()
    }

    /// Borrows the inner stream.
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    ///
    /// let (reader, _writer) = async_duplex::pipe(64);
    /// assert_eq!(Faulty::new(reader).get_ref().capacity(), 64);
    /// ```
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Borrows the inner stream, to call it directly. Such calls are not counted, do not fail
    /// because of a fault, and have no limit.
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use std::io::ErrorKind;
    ///
    /// let (_reader, writer) = async_duplex::pipe(64);
    /// let mut writer = Faulty::new(writer).fail_at(1, ErrorKind::BrokenPipe);
    /// assert_eq!(writer.get_mut().try_write(b"hello").unwrap(), 5);
    /// ```
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner stream, without limits and faults.
    ///
    /// ```
    /// use async_duplex::faults::Faulty;
    /// use std::io::ErrorKind;
    ///
    /// let (_reader, writer) = async_duplex::pipe(64);
    /// let writer = Faulty::new(writer).fail_at(1, ErrorKind::BrokenPipe);
    /// assert_eq!(writer.into_inner().try_write(b"hello").unwrap(), 5);
    /// ```
    pub fn into_inner(self) -> S {
        self.inner
    }
}

/// Shows the settings and the state of the faults. Does not show the inner stream, whose `Debug`
/// might show bytes.
impl<S> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty")
            .field("control", &self.control)
            .finish_non_exhaustive()
    }
}
