//! Pipes with settings, and constructors that return an error.

use alloc::alloc::handle_alloc_error;
use alloc::format;
use core::time::Duration;

use crate::error::{assert_final, out_of_memory, Error, ErrorKind, Result};
use crate::pipe::{
    header_layout, pipe, Config, Consumer, Endpoint, OutOfMemory, Producer, DEFAULT_SPIN_LIMIT,
    MAX_CAPACITY,
};
use crate::{DuplexStream, Reader, Writer};

/// Makes pipes and duplex streams with settings, or without panicking.
///
/// | setting | default |
/// | --- | --- |
/// | [`new(capacity)`](Self::new) | none: the caller chooses it |
/// | [`yield_every`](Self::yield_every) | 0: a half never yields |
/// | [`spin_limit`](Self::spin_limit) | 100 microseconds in total between two `Pending`s |
/// | [`error_on_drop`](Self::error_on_drop) | off: dropping a half is a clean end |
///
/// The same options make any number of pipes.
///
/// ```
/// use async_duplex::Options;
/// use core::time::Duration;
///
/// let (near, far) = Options::new(65536).spin_limit(Duration::ZERO).duplex();
/// assert!(near.is_peer_of(&far));
///
/// // A capacity from a configuration file.
/// let error = Options::new(0).try_pipe().unwrap_err();
/// assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
/// ```
#[derive(Clone, Debug)]
#[must_use = "options make nothing by themselves"]
pub struct Options {
    capacity: usize,
    yield_every: usize,
    spin_limit: Duration,
    error_on_drop: Option<ErrorKind>,
}

