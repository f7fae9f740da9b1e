//! B23: a half may spin before it parks. That changes when a call returns, and never what it
//! returns.
//!
//! [`evidence`] and [`found`] make a half spin, with a waker that takes as long as waking a thread
//! that is parked in the kernel. In [`streams`], the threads decide.

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;
#[path = "../support/endings.rs"]
mod endings;

mod evidence;
mod found;
mod streams;
mod task;

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 60;
