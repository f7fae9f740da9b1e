//! The operations of a pipe.

use super::tasks::TASKS;

/// One call of one half. A poll uses the waker of one of a few tasks. `Consume` consumes `n` bytes,
/// but no more than `FillBuf` returned.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Read { task: usize, len: usize },
    ReadVectored { task: usize, lens: [usize; 3] },
    TryRead { len: usize },
    FillBuf { task: usize },
    Readable { task: usize, min: usize },
    Consume { n: usize },
    ReaderClosed { task: usize },
    CloseReader,
    DropReader,
    Write { task: usize, len: usize },
    WriteVectored { task: usize, lens: [usize; 3] },
    TryWrite { len: usize },
    Writable { task: usize, min: usize },
    Flush { task: usize },
    WriterClosed { task: usize },
    CloseWriter { task: usize },
    DropWriter,
}

impl Op {
    /// The operation that four random bytes encode. Most transfers are of a few bytes, and few
    /// operations end a half, so that a random schedule makes many calls before the end.
    pub(crate) fn from_bytes([kind, task, a, b]: [u8; 4]) -> Self {
        let len = |byte: u8| match usize::from(byte) {
            byte @ 0..=219 => byte % 11,
            byte => (byte - 219) * 10,
        };
        let lens = [len(a), len(b), usize::from(task >> 4)];
        let (task, len) = (usize::from(task) % TASKS, len(a));
        match kind {
            0..=29 => Self::Read { task, len },
            30..=54 => Self::ReadVectored { task, lens },
            55..=74 => Self::FillBuf { task },
            75..=94 => Self::Consume { n: len },
            95..=106 => Self::TryRead { len },
            107..=129 => Self::Readable { task, min: len },
            130..=156 => Self::Write { task, len },
            157..=180 => Self::WriteVectored { task, lens },
            181..=196 => Self::TryWrite { len },
            197..=219 => Self::Writable { task, min: len },
            220..=225 => Self::Flush { task },
            226..=238 => Self::ReaderClosed { task },
            239..=251 => Self::WriterClosed { task },
            252 => Self::CloseReader,
            253 => Self::CloseWriter { task },
            254 => Self::DropReader,
            255 => Self::DropWriter,
        }
    }
}

/// The direction of the bytes between two streams.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    LeftToRight,
    RightToLeft,
}
