//! The time of single operations: a round trip of a message, making a pipe, and making a pipe for
//! one message.
//!
//! ```text
//! cargo bench --bench latency
//! cargo bench --bench latency -- 'round-trip/two-threads'
//! ```
//!
//! `cargo bench --bench versus` compares with other pipes.

#[path = "support/measuring.rs"]
mod measuring;
mod support;

use core::time::Duration;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion};

use measuring::SAMPLING;
use support::contender::Contender;
use support::executor::Peer;
use support::ours::AsyncDuplex;
use support::size;
use support::workloads::{make, short_lived, PingPong};

const MESSAGES: [usize; 2] = [1, 1 << 10];
const CAPACITIES: [usize; 4] = [64, 4 << 10, 64 << 10, 1 << 20];

/// The capacity of the pipes of a round trip. Each message fits.
const ROUND_TRIP_CAPACITY: usize = 4 << 10;

/// The size of the message through a short-lived pipe. It fits into the smallest one.
const SHORT_MESSAGE: usize = 64;

/// What to measure.
#[derive(Clone, Copy)]
enum Work<'a> {
    /// With a second thread, if there is one.
    RoundTrip(PingPong, Option<&'a Peer>),
    /// Making and dropping a pipe of this capacity.
    Make(usize),
    /// Making a pipe of this capacity, passing a message and dropping the pipe.
    ShortLived(usize),
}

impl Work<'_> {
    /// Does the work `n` times, and returns the time that it took.
    fn time(self, n: u64) -> Duration {
        match self {
            Work::RoundTrip(game, None) => game.one_thread::<AsyncDuplex>(n),
            Work::RoundTrip(game, Some(peer)) => game.two_threads::<AsyncDuplex>(peer, n),
            Work::Make(capacity) => make::<AsyncDuplex>(capacity, n),
            Work::ShortLived(capacity) => short_lived::<AsyncDuplex>(capacity, SHORT_MESSAGE, n),
        }
    }
}

/// Measures `work(size)` for each of the sizes.
fn bench<'a>(
    criterion: &mut Criterion,
    name: &str,
    sizes: &[usize],
    work: impl Fn(usize) -> Work<'a>,
) {
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SAMPLING);
    for &bytes in sizes {
        let work = work(bytes);
        let id = BenchmarkId::new(AsyncDuplex::NAME, size(bytes));
        group.bench_function(id, |b| b.iter_custom(|n| work.time(n)));
    }
    group.finish();
}

fn round_trip(criterion: &mut Criterion) {
    let game = |message| PingPong {
        message,
        capacity: ROUND_TRIP_CAPACITY,
        think: Duration::ZERO,
    };
    let peer = Peer::start();
    bench(criterion, "round-trip/one-thread", &MESSAGES, |message| {
        Work::RoundTrip(game(message), None)
    });
    bench(criterion, "round-trip/two-threads", &MESSAGES, |message| {
        Work::RoundTrip(game(message), Some(&peer))
    });
}

fn lifetime(criterion: &mut Criterion) {
    bench(criterion, "make-and-drop", &CAPACITIES, Work::Make);
    bench(criterion, "short-lived", &CAPACITIES, Work::ShortLived);
}

criterion_group! {
    name = benches;
    config = measuring::settings();
    targets = round_trip, lifetime
}
criterion_main!(benches);
