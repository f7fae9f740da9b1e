//! Pipes that are not quite plain.

use alloc::alloc::handle_alloc_error;
use alloc::format;
use alloc::string::String;
use core::time::Duration;

use crate::io::{Error, ErrorKind, Result};
use crate::pipe::{Policy, Signals, DEFAULT_SPIN};
use crate::ring::{ring, Ends, OutOfMemory, MAX_CAPACITY};
use crate::{DuplexStream, Reader, Writer};

/// Makes pipes and duplex streams with settings of your choice, or without panicking.
///
/// ```
/// use async_duplex::Options;
///
/// // A writer that has filled the pipe sleeps until half of it is free again.
/// let (near, far) = Options::new(65536).low_water(32768).duplex();
/// assert!(near.is_peer_of(&far));
///
/// // A capacity that comes from outside.
/// let error = Options::new(0).try_pipe().unwrap_err();
/// assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
/// ```
#[derive(Clone, Debug)]
#[must_use = "options make nothing by themselves"]
pub struct Options {
    capacity: usize,
    low_water: usize,
    yield_every: usize,
    spin: Duration,
}

impl Options {
    /// The plainest pipe that holds `capacity` bytes: the one that [`pipe`](crate::pipe()) makes.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            low_water: 1,
            yield_every: 0,
            spin: DEFAULT_SPIN,
        }
    }

    /// How many bytes must be free before a writer that waits is woken. 1 unless set: any progress
    /// of the reader wakes it.
    ///
    /// With a larger number, a writer that is faster than its reader sleeps longer and is woken less
    /// often, for more at a time. An emptied pipe always wakes it, and so does a reader that goes to
    /// sleep over the same pipe, however little is free then. A reader that takes a part and waits for
    /// something else leaves it asleep. From 1 to the capacity.
    pub fn low_water(mut self, bytes: usize) -> Self {
        self.low_water = bytes;
        self
    }

    /// How many calls in a row may succeed without having to wait, on either half, before one of them
    /// wakes its own task and returns `Pending`. 0 unless set: none ever does that.
    ///
    /// For executors that run a task until it waits: two tasks that keep each other busy over a pipe
    /// then leave room for others. (With tokio's own traits there is no need: they obey tokio's
    /// budget.) What cannot wait is not counted, the `try_*` methods for example; nor is a call that
    /// asks again for what the one before it found, when nothing has been moved since.
    pub fn yield_every(mut self, calls: usize) -> Self {
        self.yield_every = calls;
        self
    }

    /// For how long, at most, a call may look for bytes or room again and again before it goes to sleep.
    /// 50 microseconds unless set; zero turns it off.
    ///
    /// Waking a sleeping thread takes tens of microseconds, a hundred times as long as moving a message.
    /// So a call that would have to wait spins first, but only where it has learned that this is worth
    /// it: if the other half was last seen on another thread, if nothing else has gone to sleep over a
    /// pipe on this thread since this half last did, and if that has mostly succeeded lately. It
    /// never happens when both halves are on one thread, on a machine with one core or without the feature
    /// `std`. It changes nothing about what a call returns, only when. While a task spins, its thread runs
    /// nothing else.
    ///
    /// Turn it off to keep a pipe from ever using a processor in order to wait.
    pub fn spin_limit(mut self, limit: Duration) -> Self {
        self.spin = limit;
        self
    }

    /// Makes a pipe.
    ///
    /// The memory for more than 256 bytes is allocated at the first write. If there is not that much, it
    /// aborts.
    ///
    /// # Panics
    ///
    /// If the options contradict each other or the capacity is 0 or above `isize::MAX / 2`.
    #[track_caller]
    pub fn pipe(&self) -> (Reader, Writer) {
        self.assert_consistent();
        match self.make() {
            Ok(ends) => halves(ends),
            Err(OutOfMemory(layout)) => handle_alloc_error(layout),
        }
    }

    /// Makes a pair of streams.
    ///
    /// # Panics
    ///
    /// As [`pipe`](Self::pipe) does.
    #[track_caller]
    pub fn duplex(&self) -> (DuplexStream, DuplexStream) {
        crossed(self.pipe(), self.pipe())
    }

    /// Makes a pipe and allocates its memory, or says why not.
    ///
    /// # Errors
    ///
    /// * `InvalidInput` if the capacity is 0 or above `isize::MAX / 2`, or the options contradict
    ///   each other. The message names the values.
    /// * `OutOfMemory` if the allocator refuses the capacity, or the few hundred bytes besides.
    pub fn try_pipe(&self) -> Result<(Reader, Writer)> {
        self.check()
            .map_err(|contradiction| Error::new(ErrorKind::InvalidInput, contradiction))?;
        let out_of_memory = |_| Error::from(ErrorKind::OutOfMemory);
        let (reader, mut writer) = halves(self.make().map_err(out_of_memory)?);
        writer.half.allocate().map_err(out_of_memory)?;
        Ok((reader, writer))
    }

    /// Makes a pair of streams and allocates their memory, or says why not.
    ///
    /// # Errors
    ///
    /// As for [`try_pipe`](Self::try_pipe).
    pub fn try_duplex(&self) -> Result<(DuplexStream, DuplexStream)> {
        Ok(crossed(self.try_pipe()?, self.try_pipe()?))
    }

    /// Panics if no pipe can be like this.
    #[track_caller]
    pub(crate) fn assert_consistent(&self) {
        if let Err(contradiction) = self.check() {
            panic!("{contradiction}");
        }
    }

    fn check(&self) -> core::result::Result<(), String> {
        let Self {
            capacity,
            low_water,
            ..
        } = self;
        if !(1..=MAX_CAPACITY).contains(capacity) {
            return Err(format!(
                "the capacity of a pipe must be from 1 to {MAX_CAPACITY} bytes, not {capacity}"
            ));
        }
        if !(1..=*capacity).contains(low_water) {
            return Err(format!(
                "low_water must be from 1 to the capacity of {capacity} bytes, not {low_water}"
            ));
        }
        Ok(())
    }

    #[inline]
    fn make(&self) -> core::result::Result<Ends<Signals>, OutOfMemory> {
        let signals = Signals::new(Policy {
            low_water: self.low_water,
            yield_every: self.yield_every,
            spin: self.spin,
        });
        ring(self.capacity, signals)
    }
}

#[inline]
fn halves((producer, consumer): Ends<Signals>) -> (Reader, Writer) {
    (
        Reader {
            half: consumer.half(),
        },
        Writer {
            half: producer.half(),
        },
    )
}

/// Two pipes, joined so that each stream reads what the other writes.
fn crossed(
    (left_reader, right_writer): (Reader, Writer),
    (right_reader, left_writer): (Reader, Writer),
) -> (DuplexStream, DuplexStream) {
    (
        DuplexStream::new(left_reader, left_writer),
        DuplexStream::new(right_reader, right_writer),
    )
}
