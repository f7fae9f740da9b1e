//! A reader and a writer on two threads: see `tests/support/two_threads`. An execution in which a
//! thread is not woken hangs, and libFuzzer reports it after its `-timeout`.

#![no_main]

mod support;

use libfuzzer_sys::fuzz_target;
use support::two_threads::{run, Program};

type Steps = Vec<[u8; 3]>;

fuzz_target!(|input: ([u8; 3], [bool; 3], Steps, Steps)| {
    let ([capacity, readable, yield_every], flags, reader, writer) = input;
    let [spins, error_on_drop, goes_to_the_end] = flags;
    run(&Program {
        capacity,
        readable,
        yield_every,
        spins,
        error_on_drop,
        goes_to_the_end,
        reader,
        writer,
    });
});
