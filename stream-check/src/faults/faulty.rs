//! The wrapper around a stream, and its settings.

use std::fmt;
use std::future::Future;

use super::control::Control;
use super::direction::Rate;
use super::fault::{Counted, Effect};
use super::gate::AttachedGate;
use super::held::Held;
use super::latency::Latency;
use super::timer::Timer;
use super::{FaultPoint, Gate};
use std::io::ErrorKind;

/// A stream whose calls can be short, late or fail, always as the traits allow.
///
/// Implements `futures-io`'s `AsyncRead`, `AsyncBufRead` and `AsyncWrite` where the inner stream
/// does, tokio's as well (feature `tokio`), and the `Read`, `BufRead` and `Write` of
/// `embedded-io-async` (feature `embedded-io`). [`new`](Self::new) changes nothing; each setting
/// adds one kind of misbehaviour. The [module](super) defines an operation, and describes what
/// happens after a fault has fired.
///
/// The inner stream must be `Unpin`, as most streams are. `Box::pin` makes any other stream
/// `Unpin`.
///
/// # Cancel safety
///
/// That of the inner stream. A call with an injected `Pending` or error, and one that a gate or a
/// rate makes wait, does not reach it, except for the prefix that
/// [`truncate_write`](Self::truncate_write) passes on. Bytes in flight, and bytes that are held
/// back until a flush, belong to the stream and not to a call: dropping a future loses none.
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
/// use stream_check::faults::Faulty;
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
    pub(super) latency: Option<Latency>,
    pub(super) held: Option<Held>,
}

impl<S> Faulty<S> {
    /// Wraps a stream or a half of one, and changes nothing yet.
    ///
    /// ```
    /// use stream_check::faults::Faulty;
    ///
    /// let (reader, writer) = async_duplex::pipe(64);
    /// let (reader, writer) = (Faulty::new(reader), Faulty::new(writer).max_write(1));
    /// assert!(!reader.fired() && !writer.fired());
    /// ```
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            control: Control::new(),
            latency: None,
            held: None,
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
    /// use stream_check::faults::Faulty;
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
        self.control.reads.max_len = bytes;
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
    /// use stream_check::faults::Faulty;
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
        self.control.writes.max_len = bytes;
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
    /// use stream_check::faults::Faulty;
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

    /// Makes reads wait while `gate` is closed, including those into an empty buffer.
    ///
    /// Replaces the read gate that was set before. See [`Gate`], which has an example.
    ///
    /// ```
    /// use stream_check::faults::{Faulty, Gate};
    ///
    /// // The network is cut off: neither end reads what the other has written.
    /// let network = Gate::new();
    /// let (client, server) = async_duplex::duplex(64);
    /// let client = Faulty::new(client).read_gate(&network);
    /// let server = Faulty::new(server).read_gate(&network);
    /// network.close();
    /// # drop((client, server));
    /// ```
    pub fn read_gate(mut self, gate: &Gate) -> Self {
        self.control.reads.gate = Some(AttachedGate::new(gate));
        self
    }

    /// Makes writes, flushes and closes wait while `gate` is closed, as when the peer has stopped
    /// reading and all buffers in between are full.
    ///
    /// Replaces the write gate that was set before. See [`Gate`].
    ///
    /// ```
    /// use stream_check::faults::{Faulty, Gate};
    /// use futures::{AsyncWriteExt, FutureExt};
    ///
    /// let gate = Gate::new();
    /// let (reader, writer) = async_duplex::pipe(64);
    /// let mut writer = Faulty::new(writer).write_gate(&gate);
    /// gate.close();
    /// assert!(writer.close().now_or_never().is_none());
    /// assert!(!reader.is_closed());
    /// ```
    pub fn write_gate(mut self, gate: &Gate) -> Self {
        self.control.writes.gate = Some(AttachedGate::new(gate));
        self
    }

    /// Delays what the inner stream returns to reads: bytes and the end of the stream can be read
    /// one timer after they arrived. Writes are not delayed.
    ///
    /// `timer` starts a timer, with the clock of any runtime: `|| tokio::time::sleep(LATENCY)` or
    /// `|| async_io::Timer::after(LATENCY)`. The timer should count from this call and not from its
    /// first poll, as these two do. It is started and polled in the task that reads, and wakes that
    /// task.
    ///
    /// Bytes arrive when a read finds them in the inner stream. Each read that finds some starts a
    /// timer of its own, so several arrivals can be in flight, as in a network. Up to 72 KiB are in
    /// flight; a read looks for more only while less than 64 KiB are. A read returns bytes of one
    /// arrival. An error of the inner stream is returned after the bytes that arrived before it,
    /// without a delay of its own. The end of the inner stream is final.
    ///
    /// [`get_mut`](Self::get_mut) and [`into_inner`](Self::into_inner) do not see bytes in flight.
    ///
    /// # Example
    ///
    /// ```
    /// use stream_check::faults::Faulty;
    /// use futures::{AsyncReadExt, AsyncWriteExt};
    /// use std::time::{Duration, Instant};
    ///
    /// const LATENCY: Duration = Duration::from_millis(5);
    ///
    /// # let mut runtime = tokio::runtime::Builder::new_current_thread();
    /// # runtime.enable_time().build().unwrap().block_on(async {
    /// let (client, mut server) = async_duplex::duplex(64);
    /// let mut client = Faulty::new(client).latency(|| tokio::time::sleep(LATENCY));
    /// server.write_all(b"hello").await?;
    ///
    /// let asked = Instant::now();
    /// client.read_exact(&mut [0; 5]).await?;
    /// assert!(asked.elapsed() >= LATENCY);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn latency<F>(mut self, timer: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future + Send + 'static,
    {
        self.latency = Some(Latency::new(Timer::new(timer)));
        self
    }

