//! What a pipe costs the tasks that share a thread with it.

mod local_pool;
mod shared;
mod timer;

use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::yield_now;

use super::duplex::Duplex;
use super::{Figure, Job};
use crate::cases::Label;
use crate::findings::Unit;
use crate::support::workloads::ponder;

/// The capacity of the pipes.
const CAPACITY: usize = 4 << 10;

/// How long a neighbour works in each of its turns.
const TURN: Duration = Duration::from_micros(2);

/// Which tasks share threads with each other.
#[derive(Clone, Copy)]
pub(super) enum Neighbours {
    /// Round trips to another thread, from two workers on which there are neighbours too.
    Shared { neighbours: usize, pairs: usize },
    /// A reader that gets a byte in each period of this length, and a neighbour in the same
    /// `LocalPool`.
    LocalPool { period: Duration },
    /// A reader that gets a byte in each period of this length, and a task that sleeps, on the same
    /// thread.
    Timer { period: Duration },
}

pub(super) fn jobs() -> Vec<Neighbours> {
    let shared = [(0, 1), (8, 1), (64, 4), (0, 64)]
        .map(|(neighbours, pairs)| Neighbours::Shared { neighbours, pairs });
    let local_pool = [10, 30].map(|micros| Neighbours::LocalPool {
        period: Duration::from_micros(micros),
    });
    let timer = Neighbours::Timer {
        period: Duration::from_micros(20),
    };
    shared
        .into_iter()
        .chain(local_pool)
        .chain([timer])
        .collect()
}

impl Job for Neighbours {
    fn figures(&self) -> Vec<Figure> {
        match *self {
            Self::Shared { neighbours, pairs } => {
                let place = format!("{neighbours}-{pairs}");
                let trips = figure(&place, "trips", shared::MESSAGE, pairs, Unit::Nanoseconds);
                let turns = figure(&place, "turns", shared::MESSAGE, pairs, Unit::Nanoseconds);
                let has_turns = neighbours > 0;
                [trips]
                    .into_iter()
                    .chain(has_turns.then_some(turns))
                    .collect()
            }
            Self::LocalPool { period } => {
                let place = format!("local-pool-{}us", period.as_micros());
                vec![figure(&place, "turns", 1, 1, Unit::Nanoseconds)]
            }
            Self::Timer { .. } => ["median", "p99"]
                .map(|what| figure("timer", what, 1, 1, Unit::Microseconds))
                .into(),
        }
    }

    fn time(&self) -> Duration {
        match self {
            Self::Shared { .. } | Self::LocalPool { .. } => Duration::from_millis(200),
            // Long enough for the number of sleeps that a 99th percentile needs.
            Self::Timer { .. } => Duration::from_millis(600),
        }
    }

    fn run<D: Duplex>(&self, time: Duration) -> Vec<f64> {
        match *self {
            Self::Shared { neighbours, pairs } => {
                let (trip, turn) = shared::run::<D>(neighbours, pairs, time);
                let has_turns = neighbours > 0;
                [trip]
                    .into_iter()
                    .chain(has_turns.then_some(turn))
                    .collect()
            }
            Self::LocalPool { period } => vec![local_pool::run::<D>(period, time)],
            Self::Timer { period } => timer::run::<D>(period, time).into(),
        }
    }
}

fn figure(place: &str, what: &str, size: usize, count: usize, unit: Unit) -> Figure {
    Figure {
        label: Label {
            name: format!("neighbours/{place}/{what}"),
            group: "neighbours",
            place: place.into(),
            capacity: CAPACITY,
            size,
            count,
        },
        unit,
        bytes: None,
    }
}

/// How long a job runs before it is measured.
fn warm_up(time: Duration) -> Duration {
    time / 4
}

/// One turn of a neighbour.
async fn take_a_turn() {
    ponder(TURN);
    yield_now().await;
}

/// Starts a thread that writes a byte in each `period`, until the reader is dropped.
fn feed(mut stream: impl AsyncWrite + Unpin + Send + 'static, period: Duration) -> JoinHandle<()> {
    let feed = async move {
        while stream.write_all(&[0x5a]).await.is_ok() {
            ponder(period);
        }
    };
    thread::spawn(|| pollster::block_on(feed))
}

/// Reads to the end of the stream.
async fn eat(mut stream: impl AsyncRead + Unpin) {
    let mut buf = [0; 64];
    while stream
        .read(&mut buf)
        .await
        .expect("a pipe can be read from")
        > 0
    {}
}
