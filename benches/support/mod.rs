//! What the benchmarks share: [`contenders`], what they have to do ([`workloads`]), how fast that can
//! be done at all ([`floors`]), and what they do it on ([`executor`], [`sliding`]).
//!
//! A workload is a function that does its work so many times and returns how long that took, so
//! that it can be measured by criterion or by anything else.

// Every benchmark is a program of its own, and uses a part of this.
#![allow(dead_code)]
// A benchmark has std and a current compiler, whatever the library makes do with.
#![allow(clippy::incompatible_msrv)]
#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

pub(crate) mod contenders;
pub(crate) mod executor;
mod floors;
mod sliding;
pub(crate) mod workloads;

use std::time::Duration;

use criterion::{Criterion, SamplingMode};

/// Samples of equal length: then what a sample costs besides its work, such as handing it to another
/// thread, weighs the same in each.
pub(crate) const SAMPLING: SamplingMode = SamplingMode::Flat;

/// The floor under all contenders: what [`workloads::Stream::memcpy`] does.
pub(crate) const MEMCPY: &str = "memcpy";

/// The floor under all that goes from thread to thread: what `rtrb` of [`workloads::Stream`] and
/// [`workloads::PingPong`] does.
pub(crate) const RTRB: &str = "rtrb";

/// Short measurements, because there are many.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .nresamples(10_000)
}

/// A number of bytes as a part of a name: `64B`, `4KiB`, `1MiB`.
pub(crate) fn size(bytes: usize) -> String {
    match bytes {
        0..=1023 => format!("{bytes}B"),
        1024..=1_048_575 => format!("{}KiB", bytes >> 10),
        _ => format!("{}MiB", bytes >> 20),
    }
}
