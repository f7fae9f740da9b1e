//! Making pipes, and joining two of them into streams that go both ways.

use crate::error::{assert_final, ErrorKind};
use crate::{Options, Reader, Writer};

/// Makes a pipe that holds up to `capacity` bytes: what the [`Writer`] writes, the [`Reader`]
/// reads.
///
/// The capacity is exact, whatever it is; a power of two gains nothing. Choose it by how far the
/// writer should be able to run ahead: from the size of a message to 64 KiB is usual. With a small
/// one, reading and writing have to take turns, so a task that writes more than fits and only then
/// reads waits for itself.
///
/// The memory for the capacity is allocated at the first write, and a writer that finds the pipe
/// empty continues at the front of it. A large capacity therefore costs nothing until it is needed.
/// If the allocator refuses the memory, the write fails with `OutOfMemory`.
///
/// A half may spin before it waits, if its thread would otherwise sleep: see
/// [`Options::spin_limit`](crate::Options::spin_limit).
///
/// # Panics
///
/// If `capacity` is 0 or above `isize::MAX / 2`.
///
/// # Example
///
/// ```
/// use futures::{AsyncReadExt, AsyncWriteExt};
///
/// # futures::executor::block_on(async {
/// let (mut reader, mut writer) = async_duplex::pipe(1024);
/// writer.write_all(b"ping").await?;
///
/// let mut buf = [0; 4];
/// reader.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"ping");
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[track_caller]
pub fn pipe(capacity: usize) -> (Reader, Writer) {
    Options::new(capacity).pipe()
}

/// Makes two streams, each of which reads what the other writes, with up to `capacity` bytes on
/// their way in each direction.
///
/// # Panics
///
/// As [`pipe`] does.
///
/// # Example
///
/// ```
/// use futures::{AsyncReadExt, AsyncWriteExt};
///
/// # futures::executor::block_on(async {
/// let (mut client, mut server) = async_duplex::duplex(1024);
///
/// client.write_all(b"ping").await?;
/// let mut buf = [0; 4];
/// server.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"ping");
///
/// server.write_all(b"pong").await?;
/// client.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"pong");
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[track_caller]
pub fn duplex(capacity: usize) -> (DuplexStream, DuplexStream) {
    Options::new(capacity).duplex()
}

/// A stream that goes both ways: a [`Reader`] and a [`Writer`] in one.
///
/// Implements `futures-io`'s `AsyncRead`, `AsyncBufRead` and `AsyncWrite` (feature `std`), each by
/// the half that is meant for it; see there for how they behave.
///
/// Closing the stream with `poll_close` closes what it writes to, and reading goes on: a
/// half-close. Dropping it closes both directions.
///
/// # Splitting
///
/// [`into_split`](Self::into_split) takes the stream apart into its halves, for two tasks or two
/// threads, without a lock between them, and [`new`](Self::new) joins them again.
/// [`split`](Self::split) borrows the halves. If `futures::AsyncReadExt` is in scope, write
/// `DuplexStream::split(&mut stream)`: that trait has a `split` too, which a plain `stream.split()`
/// means, and which puts a lock around the stream.
#[derive(Debug)]
pub struct DuplexStream {
    reader: Reader,
    writer: Writer,
}

impl DuplexStream {
    /// Makes a stream of any two halves: of two pipes with different capacities, of one and the
    /// same pipe (a loopback), or of what [`into_split`](Self::into_split) gave.
    ///
    /// ```
    /// use async_duplex::{pipe, DuplexStream};
    ///
    /// // Small requests, large responses.
    /// let (request_reader, request_writer) = pipe(512);
    /// let (response_reader, response_writer) = pipe(65536);
    /// let client = DuplexStream::new(response_reader, request_writer);
    /// let server = DuplexStream::new(request_reader, response_writer);
    /// assert!(client.is_peer_of(&server));
    /// ```
    pub fn new(reader: Reader, writer: Writer) -> Self {
        Self { reader, writer }
    }

    /// Borrows the two halves, to read and write at the same time within one task.
    ///
    /// ```
    /// use async_duplex::DuplexStream;
    /// use futures::{AsyncReadExt, AsyncWriteExt};
    ///
    /// # futures::executor::block_on(async {
    /// let (mut near, mut far) = async_duplex::duplex(2);
    /// let (reader, writer) = DuplexStream::split(&mut near);
    /// let mut answer = [0; 10];
    /// let echo = async {
    ///     let mut buf = [0; 10];
    ///     far.read_exact(&mut buf).await?;
    ///     far.write_all(&buf).await
    /// };
    /// futures::try_join!(writer.write_all(b"0123456789"), reader.read_exact(&mut answer), echo)?;
    /// assert_eq!(&answer, b"0123456789");
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    #[inline]
    pub fn split(&mut self) -> (&mut Reader, &mut Writer) {
        (&mut self.reader, &mut self.writer)
    }

    /// Takes the stream apart. Each half closes its own direction when it is dropped; the other
    /// direction goes on.
    ///
    /// ```
    /// let (near, far) = async_duplex::duplex(64);
    /// let (reader, writer) = near.into_split();
    /// drop(writer);
    ///
    /// // The other end reads the end of the stream, and can still write.
    /// let (mut far_reader, mut far_writer) = far.into_split();
    /// assert_eq!(far_reader.try_read(&mut [0; 8]).unwrap(), 0);
    /// assert_eq!(far_writer.try_write(b"still here").unwrap(), 10);
    /// assert_eq!(reader.len(), 10);
    /// ```
    pub fn into_split(self) -> (Reader, Writer) {
        (self.reader, self.writer)
    }

    /// Aborts both directions: from now on the reads and writes of the other stream fail with
    /// `kind`, and unread bytes are discarded. See [`Reader::abort`] and [`Writer::abort`].
    ///
    /// Both directions are aborted even if the other stream's waker panics.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut client, server) = async_duplex::duplex(64);
    /// client.abort(ErrorKind::ConnectionReset);
    /// let (mut reader, mut writer) = server.into_split();
    /// assert_eq!(reader.try_read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// assert_eq!(writer.try_write(&[0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// ```
    ///
    /// # Panics
    ///
    /// If `kind` is `Interrupted` or `WouldBlock`, which mean "try again".
    #[track_caller]
    pub fn abort(&mut self, kind: ErrorKind) {
        assert_final(kind);
        // Aborts the other direction even if the first one wakes a waker that panics.
        let writer = AbortOnDrop(&mut self.writer, kind);
        self.reader.abort(kind);
        drop(writer);
    }

    /// Whether the two streams are each other's ends, in both directions.
    ///
    /// ```
    /// let (a, b) = async_duplex::duplex(64);
    /// let (c, _) = async_duplex::duplex(64);
    /// assert!(a.is_peer_of(&b));
    /// assert!(!a.is_peer_of(&c));
    /// ```
    pub fn is_peer_of(&self, other: &Self) -> bool {
        self.reader.is_peer_of(&other.writer) && other.reader.is_peer_of(&self.writer)
    }
}

struct AbortOnDrop<'a>(&'a mut Writer, ErrorKind);

impl Drop for AbortOnDrop<'_> {
    fn drop(&mut self) {
        self.0.abort(self.1);
    }
}
