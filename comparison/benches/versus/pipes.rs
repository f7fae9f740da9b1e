//! The cases of pipes of one direction: tokio's simplex and rings of other crates beside `pipe`.

use crate::peers::memcpy::MEMCPY;
use crate::peers::rtrb::RTRB;
use crate::peers::tokio_pipes::TokioDuplex;
use crate::peers::{for_pipes, ForPipe, TOKIO_DUPLEX};
use crate::sampling::{Case, Role, Run};
use crate::support::contender::Contender;
use crate::support::ours::{Spinning, OURS_SPINNING};
use crate::support::size;
use crate::support::workloads::{make, operate, short_lived, Stream};
use crate::CAPACITIES;

const KIB: usize = 1 << 10;

/// The capacity of the pipes of an operation. Each message fits.
const CAPACITY: usize = 64 * KIB;

/// Capacity and chunk of the streams.
const STREAMS: [(usize, usize); 8] = [
    (64, 64),
    (4 * KIB, 64),
    (64 * KIB, 64),
    (4 * KIB, KIB),
    (64 * KIB, KIB),
    (1024 * KIB, KIB),
    (64 * KIB, 64 * KIB),
    (1024 * KIB, 64 * KIB),
];

#[derive(Clone, Copy)]
enum Work {
    /// Making and dropping a pipe of this capacity.
    Make(usize),
    /// Likewise, with a message in between.
    ShortLived(usize),
    /// A write and a read of this many bytes, where neither side waits.
    Operation(usize),
    OneThread(Stream),
    TwoThreads(Stream),
}

/// The work of a life, by the capacity.
type Life = fn(usize) -> Work;

impl ForPipe for Work {
    type Output = Run;

    fn with<C: Contender>(&self) -> Run {
        let work = *self;
        Box::new(move |peer, times| match work {
            Work::Make(capacity) => make(|| C::pipe(capacity), times),
            Work::ShortLived(capacity) => short_lived::<C>(capacity, times),
            Work::Operation(message) => operate::<C>(CAPACITY, message, times),
            Work::OneThread(stream) => stream.one_thread::<C>(times),
            Work::TwoThreads(stream) => stream.two_threads::<C>(peer, times),
        })
    }
}

/// Streams between two threads that block on their tasks.
pub(crate) fn between_threads() -> Vec<Case> {
    STREAMS.map(between_two).into()
}

fn between_two((capacity, chunk): (usize, usize)) -> Case {
    let stream = Stream { chunk, capacity };
    let work = Work::TwoThreads(stream);
    let name = format!("two-threads/stream/{}/{}", size(capacity), size(chunk));
    let mut case = Case::new(name, for_pipes(&work));
    // Its idle direction costs no time here, and it is faster than `simplex`, which has two locks.
    case.add(TOKIO_DUPLEX, Role::Peer, work.with::<TokioDuplex>());
    case.add(OURS_SPINNING, Role::Variant, work.with::<Spinning>());
    let floor = move |peer: &_, chunks| stream.rtrb(peer, chunks);
    case.add(RTRB, Role::Floor, Box::new(floor));
    case.bytes = Some(chunk);
    case.needs_two_threads();
    case
}

/// Making, and short lives.
pub(crate) fn lives() -> Vec<Case> {
    let lives: [(&str, Life); 2] = [("make", Work::Make), ("short-lived", Work::ShortLived)];
    let cases = lives.map(|(life, work)| {
        CAPACITIES.map(|capacity| {
            let name = format!("{life}/pipe/{}", size(capacity));
            Case::new(name, for_pipes(&work(capacity)))
        })
    });
    cases.into_iter().flatten().collect()
}

/// Streams on one thread, and single operations.
pub(crate) fn on_one_thread() -> Vec<Case> {
    let streams = STREAMS.map(|(capacity, chunk)| {
        let stream = Stream { chunk, capacity };
        let name = format!("stream/{}/{}", size(capacity), size(chunk));
        with_floor(name, Work::OneThread(stream), stream)
    });
    let operations = [1, 64, KIB, 16 * KIB].map(|message| {
        let copies = Stream {
            chunk: message,
            capacity: CAPACITY,
        };
        let name = format!("operation/{}", size(message));
        with_floor(name, Work::Operation(message), copies)
    });
    streams.into_iter().chain(operations).collect()
}

fn with_floor(name: String, work: Work, copies: Stream) -> Case {
    let mut case = Case::new(name, for_pipes(&work));
    let floor = move |_: &_, times| copies.memcpy(times);
    case.add(MEMCPY, Role::Floor, Box::new(floor));
    case.bytes = Some(copies.chunk);
    case
}
