//! How long one thing takes: a message there and back, making a pipe, a pipe for one message.
//!
//! ```text
//! cargo bench --bench latency
//! cargo bench --bench latency -- 'round-trip/two-threads'
//! ```

mod support;

use core::time::Duration;

use criterion::measurement::WallTime;
use criterion::{criterion_group, criterion_main, BenchmarkGroup, BenchmarkId, Criterion};

use support::contenders::{visit_all, Contender, Visitor};
use support::executor::Peer;
use support::workloads::{make, short_lived, PingPong};
use support::{size, SAMPLING};

const MESSAGES: [usize; 2] = [1, 1 << 10];
const CAPACITIES: [usize; 4] = [64, 4 << 10, 64 << 10, 1 << 20];

/// Of the pipes that a message goes back and forth through. Any message fits.
const ROUND_TRIP_CAPACITY: usize = 4 << 10;

/// What goes through a short-lived pipe. Fits the smallest one.
const SHORT_MESSAGE: usize = 64;

/// What to measure.
#[derive(Clone, Copy)]
enum Work<'a> {
    /// With another thread, if there is one.
    RoundTrip(PingPong, Option<&'a Peer>),
    /// Making and dropping a pipe of that capacity.
    Make(usize),
    /// Making a pipe of that capacity, passing a message and dropping the pipe.
    ShortLived(usize),
}

/// One kind of work with one parameter, which is called `label`.
struct Case<'a, 'c> {
    group: &'a mut BenchmarkGroup<'c, WallTime>,
    label: String,
    work: Work<'a>,
}

impl Visitor for Case<'_, '_> {
    fn visit<C: Contender>(&mut self) {
        let work = self.work;
        let id = BenchmarkId::new(C::NAME, &self.label);
        self.group.bench_function(id, |b| {
            b.iter_custom(|n| match work {
                Work::RoundTrip(game, None) => game.one_thread::<C>(n),
                Work::RoundTrip(game, Some(peer)) => game.two_threads::<C>(peer, n),
                Work::Make(capacity) => make::<C>(capacity, n),
                Work::ShortLived(capacity) => short_lived::<C>(capacity, SHORT_MESSAGE, n),
            });
        });
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
        visit_all(&mut Case {
            group: &mut group,
            label: size(bytes),
            work: work(bytes),
        });
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
    config = support::criterion();
    targets = round_trip, lifetime
}
criterion_main!(benches);
