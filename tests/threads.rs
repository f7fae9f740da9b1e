//! B3, B7, B8, B11, B16, B17 and B24 to B26 by random programs of two threads: see
//! `support/two_threads`. Under ThreadSanitizer, this is the test of the orderings. `src/models`
//! has the single races, and `src/interleavings` runs these programs in random interleavings.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::incompatible_msrv)] // Tests have a current compiler.

#[path = "support/mod.rs"]
mod support;

use fastrand::Rng;
use support::deadline::within;
use support::two_threads::{run, Program};

const ROUNDS: usize = if cfg!(miri) {
    5
} else if cfg!(debug_assertions) {
    5_000
} else {
    20_000
};

#[test]
fn b3_b7_b8_b11_b16_b17_b24_b25_b26_two_threads_lose_neither_a_byte_nor_a_wake_nor_an_end() {
    let mut rng = Rng::with_seed(0);
    for _ in 0..ROUNDS {
        let program = Program::new(|| rng.u8(..));
        within(240, || run(&program));
    }
}
