//! B20: blocking halves and streams. Their calls do what the asynchronous calls do, through the
//! traits of `std::io`, with and without a runtime, and a timeout loses no byte.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;

mod calls;
mod common;
mod ends;
mod runtimes;
mod threads;
mod timeouts;
mod unparks;
