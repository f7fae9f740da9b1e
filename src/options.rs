//! Making pipes and streams, with settings, or with an error instead of a panic.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

use crate::duplex::DuplexStream;
use crate::error::{Error, ErrorKind, Reason, Result};
use crate::pipe::{self, Config, Spin, MAX_CAPACITY};
use crate::reader::Reader;
use crate::writer::Writer;

/// Makes a pipe of `capacity` bytes. The [`Reader`] reads what the [`Writer`] writes.
///
/// The capacity is exact, and a power of two is no faster than another number. It is the number of
/// bytes that the writer can write before the reader reads. Typical capacities range from the size
/// of a message to 64 KiB. A task that writes more bytes than the capacity and only then reads
/// waits for ever. [Choosing a capacity](crate::guide::capacity) has more.
///
/// Memory for bytes is allocated [as unread bytes need
/// it](crate::guide::capacity#what-a-capacity-costs), and never before the first write or loan. If
/// the allocator refuses it, the write fails with `OutOfMemory`, and can be tried again.
///
/// A pipe cannot be used [after its end](crate::guide::recipes#a-pipe-after-its-end).
///
/// # Panics
///
/// If `capacity` is 0 or above `isize::MAX / 2`. The message names it. A pipe is always bounded.
/// For an effectively unbounded one, use a capacity such as 64 MiB.
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
#[doc(alias = "simplex")]
#[must_use = "both halves are dropped otherwise"]
pub fn pipe(capacity: usize) -> (Reader, Writer) {
    Options::new(capacity).pipe()
}

/// Makes two streams, each of which reads what the other writes. Each direction is a [`pipe`] of
/// `capacity` bytes, whose documentation also holds here.
///
/// A task that reads to the end of one stream while it holds the other itself waits for ever.
///
/// # Panics
///
/// If `capacity` is 0 or above `isize::MAX / 2`. The message names it.
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
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[track_caller]
#[doc(alias("socketpair", "pair"))]
#[must_use = "both streams are dropped otherwise"]
pub fn duplex(capacity: usize) -> (DuplexStream, DuplexStream) {
    Options::new(capacity).duplex()
}

/// Makes pipes and duplex streams with settings, or without panicking.
///
/// | setting | default |
/// | --- | --- |
/// | [`new(capacity)`](Self::new) | none: the caller chooses it |
/// | [`yield_every`](Self::yield_every) | 0: a half never yields |
/// | [`spin_limit`](Self::spin_limit) | zero: no call spins |
/// | [`error_on_drop`](Self::error_on_drop) | off: dropping a half is a clean end |
///
/// The same options make any number of pipes.
///
/// ```
/// use async_duplex::Options;
/// use core::time::Duration;
///
/// let options = Options::new(65536).yield_every(100).spin_limit(Duration::from_micros(50));
/// let (near, far) = options.duplex();
/// assert!(near.is_peer_of(&far));
/// ```
#[derive(Clone, Debug)]
#[must_use = "options make nothing by themselves"]
pub struct Options {
    capacity: usize,
    yield_every: usize,
    spin: Spin,
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
            spin: Spin::new(Duration::ZERO),
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
    /// Each half counts for itself. Calls that cannot wait, such as the `try_*` methods, do not
    /// count. Calls at the same position of the stream count once, so that a caller can ask for the
    /// same bytes again. Time spent [spinning](Self::spin_limit) does not reset the count.
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

    /// Sets how long a call may spin before it returns `Pending`: it looks for bytes or space again
    /// and again for that long. Zero, which is the default, means that no call spins. A limit above
    /// 10 milliseconds counts as 10 milliseconds.
    ///
    /// Use it where each of the two threads has nothing else to do, for example where both block on
    /// one task. Waking a thread that sleeps takes tens of microseconds, and between two such
    /// threads the answer is mostly there sooner. On a thread that has other tasks, a spin takes
    /// time from them. On one core, a spin always fails.
    ///
    /// A spin that fails makes the next ones rarer. Spinning never changes what a call returns,
    /// only when. Without the feature `std` there is no clock, and no call spins.
    ///
    /// A `Blocking` half or stream, which owns its thread, has a limit of its own instead of this
    /// one.
    ///
    /// ```
    /// use async_duplex::Options;
    /// use core::time::Duration;
    ///
    /// let (near, far) = Options::new(4096).spin_limit(Duration::from_micros(50)).duplex();
    /// assert!(near.is_peer_of(&far));
    /// ```
    pub fn spin_limit(mut self, limit: Duration) -> Self {
        self.spin = Spin::new(limit);
        self
    }

