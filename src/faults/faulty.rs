//! The wrapper and its settings.

use core::fmt;

use super::control::{Control, Counted, Effect};
use super::When;
use crate::io::ErrorKind;

/// A stream that is unkind, but never wrong: all that it does, the traits allow.
///
/// Implements `futures-io`'s `AsyncRead`, `AsyncBufRead` and `AsyncWrite` where the inner stream
/// does, and tokio's likewise (feature `tokio`). As it comes from [`new`](Self::new) it changes
/// nothing; each of the other methods adds one kind of trouble. See the [module](super) for what is
/// an operation, and for what happens once a fault has fired.
///
/// The inner stream has to be `Unpin`, as most are. `Box::pin` makes one of any other.
///
/// # Cancel safety
///
/// That of the inner stream: a call that is held up or refused has not reached it.
///
/// # Panics
///
/// * In the 10 000th operation that meets a fault which has fired, because whoever calls does not
///   seem to notice.
/// * In `consume`, if it is given more bytes than `poll_fill_buf` has shown.
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
    /// Wraps a stream, or a half of one. By itself this changes nothing.
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

    /// Lets a read return `bytes` bytes at most, over all its buffers, and `poll_fill_buf` show no
    /// more.
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
        assert!(bytes > 0, "a read of at most {bytes} bytes gets nowhere");
        self.control.max_read = bytes;
        self
    }

    /// Lets a write take `bytes` bytes at most, over all its buffers.
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
        assert!(bytes > 0, "a write of at most {bytes} bytes gets nowhere");
        self.control.max_write = bytes;
        self
    }

    /// Holds up about one in `one_in` calls: each of those wakes its own task and returns
    /// `Pending`, although it could go on.
    ///
    /// Which ones, `seed` decides. Reads, writes, flushes and closes each have their own sequence.
    /// In none of them are two successive calls held up, so that there is always progress: the call
    /// after one that was is let through, and the chance is that of the others. With `one_in` 1 it
    /// is every other call, whatever the seed.
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
        assert!(one_in > 0, "there is no such thing as one in {one_in}");
        self.control.hold_up(seed, one_in);
        self
    }

    /// Makes operation number `operation` of this stream fail with `kind`, and every one after it.
    ///
    /// Instead of a number, a [`Plan`](super::Plan) can say which.
    ///
    /// # Panics
    ///
    /// * If `operation` is 0.
    /// * If `kind` is `WouldBlock` or `Interrupted`, with which no `poll_*` method may fail.
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
    pub fn fail_at(mut self, operation: impl Into<When>, kind: ErrorKind) -> Self {
        let counter = operation.into().at("operation");
        self.control
            .add(Counted::Operations, counter, Effect::error(kind));
        self
    }

    /// Lets `bytes` bytes be read, and makes the next read fail with `kind`, and every operation
    /// after it.
    ///
    /// A read of more bytes returns those that are left. Reads into empty buffers do not count.
    /// Instead of a number, a [`Plan`](super::Plan) can say how many.
    ///
    /// # Panics
    ///
    /// If `kind` is `WouldBlock` or `Interrupted`, with which no `poll_*` method may fail.
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
    pub fn fail_after_bytes_read(mut self, bytes: impl Into<When>, kind: ErrorKind) -> Self {
        self.control.add(
            Counted::BytesRead,
            bytes.into().after(),
            Effect::error(kind),
        );
        self
    }

    /// Lets `bytes` bytes be written, and makes the next write fail with `kind`, and every
    /// operation after it.
    ///
    /// A write of more bytes takes those that are left. Writes of nothing do not count. Instead of
    /// a number, a [`Plan`](super::Plan) can say how many.
    ///
    /// # Panics
    ///
    /// If `kind` is `WouldBlock` or `Interrupted`, with which no `poll_*` method may fail.
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
    pub fn fail_after_bytes_written(mut self, bytes: impl Into<When>, kind: ErrorKind) -> Self {
        self.control.add(
            Counted::BytesWritten,
            bytes.into().after(),
            Effect::error(kind),
        );
        self
    }

    /// If the operation that [`fail_at`](Self::fail_at) makes fail is a write, passes the first
    /// `bytes` bytes of it on before it fails. 0 unless set.
    ///
    /// So the peer has received a part of what the writer was told has failed: the last write is
    /// truncated. A write of no more than `bytes` bytes is passed on whole, and fails all the same.
    /// It can be less than `bytes` if the inner stream takes less at once, or
    /// [`max_write`](Self::max_write) lets it; if the inner stream has to wait, so has the write.
    /// What is passed on is not flushed, so an inner stream that buffers may keep it.
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

    /// Makes read number `read` of this stream, and every one after it, find the end of the stream.
    /// Other operations do not count, and go on.
    ///
    /// Instead of a number, a [`Plan`](super::Plan) can say which.
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
    pub fn eof_at_read(mut self, read: impl Into<When>) -> Self {
        let counter = read.into().at("read");
        self.control.add(Counted::Reads, counter, Effect::Eof);
        self
    }

    /// Lets `bytes` bytes be read, and then makes every read find the end of the stream. Other
    /// operations go on.
    ///
    /// A read of more bytes returns those that are left. Instead of a number, a
    /// [`Plan`](super::Plan) can say how many.
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
    pub fn eof_after_bytes(mut self, bytes: impl Into<When>) -> Self {
        self.control
            .add(Counted::BytesRead, bytes.into().after(), Effect::Eof);
        self
    }

    /// Whether a fault has fired in this stream: an error or an end. Short reads and writes and
    /// calls that were held up are none.
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

    /// The inner stream.
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

    /// The inner stream, to use it directly: what is done to it so is not counted, limited or made
    /// to fail.
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

    /// Takes the inner stream out, kind as it was.
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

/// Shows the settings and what has fired, but not the inner stream, which might show its bytes.
impl<S> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty")
            .field("control", &self.control)
            .finish_non_exhaustive()
    }
}
