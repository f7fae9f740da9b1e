//! The settings that make calls short or late.

use std::future::Future;

use super::direction::Rate;
use super::gate::AttachedGate;
use super::held::Held;
use super::latency::Latency;
use super::pending::PendingSequence;
use super::timer::Timer;
use super::{Faulty, Gate};

/// Short and late calls.
impl<S> Faulty<S> {
    /// Limits a read to `bytes` bytes, over all its buffers, and `poll_fill_buf` to lending
    /// `bytes` bytes.
    ///
    /// # Panics
    ///
    /// If `bytes` is 0.
    #[track_caller]
    pub fn max_read(mut self, bytes: usize) -> Self {
        self.control.reads.set_max_len(bytes, "read");
        self
    }

    /// Limits a write to `bytes` bytes, over all its buffers.
    ///
    /// # Panics
    ///
    /// If `bytes` is 0.
    #[track_caller]
    pub fn max_write(mut self, bytes: usize) -> Self {
        self.control.writes.set_max_len(bytes, "write");
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
    /// use futures::{io::Cursor, AsyncReadExt, FutureExt};
    /// use stream_check::faults::Faulty;
    ///
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).pending(0, 1);
    /// let mut buf = [0; 8];
    /// assert!(stream.read(&mut buf).now_or_never().is_none());
    /// assert_eq!(stream.read(&mut buf).now_or_never().unwrap().unwrap(), 5);
    /// ```
    #[track_caller]
    pub fn pending(mut self, seed: u64, one_in: u32) -> Self {
        assert!(one_in > 0, "`one_in` must be at least 1, not 0");
        self.control.pending = Some(PendingSequence::for_each_call(seed, one_in));
        self
    }

    /// Makes reads wait while `gate` is closed, including those into an empty buffer.
    ///
    /// Replaces the read gate that was set before. See [`Gate`], which has an example.
    pub fn read_gate(mut self, gate: &Gate) -> Self {
        self.control.reads.gate = Some(AttachedGate::new(gate));
        self
    }

    /// Makes writes, flushes and closes wait while `gate` is closed, as when the peer has stopped
    /// reading and all buffers in between are full.
    ///
    /// Replaces the write gate that was set before. See [`Gate`].
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
    /// task. If it panics, the call panics; later calls go on as if that timer had ended.
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
    /// use futures::{io::Cursor, AsyncReadExt};
    /// use std::time::{Duration, Instant};
    /// use stream_check::faults::Faulty;
    ///
    /// const LATENCY: Duration = Duration::from_millis(5);
    ///
    /// # smol::block_on(async {
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).latency(|| smol::Timer::after(LATENCY));
    /// let asked = Instant::now();
    /// stream.read_exact(&mut [0; 5]).await?;
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
    #[track_caller]
    pub fn read_rate<F>(mut self, bytes: usize, timer: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future + Send + 'static,
    {
        self.control.reads.rate = Some(Rate::new(bytes, Timer::new(timer)));
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
    /// use futures::{AsyncWriteExt, FutureExt};
    /// use std::time::Duration;
    /// use stream_check::faults::Faulty;
    ///
    /// const MINUTE: Duration = Duration::from_secs(60);
    ///
    /// let mut writer = Faulty::new(Vec::new()).write_rate(3, || smol::Timer::after(MINUTE));
    /// assert!(writer.write_all(b"hello").now_or_never().is_none());
    /// assert_eq!(writer.get_ref(), b"hel");
    /// ```
    #[track_caller]
    pub fn write_rate<F>(mut self, bytes: usize, timer: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future + Send + 'static,
    {
        self.control.writes.rate = Some(Rate::new(bytes, Timer::new(timer)));
        self
    }

    /// Holds written bytes back until a flush or a close, which passes all of them to the inner
    /// stream first. Without one, the peer waits for them for ever.
    ///
    /// Many pipes show a write to the reader at once, and a plain TCP socket sends it without a
    /// flush, so a forgotten flush goes unnoticed on both. A TLS stream, a compressed stream and a
    /// `BufWriter` may keep the bytes until they are flushed. The same code then hangs in
    /// production. With this setting it hangs in the test.
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
    /// use futures::{executor::block_on, AsyncWriteExt};
    /// use stream_check::faults::Faulty;
    ///
    /// let mut writer = Faulty::new(Vec::new()).hold_until_flush();
    /// block_on(writer.write_all(b"ping"))?;
    /// assert_eq!(writer.get_ref(), b"");
    /// block_on(writer.flush())?;
    /// assert_eq!(writer.get_ref(), b"ping");
    /// # std::io::Result::Ok(())
    /// ```
    pub fn hold_until_flush(mut self) -> Self {
        self.held = Some(Held::default());
        self
    }
}
