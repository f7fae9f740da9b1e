//! Code that the benchmarks here and those of the package `comparison` share.
//!
//! A workload is a function that does its work `n` times and returns the time that it took.
//! criterion and `versus` can both measure it.

// Each benchmark is a program of its own, and uses a part of this module.
#![allow(dead_code)]
// A benchmark has std and a current compiler, which the library does not need.
#![allow(clippy::incompatible_msrv)]
#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

pub(crate) mod contender;
pub(crate) mod executor;
pub(crate) mod ours;
pub(crate) mod sliding;
pub(crate) mod workloads;

/// A number of bytes as a part of a name: `64B`, `4KiB`, `1MiB`.
pub(crate) fn size(bytes: usize) -> String {
    match bytes {
        0..=1023 => format!("{bytes}B"),
        1024..=1_048_575 => format!("{}KiB", bytes >> 10),
        _ => format!("{}MiB", bytes >> 20),
    }
}
