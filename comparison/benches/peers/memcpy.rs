//! The floor under every pipe: two copies of every byte, and nothing else.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::support::sliding::Sliding;
use crate::support::workloads::Stream;

/// The name of what [`Stream::memcpy`] does.
pub(crate) const MEMCPY: &str = "memcpy";

impl Stream {
    /// The minimum of a pipe: copies every byte in and out again, as many at a time as fit, on one
    /// thread.
    pub(crate) fn memcpy(self, chunks: u64) -> Duration {
        let mut pipe = vec![0x5a; self.chunk.min(self.capacity)];
        let (mut source, mut target) = (Sliding::new(self.chunk), Sliding::new(self.chunk));

        let start = Instant::now();
        for _ in 0..chunks {
            let (mut from, mut to) = (&*source.next(), target.next());
            while !from.is_empty() {
                let n = from.len().min(pipe.len());
                pipe[..n].copy_from_slice(&from[..n]);
                to[..n].copy_from_slice(&black_box(&mut pipe[..])[..n]);
                (from, to) = (&from[n..], &mut to[n..]);
            }
            black_box(&mut target);
        }
        start.elapsed()
    }
}