    /// Sets the error that the peer gets if a half is dropped before it was finished, closed or
    /// aborted. A reader gets it after the last byte, in place of the end. A writer gets it in
    /// place of `BrokenPipe`.
    ///
    /// A panic, a cancelled task or a `?` then no longer looks like a complete stream, for example
    /// [an HTTP body](crate::guide::recipes#an-http-body-that-a-task-writes). A half whose peer has
    /// ended the stream before reports nothing. Off by default.
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
    /// The message names the kind.
    #[track_caller]
    pub fn error_on_drop(mut self, kind: ErrorKind) -> Self {
        assert!(
            !Reason::means_try_again(kind),
            "cannot end a stream with {kind:?}: callers take it for \"try again\""
        );
        self.error_on_drop = Some(kind);
        self
    }

    /// Makes a pipe.
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
    #[inline]
    #[must_use = "both halves are dropped otherwise"]
    pub fn pipe(&self) -> (Reader, Writer) {
        self.assert_valid();
        self.make()
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
    #[inline]
    #[must_use = "both streams are dropped otherwise"]
    pub fn duplex(&self) -> (DuplexStream, DuplexStream) {
        self.assert_valid();
        cross(self.make(), self.make())
    }

    /// Makes a pipe, or returns an error if the capacity is invalid.
    ///
    /// ```
    /// use async_duplex::Options;
    /// use std::io::ErrorKind;
    ///
    /// let error = Options::new(usize::MAX).try_pipe().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidInput);
    ///
    /// assert!(Options::new(64).try_pipe().is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the capacity is 0 or above `isize::MAX / 2`. The message names it.
    pub fn try_pipe(&self) -> Result<(Reader, Writer)> {
        if !self.is_valid() {
            return Err(Error::new(ErrorKind::InvalidInput, self.capacity_error()));
        }
        Ok(self.make())
    }

    /// Makes a pair of streams, or returns an error if the capacity is invalid.
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
        Ok(cross(self.try_pipe()?, self.try_pipe()?))
    }

    #[track_caller]
    fn assert_valid(&self) {
        if !self.is_valid() {
            panic!("{}", self.capacity_error());
        }
    }

    fn is_valid(&self) -> bool {
        (1..=MAX_CAPACITY).contains(&self.capacity)
    }

    fn capacity_error(&self) -> String {
        let capacity = self.capacity;
        let advice = match capacity {
            0 => "",
            // As in `duplex(usize::MAX)`.
            _ => {
                ". A pipe cannot be unbounded. A large capacity, such as 64 MiB, takes no memory \
                  before bytes need it"
            }
        };
        format!(
            "the capacity of a pipe must be from 1 to {MAX_CAPACITY} bytes, not {capacity}{advice}"
        )
    }

    #[inline(always)] // So that the halves are built where the caller wants them.
    fn make(&self) -> (Reader, Writer) {
        let config = Config {
            // Four billion calls in a row are as good as never.
            yield_every: u32::try_from(self.yield_every).unwrap_or(0),
            spin: self.spin,
            error_on_drop: self.error_on_drop,
        };
        let (reader, writer) = pipe::pipe(self.capacity, config);
        (Reader::new(reader), Writer::new(writer))
    }
}

/// Joins two pipes, so that each stream reads what the other one writes.
#[inline(always)]
fn cross(
    (left_reader, right_writer): (Reader, Writer),
    (right_reader, left_writer): (Reader, Writer),
) -> (DuplexStream, DuplexStream) {
    (
        DuplexStream::new(left_reader, left_writer),
        DuplexStream::new(right_reader, right_writer),
    )
}
