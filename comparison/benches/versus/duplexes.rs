//! The cases of streams of both directions: `tokio::io::duplex` beside `duplex`.

use crate::neighbours;
#[cfg(unix)]
use crate::peers::socket::UnixSocket;
use crate::peers::tokio_pipes::TokioDuplex;
use crate::peers::TOKIO_DUPLEX;
use crate::sampling::{Case, Role, Run};
use crate::support::contender::Duplex;
use crate::support::ours::{AsyncDuplex, Spinning, OURS, OURS_SPINNING};
use crate::support::size;
use crate::support::workloads::{make, short_lived_duplex, RoundTrip};
use crate::work::RealWork;
use crate::CAPACITIES;

#[derive(Clone, Copy)]
enum Work {
    Real(RealWork),
    /// Turns of a task that shares its thread with a reader.
    Neighbour,
    /// Round trips between two threads that block on their tasks.
    TwoThreads(RoundTrip),
    /// Making and dropping a duplex of this capacity.
    Make(usize),
    /// Likewise, with a message each way in between.
    ShortLived(usize),
}

/// The work of a life, by the capacity.
type Life = fn(usize) -> Work;

impl Work {
    fn with<D: Duplex>(self) -> Run {
        Box::new(move |peer, times| match self {
            Self::Real(work) => work.run::<D>(times),
            Self::Neighbour => neighbours::turns::<D>(times),
            Self::TwoThreads(trip) => trip.two_threads::<D>(peer, times),
            Self::Make(capacity) => make(|| D::duplex(capacity), times),
            Self::ShortLived(capacity) => short_lived_duplex::<D>(capacity, times),
        })
    }

    fn case(self, name: String) -> Case {
        let entries = vec![
            (OURS, self.with::<AsyncDuplex>()),
            (TOKIO_DUPLEX, self.with::<TokioDuplex>()),
        ];
        Case::new(name, entries)
    }
}

/// Protocols and proxies.
pub(crate) fn real_work() -> Vec<Case> {
    let cases = RealWork::all().into_iter().map(|(name, work)| {
        let mut case = Work::Real(work).case(name);
        case.least = work.at_once();
        case.bytes = work.bytes();
        case
    });
    cases.collect()
}

/// What a pipe costs another task of its thread.
pub(crate) fn neighbour() -> Case {
    let work = Work::Neighbour;
    let mut case = work.case("neighbours/turn".into());
    case.add(OURS_SPINNING, Role::Variant, work.with::<Spinning>());
    case
}

/// Round trips between two threads that block on their tasks.
pub(crate) fn between_threads() -> Vec<Case> {
    [1, 1 << 10].map(round_trip).into()
}

fn round_trip(message: usize) -> Case {
    let work = Work::TwoThreads(RoundTrip { message });
    let mut case = work.case(format!("two-threads/round-trip/{}", size(message)));
    #[cfg(unix)]
    case.add("unix-socket", Role::Peer, work.with::<UnixSocket>());
    case.add(OURS_SPINNING, Role::Variant, work.with::<Spinning>());
    case.needs_two_threads();
    case
}

/// Making, and short lives.
pub(crate) fn lives() -> Vec<Case> {
    let lives: [(&str, Life); 2] = [("make", Work::Make), ("short-lived", Work::ShortLived)];
    let cases = lives.map(|(life, work)| {
        CAPACITIES.map(|capacity| work(capacity).case(format!("{life}/duplex/{}", size(capacity))))
    });
    cases.into_iter().flatten().collect()
}
