//! B3, B7, B8, B11, B16, B17 and B24 to B26 by random programs of two threads: see
//! `support/two_threads`. Under ThreadSanitizer, this is the test of the orderings. `src/models`
//! has the single races, and `src/interleavings` those of several threads.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::incompatible_msrv)] // Tests have a current compiler.

#[path = "support/mod.rs"]
mod support;

use support::data::byte;
use support::deadline::within;
use support::two_threads::{run, Program};

const ROUNDS: usize = if cfg!(miri) {
    5
} else if cfg!(debug_assertions) {
    5_000
} else {
    20_000
};

/// Calls of one half, many or few, so that many pipes end soon after their start.
fn steps(random: &mut impl FnMut() -> u8) -> Vec<[u8; 3]> {
    let len = random() >> (random() % 8);
    (0..len).map(|_| [(); 3].map(|()| random())).collect()
}

#[test]
fn b3_b7_b8_b11_b16_b17_b24_b25_b26_two_threads_lose_neither_a_byte_nor_a_wake_nor_an_end() {
    let mut seed = 0;
    let mut random = || {
        seed += 1;
        byte(seed)
    };
    for round in 0..ROUNDS {
        let program = Program {
            // Tiny ones, at which the threads always wait for each other, among others.
            capacity: if round % 2 == 0 {
                random() % 4
            } else {
                random()
            },
            yield_every: random() / 8 * u8::from(round % 4 == 0),
            spins: round % 3 == 0,
            error_on_drop: random() % 2 == 0,
            reads_to_the_end: random() % 2 == 0,
            reader: steps(&mut random),
            writer: steps(&mut random),
        };
        within(240, || run(&program));
    }
}
