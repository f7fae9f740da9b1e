//! B23: no call spins unless it is told to. A half that spins finds what comes meanwhile, and parks
//! at its limit. Spinning changes when a call returns, and never what it returns.
//!
//! A test that takes the time relies on a lower bound, or on the fastest of several attempts: other
//! threads may interrupt any of them.

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;
#[path = "../support/endings.rs"]
mod endings;

mod blocking;
mod found;
mod half;
mod limits;
mod streams;

use core::time::Duration;

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 60;

/// No half spins longer, whatever the limit.
const LONGEST: Duration = Duration::from_millis(10);
