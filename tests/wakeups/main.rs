//! Which task is woken, when and how many times, and what a waker may do: B7, B8, B9, B15, B17,
//! B18, B21 and B22.
//!
//! All calls are made on one thread and without an executor, so that each test sets their order.
//! Most tests are about both halves: see `support/half.rs`. `oracle` has many more orders.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[cfg(not(miri))]
mod leaks;
mod long_buffers;
mod panicking;
mod parking;
mod reentrant;
#[path = "../support/mod.rs"]
mod support;
mod wakers;
mod yielding;
