//! What a case has everybody do, and where.

use std::time::Duration;

use tokio::runtime::Runtime;

use crate::support::contender::Contender;
use crate::support::executor::{Busy, Peer};
use crate::support::workloads::{copy, make, operate, short_lived, PingPong, Stream, Through};

/// Of the pipes whose capacity a case does not name. Any message fits.
pub(crate) const CAPACITY: usize = 64 << 10;

/// What goes through a short-lived pipe. Fits the smallest one.
pub(crate) const SHORT_MESSAGE: usize = 64;

/// The least that a stream sends when others take part: handing it to them is not to dominate.
const LEAST_BYTES: u64 = 256 << 10;

/// Likewise in chunks or rounds, of all together and of each where there are many.
const LEAST: u64 = 64;
const LEAST_EACH: u64 = 16;

#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// A write and a read of so many bytes, nobody waiting.
    Operation(usize),
    Stream(Stream, Place),
    RoundTrip(PingPong, Place),
    /// Making and dropping a pipe of that capacity.
    Make(usize),
    /// Likewise, with a message in between.
    ShortLived(usize),
    /// From one pipe into another.
    Copy(Stream),
}

/// Who does it.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    OneThread,
    TwoThreads,
    /// Two threads, and a third that keeps a core busy with something else.
    Crowded,
    /// So many at a time, on the threads of a work-stealing runtime.
    Shared(usize),
    /// So many threads, each with its own.
    Apart(usize),
}

/// What there has to be for all that.
pub(crate) struct Stage {
    pub(crate) peer: Peer,
    pub(crate) runtime: Runtime,
}

impl Work {
    /// Has `C` do it `operations` times, which is a multiple of [`unit`](Self::unit).
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

    /// The floor of one thread, under what has one.
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

    /// The floor of two threads, if this has one. Not of a crowd: who spins there waits for the
    /// scheduler.
    pub(crate) fn has_rtrb(self) -> bool {
        match self {
            Self::Stream(_, place) => matches!(place, Place::TwoThreads),
            Self::RoundTrip(game, Place::TwoThreads) => game.think.is_zero(),
            _ => false,
        }
    }

    /// Operations come in so many at least, and in multiples of that: one each.
    pub(crate) fn unit(self) -> u64 {
        match self {
            Self::Stream(_, Place::Shared(count) | Place::Apart(count))
            | Self::RoundTrip(_, Place::Shared(count)) => count as u64,
            _ => 1,
        }
    }

    /// The fewest operations that make a fair sample.
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

    /// How many bytes go through the pipe in an operation, where that is what matters.
    pub(crate) fn bytes(self) -> Option<usize> {
        match self {
            Self::Stream(stream, _) | Self::Copy(stream) => Some(stream.chunk),
            _ => None,
        }
    }
}
