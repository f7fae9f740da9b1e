//! A reader and a writer on two threads: see `tests/support/two_threads`. An execution in which a
//! thread is not woken hangs, and the watchdog reports it.

#![no_main]

#[path = "../support/mod.rs"]
mod support;
mod watchdog;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use support::two_threads::{run, Program};

#[derive(Debug, Arbitrary)]
struct Input {
    capacity: u8,
    yield_every: u8,
    spins: bool,
    error_on_drop: bool,
    reads_to_the_end: bool,
    reader: Vec<[u8; 3]>,
    writer: Vec<[u8; 3]>,
}

fuzz_target!(init: watchdog::start(), |input: Input| {
    let _running = watchdog::watch();
    run(&Program {
        capacity: input.capacity,
        yield_every: input.yield_every,
        spins: input.spins,
        error_on_drop: input.error_on_drop,
        reads_to_the_end: input.reads_to_the_end,
        reader: input.reader,
        writer: input.writer,
    });
});
