//! The memory of the process: what is allocated when no pair exists, and the resident set.

use std::alloc::System;
use std::fs;

use anyhow::{ensure, Result};
use stats_alloc::{StatsAlloc, INSTRUMENTED_SYSTEM};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many more bytes may be allocated at the end than after the warm-up: queues of the runtimes
/// and tables of this program, which grow. A pair that leaks takes 700 bytes or more.
const BYTES: isize = 256 << 10;

/// How many more blocks may be allocated. Tables that grow stay one block.
const BLOCKS: isize = 32;

/// How many more KiB the median of the resident set may have at the end than after the warm-up.
const RESIDENT: u64 = 32 << 10;

/// What was measured.
#[derive(Default)]
pub(crate) struct Memory {
    /// The bytes and the blocks that were allocated after the warm-up.
    before: (isize, isize),
    /// The resident set in KiB, once a second, since the warm-up.
    resident: Vec<u64>,
}

impl Memory {
    /// Begins the measurement. To be called when no pair exists, as `check` is.
    pub(crate) fn end_warm_up(&mut self) {
        self.resident = Vec::with_capacity(1 << 16);
        self.before = allocated();
    }

    /// Measures the resident set.
    pub(crate) fn sample(&mut self) -> Option<u64> {
        let resident = resident();
        self.resident.extend(resident);
        resident
    }

    /// Compares the end with the end of the warm-up, and says what was found.
    pub(crate) fn check(&self) -> Result<String> {
        let (bytes, blocks) = allocated();
        let (more, more_blocks) = (bytes - self.before.0, blocks - self.before.1);
        let text = format!(
            "allocated after all pairs: {bytes} bytes, {more:+} bytes in {more_blocks:+} blocks \
             since the warm-up"
        );
        ensure!(more <= BYTES && more_blocks <= BLOCKS, "{text}");
        let quarter = self.resident.len() / 4;
        if quarter == 0 {
            return Ok(text);
        }
        let first = median(&self.resident[..quarter]);
        let last = median(&self.resident[self.resident.len() - quarter..]);
        let peak = self.resident.iter().max().copied().unwrap_or_default();
        let text = format!(
            "{text}\nresident: {first} KiB in the first quarter after the warm-up, {last} KiB in \
             the last one, {peak} KiB at most"
        );
        ensure!(last <= first + RESIDENT, "{text}");
        Ok(text)
    }
}

fn median(samples: &[u64]) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// The number of bytes that are allocated, and the number of blocks.
fn allocated() -> (isize, isize) {
    let stats = ALLOCATOR.stats();
    // What a reallocation adds or takes away is counted there, too.
    let bytes = stats.bytes_allocated as isize - stats.bytes_deallocated as isize;
    let blocks = stats.allocations as isize - stats.deallocations as isize;
    (bytes, blocks)
}

/// The resident set in KiB, where the system has this file.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}