    /// Limits the rate of reads to `bytes` bytes for each timer.
    ///
    /// The first byte starts a timer. Once `bytes` bytes are read, reads wait until it has ended;
    /// then, as many bytes can be read again. A read of an empty buffer does not wait. `timer` is
    /// as for [`latency`](Self::latency). A timer is started in the call that moves the byte,
    /// `consume` included; it is polled in the task that reads, and wakes that task.
    ///
    /// # Panics
    ///
    /// If `bytes` is 0.
    ///
    /// # Example
    ///
    /// About 64 KiB per second:
    ///
    /// ```
    /// use stream_check::faults::Faulty;
    /// use std::time::Duration;
    ///
    /// const INTERVAL: Duration = Duration::from_millis(125);
    ///
    /// let (reader, _writer) = async_duplex::pipe(64);
    /// let reader = Faulty::new(reader).read_rate(8 * 1024, || tokio::time::sleep(INTERVAL));
    /// # drop(reader);
    /// ```
    #[track_caller]
    pub fn read_rate<F>(mut self, bytes: usize, timer: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future + Send + 'static,
    {
        self.control.reads.rate = Some(new_rate(bytes, Timer::new(timer)));
        self
    }

    /// Limits the rate of writes to `bytes` bytes for each timer. Flushes and closes do not wait.
    ///
    /// Works as [`read_rate`](Self::read_rate) does, for the bytes that were written.
    ///
    /// # Panics
    ///
    /// If `bytes` is 0.
    ///
    /// # Example
    ///
    /// ```
    /// use stream_check::faults::Faulty;
    /// use futures::{AsyncWriteExt, FutureExt};
    /// use std::time::Duration;
    ///
    /// const INTERVAL: Duration = Duration::from_secs(60);
    ///
    /// let (reader, writer) = async_duplex::pipe(64);
    /// let mut writer = Faulty::new(writer)
    ///     .write_rate(3, || smol::Timer::after(INTERVAL));
    /// assert!(writer.write_all(b"hello").now_or_never().is_none());
    /// assert_eq!(reader.len(), 3);
    /// ```
    #[track_caller]
    pub fn write_rate<F>(mut self, bytes: usize, timer: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future + Send + 'static,
    {
        self.control.writes.rate = Some(new_rate(bytes, Timer::new(timer)));
        self
    }

    /// Holds written bytes back until a flush or a close, which passes all of them to the inner
    /// stream first. Without one, the peer waits for them for ever.
    ///
    /// A pipe of this crate shows a write to the reader at once, and a plain TCP socket sends it
    /// without a flush, so a forgotten flush goes unnoticed on both. A TLS stream, a compressed
    /// stream and a `BufWriter` may keep the bytes until they are flushed. The same code then hangs
    /// in production. With this setting it hangs in the test.
    ///
    /// Writes never wait and take any number of bytes, so code that never flushes needs memory for
    /// all of them. [`max_write`](Self::max_write), the rate, the gate and faults apply to the
    /// writes of the caller; bytes count as written when they are held. Bytes that are still held
    /// when the stream is dropped, or when an error has fired, are lost, as those of a `BufWriter`
    /// are. An inner stream that accepts no byte makes the flush fail with `WriteZero`.
    ///
    /// # Example
    ///
    /// ```
    /// use stream_check::faults::Faulty;
    /// use futures::{AsyncReadExt, AsyncWriteExt, FutureExt};
    ///
    /// # futures::executor::block_on(async {
    /// let (client, mut server) = async_duplex::duplex(64);
    /// let mut client = Faulty::new(client).hold_until_flush();
    /// let mut request = [0; 4];
    ///
    /// client.write_all(b"ping").await?;
    /// assert!(server.read_exact(&mut request).now_or_never().is_none());
    /// client.flush().await?;
    /// server.read_exact(&mut request).await?;
    /// assert_eq!(&request, b"ping");
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn hold_until_flush(mut self) -> Self {
        self.held = Some(Held::default());
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
    /// use stream_check::faults::Faulty;
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
    /// use stream_check::faults::Faulty;
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
    /// use stream_check::faults::Faulty;
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
    /// use stream_check::faults::Faulty;
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
    /// use stream_check::faults::Faulty;
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
    /// use stream_check::faults::Faulty;
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
    /// use stream_check::faults::Faulty;
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
    /// use stream_check::faults::Faulty;
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
    /// use stream_check::faults::Faulty;
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
    /// use stream_check::faults::Faulty;
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

#[track_caller]
fn new_rate(bytes: usize, timer: Timer) -> Rate {
    assert!(bytes > 0, "a rate must be at least 1 byte, not 0");
    Rate::new(bytes, timer)
}

/// Shows the settings and the state of the faults. Does not show the inner stream, whose `Debug`
/// might show bytes.
impl<S> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty")
            .field("control", &self.control)
            .field("latency", &self.latency)
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}
