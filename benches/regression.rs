//! Times of this crate alone, to compare a change with the state before it.
//!
//! ```text
//! cargo bench --features tokio --bench regression -- --save-baseline before
//! cargo bench --features tokio --bench regression -- --baseline before
//! cargo bench --features tokio --bench regression -- 'stream/two-threads'
//! ```
//!
//! The halves spin for 50 µs where two threads take part: times without a spin are those of the
//! scheduler. `cargo bench --bench versus` compares with other pipes.

mod support;

use core::time::Duration;

use criterion::{criterion_group, criterion_main, Criterion, SamplingMode, Throughput};

use support::contender::{Contender, Duplex};
use support::executor::Peer;
use support::ours::{AsyncDuplex, Spinning};
use support::size;
use support::workloads::{make, operate, short_lived, short_lived_duplex, RoundTrip, Stream};

const KIB: usize = 1 << 10;

/// The capacity of a pipe where its benchmark has only one.
const CAPACITY: usize = 64 * KIB;

/// Capacity and chunk.
const STREAMS: [(usize, usize); 4] = [
    (64, 64),
    (4 * KIB, KIB),
    (64 * KIB, KIB),
    (64 * KIB, 64 * KIB),
];

/// Measures `time`, which does its work as often as it is told, and returns how long it took.
fn bench(criterion: &mut Criterion, name: &str, bytes: usize, time: impl Fn(u64) -> Duration) {
    let mut group = criterion.benchmark_group(name);
    // Samples of equal length, so that handing the work to another thread is the same part of each.
    group.sampling_mode(SamplingMode::Flat);
    if bytes > 0 {
        group.throughput(Throughput::Bytes(bytes as u64));
    }
    group.bench_function("async-duplex", |b| b.iter_custom(&time));
    group.finish();
}

/// A message is written and read; neither side waits.
fn operation(criterion: &mut Criterion) {
    for message in [1, 64, KIB, 16 * KIB] {
        let name = format!("operation/{}", size(message));
        bench(criterion, &name, message, |n| {
            operate::<AsyncDuplex>(CAPACITY, message, n)
        });
    }
}

/// One side writes chunks, and the other reads them.
fn stream(criterion: &mut Criterion) {
    let peer = Peer::start();
    for (capacity, chunk) in STREAMS {
        let stream = Stream { chunk, capacity };
        let name = |place| format!("stream/{place}/{}/{}", size(capacity), size(chunk));
        bench(criterion, &name("one-thread"), chunk, |n| {
            stream.one_thread::<AsyncDuplex>(n)
        });
        bench(criterion, &name("two-threads"), chunk, |n| {
            stream.two_threads::<Spinning>(&peer, n)
        });
    }
}

/// A message there and back.
fn round_trip(criterion: &mut Criterion) {
    let peer = Peer::start();
    for message in [1, KIB] {
        let trip = RoundTrip { message };
        let name = |place| format!("round-trip/{place}/{}", size(message));
        bench(criterion, &name("one-thread"), 0, |n| {
            trip.one_thread::<AsyncDuplex>(n)
        });
        bench(criterion, &name("two-threads"), 0, |n| {
            trip.two_threads::<Spinning>(&peer, n)
        });
    }
}

/// Making and dropping, with and without bytes that pass.
fn lifetime(criterion: &mut Criterion) {
    bench(criterion, "make/pipe", 0, |n| {
        make(|| AsyncDuplex::pipe(CAPACITY), n)
    });
    bench(criterion, "make/duplex", 0, |n| {
        make(|| AsyncDuplex::duplex(CAPACITY), n)
    });
    bench(criterion, "short-lived/pipe", 0, |n| {
        short_lived::<AsyncDuplex>(CAPACITY, n)
    });
    bench(criterion, "short-lived/duplex", 0, |n| {
        short_lived_duplex::<AsyncDuplex>(CAPACITY, n)
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = operation, stream, round_trip, lifetime
}
criterion_main!(benches);
