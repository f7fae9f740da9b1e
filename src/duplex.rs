//! Streams made of two pipes.

use crate::error::Result;
use crate::reader::Reader;
use crate::writer::Writer;

/// A bidirectional stream: a [`Reader`] and a [`Writer`].
///
/// Made by [`duplex`](crate::duplex), which makes two of them, or of two halves by
/// [`new`](Self::new). It implements these traits:
///
/// * `AsyncRead`, `AsyncBufRead` and `AsyncWrite` of `futures-io`, which smol and async-std use too
///   (feature `std`, on by default),
/// * `AsyncRead`, `AsyncBufRead` and `AsyncWrite` of tokio (feature `tokio`),
/// * `Read`, `BufRead`, `Write`, `ReadReady` and `WriteReady` of `embedded-io-async` (feature
///   `embedded-io`).
///
/// `blocking` returns a stream that blocks its thread, with the traits of `std::io`. Each call goes
/// to the [`Reader`] or the [`Writer`], whose documentation says how it behaves.
///
/// `close().await`, which tokio calls `shutdown`, finishes the writer only: the stream can still
/// read. Dropping the stream ends both directions.
///
/// ```
/// use futures::{AsyncReadExt, AsyncWriteExt};
///
/// # futures::executor::block_on(async {
/// let (mut client, mut server) = async_duplex::duplex(64);
/// client.write_all(b"a question").await?;
/// client.close().await?;
///
/// let mut question = String::new();
/// server.read_to_string(&mut question).await?;
/// server.write_all(b"an answer").await?;
/// drop(server);
///
/// let mut answer = String::new();
/// client.read_to_string(&mut answer).await?;
/// assert_eq!((&*question, &*answer), ("a question", "an answer"));
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
///
/// # Splitting
///
/// [`split`](Self::split) takes the stream apart into its halves, for two tasks or two threads,
/// without a lock between them, and [`new`](Self::new) joins them again. It means the same as
/// [`into_split`](Self::into_split), and takes precedence over the `split` of
/// `futures::AsyncReadExt`, which would put a lock around the stream. (To split a stream at a byte,
/// as `AsyncBufReadExt::split` does, write `AsyncBufReadExt::split(stream, b'\n')`.)
///
/// [`halves`](Self::halves), [`reader`](Self::reader) and [`writer`](Self::writer) borrow the
/// halves. What a half can do is one call away: `stream.reader().readable(4).await`,
/// `stream.reader().closed().await`.
#[derive(Debug)]
pub struct DuplexStream {
    pub(crate) reader: Reader,
    pub(crate) writer: Writer,
}

impl DuplexStream {
    /// Makes a stream of any two halves: of two pipes with different capacities, of one pipe (a
    /// loopback), or of the halves that [`split`](Self::split) returned.
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
    #[doc(alias("unsplit", "reunite"))]
    #[inline]
    pub fn new(reader: Reader, writer: Writer) -> Self {
        Self { reader, writer }
    }

    /// Splits the stream into its halves. Each half ends its own direction when it is dropped. The
    /// other direction stays open.
    ///
    /// ```
    /// let (near, far) = async_duplex::duplex(64);
    /// let (reader, writer) = near.split();
    /// drop(writer);
    ///
    /// // The other end reads the end of the stream, and can still write.
    /// let (mut far_reader, mut far_writer) = far.split();
    /// assert_eq!(far_reader.try_read(&mut [0; 8]).unwrap(), 0);
    /// assert_eq!(far_writer.try_write(b"still here").unwrap(), 10);
    /// assert_eq!(reader.len(), 10);
    /// ```
    pub fn split(self) -> (Reader, Writer) {
        (self.reader, self.writer)
    }

    /// The same as [`split`](Self::split), by the name that tokio's sockets use.
    ///
    /// ```
    /// let (near, far) = async_duplex::duplex(64);
    /// let (reader, writer) = near.into_split();
    /// let near = async_duplex::DuplexStream::new(reader, writer);
    /// assert!(near.is_peer_of(&far));
    /// ```
    pub fn into_split(self) -> (Reader, Writer) {
        self.split()
    }

    /// Borrows the two halves, to read and write at the same time within one task.
    ///
    /// ```
    /// use futures::{AsyncReadExt, AsyncWriteExt};
    ///
    /// # futures::executor::block_on(async {
    /// let (mut near, mut far) = async_duplex::duplex(2);
    /// let (reader, writer) = near.halves();
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
    pub fn halves(&mut self) -> (&mut Reader, &mut Writer) {
        (&mut self.reader, &mut self.writer)
    }

    /// Borrows the half that reads.
    ///
    /// ```
    /// let (mut near, mut far) = async_duplex::duplex(64);
    /// far.try_write(b"hello").unwrap();
    /// assert_eq!(near.reader().as_slices().0, b"hello");
    /// ```
    #[inline]
    pub fn reader(&mut self) -> &mut Reader {
        &mut self.reader
    }

    /// Borrows the half that writes.
    ///
    /// ```
    /// let (mut near, far) = async_duplex::duplex(64);
    /// drop(far);
    /// assert!(near.writer().is_closed());
    /// ```
    #[inline]
    pub fn writer(&mut self) -> &mut Writer {
        &mut self.writer
    }

    /// Reads without waiting, and returns the number of bytes read: see [`Reader::try_read`], with
    /// the same errors.
    ///
    /// ```
    /// let (mut near, mut far) = async_duplex::duplex(64);
    /// near.try_write(b"ping").unwrap();
    /// let mut buf = [0; 8];
    /// assert_eq!(far.try_read(&mut buf).unwrap(), 4);
    /// assert_eq!(&buf[..4], b"ping");
    /// ```
    #[inline]
    pub fn try_read(&mut self, buf: &mut [u8]) -> Result<usize> {
        self.reader.try_read(buf)
    }

    /// Writes without waiting, and returns the number of bytes written: see [`Writer::try_write`],
    /// with the same errors.
    ///
    /// ```
    /// let (mut near, _far) = async_duplex::duplex(3);
    /// assert_eq!(near.try_write(b"ping").unwrap(), 3);
    /// ```
    #[inline]
    pub fn try_write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.writer.try_write(bytes)
    }

    /// Returns whether each of the two streams reads what the other writes.
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

impl Reader {
    /// Returns whether `writer` is the other half of the same pipe.
    ///
    /// ```
    /// let (reader, writer) = async_duplex::pipe(8);
    /// let (_, other_writer) = async_duplex::pipe(8);
    /// assert!(reader.is_peer_of(&writer));
    /// assert!(!reader.is_peer_of(&other_writer));
    /// ```
    pub fn is_peer_of(&self, writer: &Writer) -> bool {
        self.endpoint.is_peer_of(&writer.endpoint)
    }
}

impl Writer {
    /// Returns whether `reader` is the other half of the same pipe.
    ///
    /// ```
    /// let (reader, writer) = async_duplex::pipe(8);
    /// let (other_reader, _) = async_duplex::pipe(8);
    /// assert!(writer.is_peer_of(&reader));
    /// assert!(!writer.is_peer_of(&other_reader));
    /// ```
    pub fn is_peer_of(&self, reader: &Reader) -> bool {
        self.endpoint.is_peer_of(&reader.endpoint)
    }
}
