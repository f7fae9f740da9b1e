//! Random programs of two threads, and transfers that two handles abort, in random interleavings.
//!
//! ```text
//! SCHEDULES=300000 RUSTFLAGS="--cfg shuttle -C debug-assertions" \
//!     cargo test -p async-duplex --release --lib --target-dir target/shuttle
//! ```
//!
//! The models of loom are small and complete. These are the opposite: capacities up to 40,000, and
//! threads whose calls, sizes and endings are random. Shuttle runs one thread at a time and lets
//! another one go on at any atomic operation. Half of the schedules are uniformly random. The
//! others follow the PCT algorithm, which preempts rarely and so reaches interleavings that uniform
//! choices do not. A lost wake is a deadlock, which shuttle reports with the schedule, for
//! `shuttle::replay`.
//!
//! Shuttle's atomics are sequentially consistent, so these runs say nothing about orderings.
//!
//! `SCHEDULES` is the number of schedules of each test.

#[path = "../../tests/support/data.rs"]
mod data;
#[path = "../../tests/support/rendezvous.rs"]
mod rendezvous;
#[path = "../../tests/support/sizes.rs"]
mod sizes;
#[path = "../../tests/support/two_threads/mod.rs"]
mod two_threads;

use std::env;

use futures::future::join;
use futures::io::{AsyncReadExt, AsyncWriteExt};
use shuttle::future::block_on;
use shuttle::rand::{thread_rng, Rng};
use shuttle::thread;

use crate::io::ErrorKind;
use crate::{duplex, DuplexStream};
use two_threads::{run, Program};

/// The number of schedules of a test, if the environment does not set it.
const SCHEDULES: usize = 3000;

/// Three preemptions, as many as in the models of loom.
const PCT_DEPTH: usize = 3;

/// Runs `f` in many interleavings.
fn check(f: impl Fn() + Send + Sync + Clone + 'static) {
    let set = env::var("SCHEDULES").ok();
    let schedules = set.map_or(SCHEDULES, |n| n.parse().expect("SCHEDULES is a number"));
    let pct = schedules / 2;
    shuttle::check_random(f.clone(), schedules - pct);
    shuttle::check_pct(f, pct.max(1), PCT_DEPTH);
}

/// The programs of `tests/threads.rs`.
#[test]
fn two_threads_lose_neither_a_byte_nor_a_wake_nor_an_end() {
    check(|| run(&Program::new(|| thread_rng().gen())));
}

/// Both ends of a stream write and read, each in one task, and two handles may abort both
/// directions at once. Each task gets all of its bytes or the error, and none waits for ever.
#[test]
fn two_handles_abort_both_directions() {
    check(|| {
        let capacity = thread_rng().gen_range(1..=16);
        let total = thread_rng().gen_range(1..=12 * capacity);
        let aborts = thread_rng().gen();
        let (near, far) = duplex(capacity);
        let handles = [(); 2].map(|()| near.abort_handle());
        let exchange = move |mut stream: DuplexStream| {
            let sent = data::data(0, total);
            let mut received = alloc::vec![0; total];
            let (reader, writer) = stream.halves();
            let both = join(writer.write_all(&sent), reader.read_exact(&mut received));
            let (writing, reading) = block_on(both);
            for error in [writing.err(), reading.err()].into_iter().flatten() {
                assert!(aborts && error.kind() == ErrorKind::ConnectionReset);
            }
            assert!(aborts || received == sent);
            if aborts {
                block_on(stream.reader().closed());
            }
            stream
        };
        let other = thread::spawn(move || exchange(far));
        let aborting = handles.map(|handle| {
            thread::spawn(move || {
                if aborts {
                    handle.abort(ErrorKind::ConnectionReset);
                    assert!(handle.is_aborted());
                }
            })
        });
        let near = exchange(near);
        let far = other.join().unwrap();
        for thread in aborting {
            thread.join().unwrap();
        }
        drop((near, far));
    });
}
