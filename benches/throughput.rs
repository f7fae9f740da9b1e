//! Bytes per second through a pipe, by the size of the chunks and the capacity of the pipe.
//!
//! ```text
//! cargo bench --bench throughput
//! cargo bench --bench throughput -- 'one-thread/capacity=64KiB/.*/1KiB'
//! ```
//!
//! The name of a benchmark has the number of threads, the capacity, `async-duplex` or `memcpy`, and
//! the size of the chunks. `memcpy` is the floor: two copies of every byte and nothing else.
//! `cargo bench --bench versus` compares with other pipes.

#[path = "support/measuring.rs"]
mod measuring;
mod support;

use criterion::measurement::WallTime;
use criterion::{
    criterion_group, criterion_main, BenchmarkGroup, BenchmarkId, Criterion, Throughput,
};

use measuring::SAMPLING;
use support::contender::Contender;
use support::executor::Peer;
use support::memcpy::MEMCPY;
use support::ours::AsyncDuplex;
use support::size;
use support::workloads::Stream;

const CHUNKS: [usize; 5] = [1, 64, 1 << 10, 16 << 10, 64 << 10];
const CAPACITIES: [usize; 4] = [64, 4 << 10, 64 << 10, 1 << 20];

/// The sizes of the chunks for a pipe of this capacity: all that fit, and the next larger one.
/// Larger chunks would be written in the same parts, each as large as the capacity.
fn chunks(capacity: usize) -> &'static [usize] {
    let fitting = CHUNKS.partition_point(|&chunk| chunk <= capacity);
    &CHUNKS[..CHUNKS.len().min(fitting + 1)]
}

/// The benchmarks of one chunk size and capacity. An iteration is one chunk. A sample sends its
/// chunks through one pipe.
struct Case<'a, 'c> {
    group: &'a mut BenchmarkGroup<'c, WallTime>,
    stream: Stream,
    /// `None` on one thread.
    peer: Option<&'a Peer>,
}

impl Case<'_, '_> {
    fn id(&self, name: &str) -> BenchmarkId {
        BenchmarkId::new(name, size(self.stream.chunk))
    }

    fn memcpy(&mut self) {
        self.group.bench_function(self.id(MEMCPY), |b| {
            b.iter_custom(|n| self.stream.memcpy(n))
        });
    }

    fn async_duplex(&mut self) {
        let (stream, peer) = (self.stream, self.peer);
        self.group.bench_function(self.id(AsyncDuplex::NAME), |b| {
            b.iter_custom(|n| match peer {
                None => stream.one_thread::<AsyncDuplex>(n),
                Some(peer) => stream.two_threads::<AsyncDuplex>(peer, n),
            });
        });
    }
}

fn throughput(criterion: &mut Criterion, threads: &str, peer: Option<&Peer>) {
    for capacity in CAPACITIES {
        let name = format!("{threads}/capacity={}", size(capacity));
        let mut group = criterion.benchmark_group(name);
        group.sampling_mode(SAMPLING);
        for &chunk in chunks(capacity) {
            group.throughput(Throughput::Bytes(chunk as u64));
            let mut case = Case {
                group: &mut group,
                stream: Stream { chunk, capacity },
                peer,
            };
            case.async_duplex();
            if peer.is_none() {
                case.memcpy();
            }
        }
        group.finish();
    }
}

/// The writer and the reader are two futures of one task.
fn one_thread(criterion: &mut Criterion) {
    throughput(criterion, "one-thread", None);
}

/// The writer and the reader have a thread each, and park it when they have to wait.
fn two_threads(criterion: &mut Criterion) {
    throughput(criterion, "two-threads", Some(&Peer::start()));
}

criterion_group! {
    name = benches;
    config = measuring::settings();
    targets = one_thread, two_threads
}
criterion_main!(benches);
