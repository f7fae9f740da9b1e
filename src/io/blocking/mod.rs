//! `std::io`'s traits, for threads without a runtime.

mod parker;
mod std_io;

use alloc::sync::Arc;
use core::fmt;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
#[cfg(doc)]
use std::io::{BufRead, Read, Write};
use std::io::{ErrorKind, Result};
use std::time::Instant;

use parker::Parker;

use crate::{DuplexStream, Reader, Writer};

/// A half or a stream whose calls block the thread instead of suspending a task.
///
/// Made by [`Reader::blocking`], [`Writer::blocking`] and [`DuplexStream::blocking`]. A reader
/// implements [`Read`] and [`BufRead`], a writer implements [`Write`], and a stream implements all
/// three, with vectored calls. The other end may be blocking or asynchronous, on any thread.
///
/// A call returns what the asynchronous call of the same name returns, and fails with the same
/// errors, [again and again](crate::guide::recipes#lines). Where that returns `Pending`, the thread
/// sleeps until the call can make progress. Dropping the value drops the half or the stream, which
/// ends it.
///
/// # Timeouts
///
/// With a [timeout](Self::set_timeout), a call of [`read`](Read::read),
/// [`fill_buf`](BufRead::fill_buf) or [`write`](Write::write) that has waited for that time fails
/// with [`TimedOut`](ErrorKind::TimedOut). It has read and written no byte then.
///
/// [`write_all`](Write::write_all), [`read_exact`](Read::read_exact) and the like make several
/// calls, and each of these may wait for the whole timeout. If one fails, the caller does not learn
/// how many bytes `write_all` has written or `read_exact` has read.
/// [`read_to_end`](Read::read_to_end) and [`read_until`](BufRead::read_until) leave the bytes that
/// they have read in the buffer. [`lines`](BufRead::lines) discards the beginning of a line.
/// [A loop of `write`](crate::guide::recipes#how-far-a-blocking-write-got) knows.
///
/// After a timeout, the half's waker stays registered. The peer may still call it, and the next
/// call that waits then polls once more than necessary.
///
/// # Spinning
///
/// A blocking half or stream owns its thread. Before the thread sleeps, a call looks for bytes or
/// space again and again for 50 microseconds, because waking a thread that sleeps takes about as
/// long. [`spin_limit`](Self::spin_limit) sets another limit.
///
/// # In asynchronous code
///
/// No call checks whether the thread belongs to a runtime. But a thread that sleeps runs no task.
/// If the task at the other end can run on that thread only, the two wait for each other for ever.
/// With a single-threaded executor this holds for every task, and with several threads perhaps for
/// the task that the call itself has just woken.
///
/// Make such calls where the runtime expects them (`smol::unblock`, `tokio::task::spawn_blocking`
/// or `block_in_place`, `async_std::task::spawn_blocking`), or on a thread without a runtime.
///
/// The thread does not sleep in [`std::thread::park`]. It therefore neither consumes an `unpark`
/// that is meant for an executor further up the stack, nor mistakes it for progress.
///
/// # Example
///
/// ```
/// use futures::AsyncReadExt;
/// use std::io::Write;
/// use std::thread;
///
/// let (mut reader, writer) = async_duplex::pipe(16);
///
/// // The thread blocks while the pipe is full.
/// let writing = thread::spawn(move || {
///     let mut writer = writer.blocking();
///     (1..=1000).try_for_each(|i| writeln!(writer, "line {i}"))
/// });
///
/// // A task reads.
/// let mut text = String::new();
/// futures::executor::block_on(reader.read_to_string(&mut text)).unwrap();
/// assert_eq!(text.lines().count(), 1000);
/// writing.join().unwrap().unwrap();
/// ```
#[must_use = "a stream does nothing unless it is used"]
pub struct Blocking<T> {
    inner: T,
    /// Sets how long the calls of `inner` spin. `None`: as long as its options say.
    set_spin_limit: fn(&mut T, Option<Duration>),
    spin_limit: Duration,
    timeout: Option<Duration>,
    /// Belongs to no thread, so the value can move to another thread.
    parker: Arc<Parker>,
    /// Wakes the thread that is parked in `parker`.
    waker: Waker,
}

