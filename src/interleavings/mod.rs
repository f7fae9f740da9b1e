//! Whole transfers with real sizes, in random interleavings.
//!
//! ```text
//! SCHEDULES=100000 RUSTFLAGS="--cfg shuttle -C debug-assertions" \
//!     cargo test -p async-duplex --release --lib --target-dir target/shuttle
//! ```
//!
//! The models of loom are small and complete. These are the opposite: capacities up to 4096,
//! thousands of bytes, and two or three threads whose calls, sizes and endings are random. Shuttle
//! runs one thread at a time and lets another one go on at any atomic operation. Half of the
//! schedules are uniformly random. The others follow the PCT algorithm, which preempts rarely and
//! so reaches interleavings that uniform choices do not. A lost wake is a deadlock, which shuttle
//! reports with the schedule, for `shuttle::replay`.
//!
//! Shuttle's atomics are sequentially consistent, so these runs say nothing about orderings.
//!
//! `SCHEDULES` is the number of schedules of each test.

mod endings;
mod transfers;
mod walk;

use core::task::{Context, Poll, Waker};
use std::env;

use shuttle::rand::{thread_rng, Rng};

/// The number of schedules of a test, if the environment does not set it.
const SCHEDULES: usize = 1000;

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

/// One of `choices`, at random.
fn one_of<T: Copy>(choices: &[T]) -> T {
    choices[thread_rng().gen_range(0..choices.len())]
}

/// A random number from 1 to `max`.
fn up_to(max: usize) -> usize {
    thread_rng().gen_range(1..=max)
}

/// The sizes of a schedule.
#[derive(Clone, Copy)]
struct Sizes {
    capacity: usize,
    /// The number of bytes of a stream, which goes around the capacity a few times.
    total: usize,
    /// The largest thresholds of the reader and of the writer. If their sum were larger than the
    /// capacity and one more, each could wait for the other.
    readable: usize,
    writable: usize,
}

impl Sizes {
    fn new() -> Self {
        let capacity = one_of(&[1, 2, 3, 5, 16, 100, 1000, 4096]);
        let readable = up_to(capacity);
        Self {
            capacity,
            total: up_to(12 * capacity + 32),
            readable,
            writable: capacity + 1 - readable,
        }
    }

    /// The length of a buffer: often above the capacity, and sometimes far above.
    fn buffer(self) -> usize {
        up_to(one_of(&[2, 2, 2, 20]) * self.capacity)
    }
}

/// The byte at a position of every stream. 251 is a prime, so that no capacity above hides a byte
/// that is at the wrong place.
fn byte_at(position: usize) -> u8 {
    (position % 251) as u8
}

/// The next `n` bytes of a stream.
fn bytes_at(position: usize, n: usize) -> alloc::vec::Vec<u8> {
    (position..position + n).map(byte_at).collect()
}

/// Asserts that `bytes` are those of the stream at that position.
fn assert_bytes(position: usize, bytes: &[u8]) {
    for (i, &byte) in bytes.iter().enumerate() {
        assert_eq!(byte, byte_at(position + i), "at position {}", position + i);
    }
}

/// Polls once with a waker that does nothing, as a task that is then cancelled.
fn poll_once<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    poll(&mut Context::from_waker(Waker::noop()))
}
