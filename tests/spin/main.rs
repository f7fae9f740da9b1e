//! B23: a half may spin before it parks. That changes when a call returns, and never what.
//!
//! [`evidence`] makes a half spin on purpose, by a waker that takes as long as if it woke a thread
//! that sleeps. [`streams`] leaves it to the threads.

#![cfg(not(loom))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[path = "../support/deadline.rs"]
mod deadline;

mod evidence;
mod found;
mod streams;
mod task;

/// Seconds that are far more than any of this takes.
const DEADLINE: u64 = 60;