impl Reader {
    /// Makes the reader block the thread when it has to wait: [`Read`] and [`BufRead`].
    ///
    /// ```
    /// use std::io::BufRead;
    /// use std::thread;
    ///
    /// let (reader, mut writer) = async_duplex::pipe(16);
    /// // Not `filter_map`, which never ends after an abort.
    /// let lines = reader.blocking().lines().map_while(Result::ok);
    /// let reading = thread::spawn(move || lines.collect::<Vec<_>>());
    ///
    /// writer.try_write(b"one\ntwo\nthree\n").unwrap();
    /// drop(writer);
    /// assert_eq!(reading.join().unwrap(), ["one", "two", "three"]);
    /// ```
    pub fn blocking(self) -> Blocking<Self> {
        Blocking::new(self, Self::set_spin_limit)
    }
}

impl Writer {
    /// Makes the writer block the thread when it has to wait: [`Write`].
    ///
    /// ```
    /// use futures::AsyncReadExt;
    /// use std::io::Write;
    /// use std::thread;
    ///
    /// let (mut reader, writer) = async_duplex::pipe(4);
    /// let writing = thread::spawn(move || writer.blocking().write_all(b"more than fits"));
    ///
    /// let mut text = String::new();
    /// futures::executor::block_on(reader.read_to_string(&mut text)).unwrap();
    /// assert_eq!(text, "more than fits");
    /// writing.join().unwrap().unwrap();
    /// ```
    pub fn blocking(self) -> Blocking<Self> {
        Blocking::new(self, Self::set_spin_limit)
    }
}

impl DuplexStream {
    /// Makes the stream block the thread when it has to wait: [`Read`], [`BufRead`] and [`Write`].
    ///
    /// To read and write at the same time, on two threads, split the stream first, with
    /// [`into_split`](Self::into_split). To close the direction that it writes to and continue
    /// reading, [finish](Writer::finish) its writer:
    ///
    /// ```
    /// use std::io::{Read, Write};
    ///
    /// let (client, mut server) = async_duplex::duplex(16);
    /// let mut client = client.blocking();
    /// client.write_all(b"question")?;
    /// client.get_mut().writer().finish();
    ///
    /// server.try_write(b"answer")?;
    /// drop(server);
    /// let mut answer = String::new();
    /// client.read_to_string(&mut answer)?;
    /// assert_eq!(answer, "answer");
    /// # std::io::Result::Ok(())
    /// ```
    pub fn blocking(self) -> Blocking<Self> {
        Blocking::new(self, |stream, limit| {
            stream.reader().set_spin_limit(limit);
            stream.writer().set_spin_limit(limit);
        })
    }
}

/// As long as waking a thread that sleeps takes, so that a spin that fails at most doubles the
/// time of a wait.
const DEFAULT_SPIN_LIMIT: Duration = Duration::from_micros(50);

impl<T> Blocking<T> {
    fn new(mut inner: T, set_spin_limit: fn(&mut T, Option<Duration>)) -> Self {
        set_spin_limit(&mut inner, Some(DEFAULT_SPIN_LIMIT));
        let parker = Arc::new(Parker::default());
        Self {
            inner,
            set_spin_limit,
            spin_limit: DEFAULT_SPIN_LIMIT,
            timeout: None,
            waker: parker.clone().into(),
            parker,
        }
    }

    /// Sets how long a call may spin before the thread sleeps, in place of 50 microseconds. Zero
    /// means that no call spins. A limit above 10 milliseconds counts as 10 milliseconds.
    ///
    /// A spin that fails makes the next ones rarer. Spinning never changes what a call returns,
    /// only when. The limit also holds for the half or stream that [`get_mut`](Self::get_mut)
    /// borrows. [`into_inner`](Self::into_inner) restores that of
    /// [`Options`](crate::Options::spin_limit).
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// let (near, far) = async_duplex::duplex(4096);
    /// let near = near.blocking().spin_limit(Duration::ZERO);
    /// assert!(near.get_ref().is_peer_of(&far));
    /// ```
    pub fn spin_limit(mut self, limit: Duration) -> Self {
        self.spin_limit = limit;
        self.set_timeout(self.timeout);
        self
    }