impl Options {
    /// Makes the options of [`pipe`](crate::pipe()) and [`duplex`](crate::duplex()): a capacity of
    /// `capacity` bytes, and the defaults of all other settings.
    ///
    /// The capacity is checked when a pipe is made.
    ///
    /// ```
    /// use async_duplex::Options;
    ///
    /// let (reader, writer) = Options::new(4096).pipe();
    /// assert_eq!(reader.capacity(), 4096);
    /// assert!(reader.is_peer_of(&writer));
    /// ```
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            yield_every: 0,
            spin_limit: DEFAULT_SPIN_LIMIT,
            error_on_drop: None,
        }
    }

    /// Sets after how many calls in a row that did not wait a half yields: the next call wakes its
    /// own task and returns `Pending`. 0, which is the default, means never.
    ///
    /// This is for executors that run a task until it waits. Two tasks that keep each other busy
    /// over a pipe would otherwise leave no room for other tasks. tokio's traits need no such
    /// setting, because they obey tokio's budget.
    ///
    /// Each half counts for itself. Calls that cannot wait, as the `try_*` methods, do not count.
    /// Calls at the same position of the stream count once, so that a caller can ask for the same
    /// bytes again. Time spent [spinning](Self::spin_limit) does not reset the count.
    ///
    /// ```
    /// use async_duplex::Options;
    /// use futures::{AsyncReadExt, FutureExt};
    ///
    /// let (mut reader, mut writer) = Options::new(64).yield_every(2).pipe();
    /// writer.try_write(b"abc").unwrap();
    /// let mut byte = [0];
    /// assert!(reader.read(&mut byte).now_or_never().is_some());
    /// assert!(reader.read(&mut byte).now_or_never().is_some());
    /// assert!(reader.read(&mut byte).now_or_never().is_none(), "it yields");
    /// assert!(reader.read(&mut byte).now_or_never().is_some());
    /// ```
    pub fn yield_every(mut self, calls: usize) -> Self {
        self.yield_every = calls;
        self
    }

    /// Sets how long the calls of a half may spin, in total, between two calls that return
    /// `Pending`. 100 microseconds by default. Zero turns spinning off.
    ///
    /// A call that spins looks for bytes or space again and again before it waits, for at most a
    /// tenth of the limit. Waking a thread that sleeps takes several microseconds, a hundred times
    /// as long as moving a message. A half spins only where that would otherwise be necessary: its
    /// peer measures how long waking it takes, and has found that the thread had been asleep. A
    /// thread that runs other tasks is woken faster, so its tasks lose nothing. Spins that fail
    /// make a half spin less often.
    ///
    /// Spinning never changes what a call returns, only when. It never takes place on a machine
    /// with one core, or without the feature `std`.
    ///
    /// ```
    /// use async_duplex::Options;
    /// use core::time::Duration;
    ///
    /// // A half that waits gives up its thread at once.
    /// let (near, far) = Options::new(4096).spin_limit(Duration::ZERO).duplex();
    /// assert!(near.is_peer_of(&far));
    /// ```
    pub fn spin_limit(mut self, limit: Duration) -> Self {
        self.spin_limit = limit;
        self
    }

    /// Lets a half that is dropped without having been ended tell its peer so: the reader gets
    /// every byte and then this kind of error instead of the end, the writer gets it instead of
    /// `BrokenPipe`.
    ///
    /// A panic, a cancelled task or a `?` then no longer looks like a complete stream. A half has
    /// been ended if it was closed, finished or aborted, or if its peer has ended the stream
    /// before. Off by default.
    ///
    /// ```
    /// use async_duplex::Options;
    /// use std::io::ErrorKind;
    ///
    /// let options = Options::new(64).error_on_drop(ErrorKind::UnexpectedEof);
    /// let (mut reader, mut writer) = options.pipe();
    /// writer.try_write(b"half of it").unwrap();
    /// drop(writer); // For example, because a `?` has returned early.
    ///
    /// let mut buf = [0; 64];
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 10);
    /// assert_eq!(reader.try_read(&mut buf).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    ///
    /// let (mut reader, mut writer) = options.pipe();
    /// writer.finish();
    /// drop(writer);
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
    /// ```
    ///
    /// # Panics
    ///
    /// If the kind is `Interrupted` or `WouldBlock`, because callers take these for "try again".
    #[track_caller]
    pub fn error_on_drop(mut self, kind: ErrorKind) -> Self {
        assert_final(kind);
        self.error_on_drop = Some(kind);
        self
    }

    /// Makes a pipe.
    ///
    /// The memory for the capacity is allocated at the first write. If the allocator refuses it,
    /// that write fails with `OutOfMemory`.
    ///
    /// ```
    /// use async_duplex::Options;
    ///
    /// let options = Options::new(64).yield_every(100);
    /// let (reader, writer) = options.pipe();
    /// let (_, other_writer) = options.pipe();
    /// assert!(reader.is_peer_of(&writer));
    /// assert!(!reader.is_peer_of(&other_writer));
    /// ```
    ///
    /// # Panics
    ///
    /// If the capacity is 0 or above `isize::MAX / 2`.
    #[track_caller]
    #[must_use = "both halves are dropped otherwise"]
    pub fn pipe(&self) -> (Reader, Writer) {
        self.assert_valid();
        match self.make() {
            Ok((reader, writer)) => (Reader::new(reader), Writer::new(writer)),
            Err(OutOfMemory) => handle_alloc_error(header_layout()),
        }
    }

    /// Makes a pair of streams. Each direction is a [`pipe`](Self::pipe) with these options.
    ///
    /// ```
    /// use async_duplex::Options;
    ///
    /// let (mut near, mut far) = Options::new(64).yield_every(100).duplex();
    /// near.try_write(b"ping").unwrap();
    /// far.try_write(b"pong").unwrap();
    /// assert_eq!(near.reader().as_slices().0, b"pong");
    /// assert_eq!(far.reader().as_slices().0, b"ping");
    /// ```
    ///
    /// # Panics
    ///
    /// If the capacity is 0 or above `isize::MAX / 2`.
    #[track_caller]
    #[must_use = "both streams are dropped otherwise"]
    pub fn duplex(&self) -> (DuplexStream, DuplexStream) {
        crossed(self.pipe(), self.pipe())
    }

    /// Makes a pipe and allocates the memory for its capacity, or returns an error.
    ///
    /// ```
    /// use async_duplex::Options;
    /// use std::io::ErrorKind;
    ///
    /// let error = Options::new(usize::MAX).try_pipe().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidInput);
    ///
    /// // A valid capacity, of more memory than there is.
    /// let error = Options::new(usize::MAX / 4).try_pipe().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::OutOfMemory);
    ///
    /// assert!(Options::new(64).try_pipe().is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// * `InvalidInput` if the capacity is 0 or above `isize::MAX / 2`. The message names it.
    /// * `OutOfMemory` if the allocator refuses the memory for the capacity, or that for the rest
    ///   of the pipe, which is about 700 bytes.
    pub fn try_pipe(&self) -> Result<(Reader, Writer)> {
        if !self.is_valid() {
            return Err(Error::new(ErrorKind::InvalidInput, self.complaint()));
        }
        let refused = |OutOfMemory| out_of_memory(self.capacity);
        let (reader, mut writer) = self.make().map_err(refused)?;
        writer.allocate().map_err(refused)?;
        Ok((Reader::new(reader), Writer::new(writer)))
    }

    /// Makes a pair of streams and allocates the memory for their capacity, or returns an error.
    ///
    /// ```
    /// use async_duplex::Options;
    ///
    /// let (near, far) = Options::new(64).try_duplex()?;
    /// assert!(near.is_peer_of(&far));
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`try_pipe`](Self::try_pipe).
    pub fn try_duplex(&self) -> Result<(DuplexStream, DuplexStream)> {
        Ok(crossed(self.try_pipe()?, self.try_pipe()?))
    }

    /// Panics if no pipe can be made.
    #[track_caller]
    fn assert_valid(&self) {
        assert!(self.is_valid(), "{}", self.complaint());
    }

    fn is_valid(&self) -> bool {
        (1..=MAX_CAPACITY).contains(&self.capacity)
    }

    fn complaint(&self) -> alloc::string::String {
        let capacity = self.capacity;
        let advice = match capacity {
            0 => "",
            // As in `duplex(usize::MAX)`.
            _ => {
                ". A pipe cannot be unbounded. A large capacity, such as 64 MiB, takes no memory \
                  before it is used"
            }
        };
        format!(
            "the capacity of a pipe must be from 1 to {MAX_CAPACITY} bytes, not {capacity}{advice}"
        )
    }

    #[inline(always)] // So that the halves are built where the caller wants them.
    fn make(&self) -> core::result::Result<(Endpoint<Consumer>, Endpoint<Producer>), OutOfMemory> {
        let config = Config {
            yield_every: self.yield_every,
            spin_limit: self.spin_limit,
            error_on_drop: self.error_on_drop,
        };
        pipe(self.capacity, config)
    }
}

/// Joins two pipes, so that each stream reads what the other one writes.
fn crossed(
    (left_reader, right_writer): (Reader, Writer),
    (right_reader, left_writer): (Reader, Writer),
) -> (DuplexStream, DuplexStream) {
    (
        DuplexStream::new(left_reader, left_writer),
        DuplexStream::new(right_reader, right_writer),
    )
}
