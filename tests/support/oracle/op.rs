//! The pipes, and the calls of their halves.

use std::io::ErrorKind;

use async_duplex::Options;

use super::sizes::{self, len};

/// The number of tasks. Any of them may poll either half.
pub(super) const TASKS: usize = 3;

/// The error that a half finds whose peer was dropped, if the options say so.
pub(super) const DROPPED: ErrorKind = ErrorKind::UnexpectedEof;

/// The options of a pipe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) capacity: usize,
    /// 0 in most pipes, which then never yield.
    pub(crate) yield_every: usize,
    pub(crate) error_on_drop: bool,
}

impl Settings {
    /// The settings of `pipe`.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            yield_every: 0,
            error_on_drop: false,
        }
    }

    /// The settings that two random bytes encode.
    pub(crate) fn from_bytes([capacity, other]: [u8; 2]) -> Self {
        Self {
            capacity: sizes::capacity(capacity),
            yield_every: usize::from(other / 2).saturating_sub(122),
            error_on_drop: other % 2 == 1,
        }
    }

    pub(super) fn options(self) -> Options {
        let options = Options::new(self.capacity).yield_every(self.yield_every);
        match self.error_on_drop {
            true => options.error_on_drop(DROPPED),
            false => options,
        }
    }
}

/// A call. A poll uses the waker of `task`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Op {
    pub(crate) task: usize,
    pub(crate) call: Call,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    Read(usize),
    ReadVectored([usize; 3]),
    TryRead(usize),
    Peek(usize),
    FillBuf,
    AsSlices,
    /// Consumes so many bytes, or as many as there are.
    Consume(usize),
    /// Consumes exactly so many bytes, and panics if there are fewer.
    ConsumeExactly(usize),
    /// Waits for as many bytes, but not for more than the capacity.
    Readable(usize),
    ReaderClosed,
    EndReader(Ending),
    Write(usize),
    WriteVectored([usize; 3]),
    TryWrite(usize),
    /// Writes so many bytes into the spare slices after the first `skip`, as far as they fit.
    Spare {
        skip: usize,
        len: usize,
    },
    /// Commits exactly so many bytes, and panics if fewer are free.
    Commit(usize),
    /// Writes so many bytes into the spare slices, or as many as fit, and commits them.
    Send(usize),
    Writable(usize),
    Flush,
    WriterClosed,
    EndWriter(Ending),
    /// A handle aborts the pipe, or both directions of the streams.
    Cut,
}

/// How a half ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Close,
    /// The writer's only: a reader closes.
    FinishWith,
    Abort,
    Drop,
}

impl Op {
    /// The operation that four random bytes encode. Most transfers are of a few bytes, and some
    /// are of more than any capacity. Few operations end a half, so that a random schedule makes
    /// many calls before the end.
    pub(crate) fn from_bytes([kind, task, a, b]: [u8; 4]) -> Self {
        let lens = [len(a), len(b), usize::from(task >> 4)];
        let ending = match a % 4 {
            0 => Ending::Close,
            1 => Ending::FinishWith,
            2 => Ending::Abort,
            _ => Ending::Drop,
        };
        let call = match kind {
            0..=29 => Call::Read(len(a)),
            30..=49 => Call::ReadVectored(lens),
            50..=66 => Call::FillBuf,
            67..=76 => Call::AsSlices,
            77..=90 => Call::Consume(len(a)),
            91..=94 => Call::ConsumeExactly(len(a)),
            95..=99 => Call::TryRead(len(a)),
            100..=104 => Call::Peek(len(a)),
            105..=129 => Call::Readable(len(a)),
            130..=154 => Call::Write(len(a)),
            155..=172 => Call::WriteVectored(lens),
            173..=177 => Call::Spare {
                skip: len(b),
                len: len(a),
            },
            178..=180 => Call::Commit(len(a)),
            181..=184 => Call::Send(len(a)),
            185..=194 => Call::TryWrite(len(a)),
            195..=219 => Call::Writable(len(a)),
            220..=222 => Call::Flush,
            223..=236 => Call::ReaderClosed,
            237..=250 => Call::WriterClosed,
            251..=252 => Call::EndReader(ending),
            253..=254 => Call::EndWriter(ending),
            255 => Call::Cut,
        };
        Self {
            task: usize::from(task) % TASKS,
            call,
        }
    }
}

/// The direction of the bytes between two streams.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    LeftToRight,
    RightToLeft,
}