    /// Sets how long a call may wait. `None`, which is the default, means without a limit. See
    /// [Timeouts](Self#timeouts).
    ///
    /// A call that can move a byte at once never times out. With a timeout of zero, a call fails
    /// with `TimedOut` where [`try_read`](Reader::try_read) or [`try_write`](Writer::try_write)
    /// fails with `WouldBlock`, and does not spin.
    ///
    /// ```
    /// use core::time::Duration;
    /// use std::io::{ErrorKind, Read};
    ///
    /// let (reader, mut writer) = async_duplex::pipe(16);
    /// let mut reader = reader.blocking();
    /// reader.set_timeout(Some(Duration::from_millis(10)));
    ///
    /// let mut buf = [0; 16];
    /// assert_eq!(reader.read(&mut buf).unwrap_err().kind(), ErrorKind::TimedOut);
    /// writer.try_write(b"late").unwrap();
    /// assert_eq!(reader.read(&mut buf).unwrap(), 4);
    /// ```
    pub fn set_timeout(&mut self, timeout: Option<Duration>) {
        self.timeout = timeout;
        let limit = timeout.map_or(self.spin_limit, |timeout| timeout.min(self.spin_limit));
        (self.set_spin_limit)(&mut self.inner, Some(limit));
    }

    /// Returns how long a call may wait, or `None` if there is no limit.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// let (_, writer) = async_duplex::pipe(16);
    /// let mut writer = writer.blocking();
    /// assert_eq!(writer.timeout(), None);
    /// writer.set_timeout(Some(Duration::from_secs(1)));
    /// assert_eq!(writer.timeout(), Some(Duration::from_secs(1)));
    /// ```
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Borrows the asynchronous half or stream.
    ///
    /// ```
    /// use std::io::Write;
    ///
    /// let (_reader, writer) = async_duplex::pipe(16);
    /// let mut writer = writer.blocking();
    /// writer.write_all(b"abc").unwrap();
    /// assert_eq!(writer.get_ref().len(), 3);
    /// ```
    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// Borrows the asynchronous half or stream, to call the methods that `std::io` does not have:
    /// `try_*`, `close`, `abort`, `as_slices`.
    ///
    /// ```
    /// let (reader, writer) = async_duplex::pipe(16);
    /// let mut writer = writer.blocking();
    /// writer.get_mut().finish();
    /// assert!(reader.is_closed());
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// Returns the asynchronous half or stream. No byte is lost, because `Blocking` has no buffer.
    ///
    /// ```
    /// use std::io::Read;
    ///
    /// let (reader, mut writer) = async_duplex::pipe(16);
    /// writer.try_write(b"head, body").unwrap();
    /// let mut reader = reader.blocking();
    /// reader.read_exact(&mut [0; 6]).unwrap();
    /// assert_eq!(reader.into_inner().len(), 4);
    /// ```
    pub fn into_inner(mut self) -> T {
        (self.set_spin_limit)(&mut self.inner, None);
        self.inner
    }

    /// Polls until there is a result, and parks the thread after each `Pending`.
    #[inline]
    fn wait<R>(
        &mut self,
        mut poll: impl FnMut(&mut T, &mut Context<'_>) -> Poll<Result<R>>,
    ) -> Result<R> {
        let mut cx = Context::from_waker(&self.waker);
        if let Poll::Ready(result) = poll(&mut self.inner, &mut cx) {
            return result;
        }
        // A call that does not sleep needs no clock, which some targets with `std` lack. A deadline
        // that an `Instant` cannot represent is none.
        let sleeps = self.timeout != Some(Duration::ZERO);
        let timeout = self.timeout.filter(|_| sleeps);
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        while self.parker.park(sleeps, deadline) {
            if let Poll::Ready(result) = poll(&mut self.inner, &mut cx) {
                return result;
            }
        }
        Err(ErrorKind::TimedOut.into())
    }
}

/// Shows the inner half or stream, and the timeout.
impl<T: fmt::Debug> fmt::Debug for Blocking<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking")
            .field("inner", &self.inner)
            .field("timeout", &self.timeout)
            .finish()
    }
}
