//! The time of an operation, from the number of operations done in a given time.

use std::time::{Duration, Instant};

#[derive(Clone, Copy)]
pub(super) struct Stopwatch {
    start: Instant,
    time: Duration,
    operations: u64,
}

impl Stopwatch {
    /// Starts to run for `time`.
    pub(super) fn start(time: Duration) -> Self {
        Self {
            start: Instant::now(),
            time,
            operations: 0,
        }
    }

    pub(super) fn is_running(self) -> bool {
        self.start.elapsed() < self.time
    }

    pub(super) fn add(&mut self, operations: u64) {
        self.operations += operations;
    }

    /// Nanoseconds for an operation, up to now.
    pub(super) fn each(self) -> f64 {
        each(self.start.elapsed(), self.operations)
    }
}

/// Nanoseconds for an operation. If none was done, this is the whole time: an operation takes at
/// least that long.
pub(super) fn each(time: Duration, operations: u64) -> f64 {
    time.as_nanos() as f64 / operations.max(1) as f64
}
