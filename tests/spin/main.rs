//! B23: no call spins unless it is told to. A half that spins finds what comes meanwhile, and parks
//! at its limit. Spinning changes when a call returns, and never what it returns.
//!
//! A test that takes the time relies on a lower bound, or on the fastest of several attempts: other
//! threads may interrupt any of them.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

mod blocking;
mod found;
mod limits;
#[path = "../support/mod.rs"]
mod support;

use core::time::Duration;
use std::time::Instant;

use async_duplex::Options;

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 60;

/// No half spins longer, whatever the limit.
const LONGEST: Duration = Duration::from_millis(10);

/// The capacity of the pipes.
const CAPACITY: usize = 2;

fn spinning(limit: Duration) -> Options {
    Options::new(CAPACITY).spin_limit(limit)
}

/// How long `act` takes.
fn time_of<T>(act: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    act();
    started.elapsed()
}

/// How long the fastest of several attempts takes.
fn fastest(attempt: impl FnMut() -> Duration) -> Duration {
    let attempts = core::iter::repeat_with(attempt).take(20);
    attempts.min().expect("there are attempts")
}
