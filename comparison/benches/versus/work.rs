//! The work of a case, and the threads that do it.

use std::time::Duration;

use tokio::runtime::Runtime;

use crate::support::contender::Contender;
use crate::support::executor::{Busy, Peer};
use crate::support::workloads::{copy, make, operate, short_lived, PingPong, Stream, Through};

/// The capacity of the pipes where a case does not name one. Each message fits.
pub(crate) const CAPACITY: usize = 64 << 10;

/// The size of the message through a short-lived pipe. It fits into the smallest one.
pub(crate) const SHORT_MESSAGE: usize = 64;

/// The minimum that a stream sends if other threads take part, so that handing the work to them
/// does not dominate.
const LEAST_BYTES: u64 = 256 << 10;

/// Likewise in chunks or round trips: in total, and for each of many streams or pairs.
const LEAST: u64 = 64;
const LEAST_EACH: u64 = 16;

#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// A write and a read of this many bytes, where neither side waits.
    Operation(usize),
    Stream(Stream, Place),
    RoundTrip(PingPong, Place),
    /// Making and dropping a pipe of this capacity.
    Make(usize),
    /// Likewise, with a message in between.
    ShortLived(usize),
    /// Copying from one pipe to another.
    Copy(Stream),
}

/// The threads that do the work.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    OneThread,
    TwoThreads,
    /// Two threads, and a third thread that keeps a core busy with other work.
    Crowded,
    /// This many streams or pairs at a time, on the threads of a work-stealing runtime.
    Shared(usize),
    /// This many threads, each with a stream of its own.
    Apart(usize),
}

/// The threads and the runtime that the work needs.
pub(crate) struct Stage {
    pub(crate) peer: Peer,
    pub(crate) runtime: Runtime,
}

impl Work {
    /// Times `operations` operations of `C`, a multiple of [`unit`](Self::unit).
    pub(crate) fn time<C: Contender>(self, stage: &Stage, operations: u64) -> Duration {
        let each = operations / self.unit();
        match self {
            Self::Operation(message) => operate::<C>(CAPACITY, message, each),
            Self::Stream(stream, place) => match place {
                Place::OneThread => stream.one_thread::<C>(each),
                Place::TwoThreads => stream.two_threads::<C>(&stage.peer, each),
                Place::Crowded => {
                    let _busy = Busy::start(1);
                    stream.two_threads::<C>(&stage.peer, each)
                }
                Place::Shared(streams) => stream.many::<C>(stage.runtime.handle(), streams, each),
                Place::Apart(threads) => stream.apart::<C>(threads, each),
            },
            Self::RoundTrip(game, place) => match place {
                Place::OneThread | Place::Apart(_) => game.one_thread::<C>(each),
                Place::TwoThreads => game.two_threads::<C>(&stage.peer, each),
                Place::Crowded => {
                    let _busy = Busy::start(1);
                    game.two_threads::<C>(&stage.peer, each)
                }
                Place::Shared(pairs) => game.many::<C>(stage.runtime.handle(), pairs, each),
            },
            Self::Make(capacity) => make::<C>(capacity, each),
            Self::ShortLived(capacity) => short_lived::<C>(capacity, SHORT_MESSAGE, each),
            Self::Copy(stream) => copy(stream, Through::Nothing, each),
        }
    }

    /// The floor of this work on one thread, if there is one.
    pub(crate) fn memcpy(self) -> Option<Stream> {
        match self {
            Self::Operation(message) => Some(Stream {
                chunk: message,
                capacity: CAPACITY,
            }),
            Self::Stream(stream, Place::OneThread) => Some(stream),
            _ => None,
        }
    }

    /// Whether this work has the floor of two threads. `crowded` has not, because a thread that
    /// spins there waits for the scheduler.
    pub(crate) fn has_rtrb(self) -> bool {
        match self {
            Self::Stream(_, place) => matches!(place, Place::TwoThreads),
            Self::RoundTrip(game, Place::TwoThreads) => game.think.is_zero(),
            _ => false,
        }
    }

    /// The number of operations is a multiple of this: one for each stream or pair.
    pub(crate) fn unit(self) -> u64 {
        match self {
            Self::Stream(_, Place::Shared(count) | Place::Apart(count))
            | Self::RoundTrip(_, Place::Shared(count)) => count as u64,
            _ => 1,
        }
    }

    /// The smallest number of operations for a fair sample.
    pub(crate) fn least(self) -> u64 {
        let together = LEAST.max(LEAST_EACH * self.unit());
        match self {
            Self::Stream(_, Place::OneThread) | Self::RoundTrip(_, Place::OneThread) => 1,
            Self::Stream(stream, _) => LEAST_BYTES
                .div_ceil(stream.chunk as u64)
                .max(together)
                .next_multiple_of(self.unit()),
            Self::RoundTrip(..) => together.next_multiple_of(self.unit()),
            _ => 1,
        }
    }

    /// The number of bytes that an operation moves, where the result is a throughput.
    pub(crate) fn bytes(self) -> Option<usize> {
        match self {
            Self::Stream(stream, _) | Self::Copy(stream) => Some(stream.chunk),
            _ => None,
        }
    }
}
