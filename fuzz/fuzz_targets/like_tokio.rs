//! Calls of tokio's traits on the streams of this crate and on those of tokio: see
//! `tests/support/like_tokio.rs`.

#![no_main]

mod support;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use support::like_tokio::{compare, Step};
use support::sizes;

#[derive(Debug, Arbitrary)]
struct Input {
    capacity: u8,
    /// How many units of tokio's cooperative budget are left, inside of a runtime.
    budget: Option<u8>,
    steps: Vec<[u8; 5]>,
}

fuzz_target!(|input: Input| {
    let steps: Vec<_> = input.steps.into_iter().map(Step::from_bytes).collect();
    compare(sizes::capacity(input.capacity), input.budget, &steps);
});
