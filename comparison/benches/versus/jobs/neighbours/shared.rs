//! Round trips between two runtimes, and tasks that share the threads of one of them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::runtime::Builder;

use super::super::stopwatch::each;
use super::{take_a_turn, warm_up, Duplex, CAPACITY};

/// The number of bytes of a round trip.
pub(super) const MESSAGE: usize = 64;

/// The counters that all tasks of a run share.
#[derive(Default)]
struct Tally {
    trips: AtomicU64,
    turns: AtomicU64,
    done: AtomicBool,
}

/// Nanoseconds for a round trip, and for a turn of a neighbour.
///
/// The near ends and the neighbours live on a runtime with two workers. The far ends live on a
/// runtime of one other thread.
pub(super) fn run<D: Duplex>(neighbours: usize, pairs: usize, time: Duration) -> (f64, f64) {
    let near = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("there are threads left");
    let tally = Arc::new(Tally::default());
    let (near_ends, far_ends): (Vec<_>, Vec<_>) = (0..pairs).map(|_| D::duplex(CAPACITY)).unzip();

    let far = thread::spawn(move || {
        let far = Builder::new_current_thread().build();
        far.expect("a runtime can be made").block_on(async {
            let pongs = far_ends.into_iter().map(|end| tokio::spawn(pong(end)));
            join_all(pongs).await;
        });
    });
    let pings = near_ends
        .into_iter()
        .map(|end| near.spawn(ping(end, Arc::clone(&tally))));
    let pings: Vec<_> = pings.collect();
    for _ in 0..neighbours {
        near.spawn(live_beside(Arc::clone(&tally)));
    }

    thread::sleep(warm_up(time));
    let (start, before) = (Instant::now(), tally.counts());
    thread::sleep(time);
    let (elapsed, after) = (start.elapsed(), tally.counts());

    tally.done.store(true, Relaxed);
    for ended in near.block_on(join_all(pings)) {
        ended.expect("the near ends do not panic");
    }
    far.join().expect("the far ends do not panic");
    (
        each(elapsed, after.0 - before.0),
        each(elapsed, after.1 - before.1),
    )
}

impl Tally {
    fn counts(&self) -> (u64, u64) {
        (self.trips.load(Relaxed), self.turns.load(Relaxed))
    }

    fn is_done(&self) -> bool {
        self.done.load(Relaxed)
    }
}

async fn ping(mut stream: impl AsyncRead + AsyncWrite + Unpin, tally: Arc<Tally>) {
    let mut buf = [0x5a; MESSAGE];
    while !tally.is_done() {
        stream.write_all(&buf).await.expect("the far end is there");
        stream.read_exact(&mut buf).await.expect("it answers");
        tally.trips.fetch_add(1, Relaxed);
    }
}

/// Sends back all bytes up to the end of the stream.
async fn pong(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut buf = [0; MESSAGE];
    while stream.read_exact(&mut buf).await.is_ok() {
        stream.write_all(&buf).await.expect("the near end waits");
    }
}

async fn live_beside(tally: Arc<Tally>) {
    while !tally.is_done() {
        take_a_turn().await;
        tally.turns.fetch_add(1, Relaxed);
    }
}
