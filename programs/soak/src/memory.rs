//! The memory of the process that is allocated when no pipe exists.

use std::alloc::System;

use anyhow::{ensure, Result};
use stats_alloc::{StatsAlloc, INSTRUMENTED_SYSTEM};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many more bytes may be allocated at the end than after the warm-up: queues of the runtimes
/// and tables of this program, which grow. A pipe that leaks takes 400 bytes or more.
const BYTES: isize = 256 << 10;

/// How many more blocks may be allocated. Tables that grow stay one block.
const BLOCKS: isize = 32;

/// The bytes that are allocated, and the blocks.
#[derive(Clone, Copy)]
pub(crate) struct Allocated(isize, isize);

impl Allocated {
    pub(crate) fn now() -> Self {
        let stats = ALLOCATOR.stats();
        // What a reallocation adds or takes away is counted there, too.
        let bytes = stats.bytes_allocated as isize - stats.bytes_deallocated as isize;
        let blocks = stats.allocations as isize - stats.deallocations as isize;
        Self(bytes, blocks)
    }

    /// Compares with the end of the warm-up, and says what was found.
    pub(crate) fn since(self, warm_up: Self) -> Result<String> {
        let (bytes, blocks) = (self.0 - warm_up.0, self.1 - warm_up.1);
        let text = format!("{bytes:+} bytes in {blocks:+} blocks since the warm-up");
        ensure!(bytes <= BYTES && blocks <= BLOCKS, "{text}");
        Ok(text)
    }
}
