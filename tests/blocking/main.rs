//! B20: blocking halves and streams. Their calls do what the asynchronous calls do, through the
//! traits of `std::io`, with and without a runtime, and a timeout loses no byte.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[path = "../support/mod.rs"]
mod support;

mod common;
mod ends;
mod runtimes;
mod timeouts;
mod transfers;
mod unparks;
