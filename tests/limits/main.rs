//! Limits of the contract: buffers longer than the pipe (B3, B8, B21), calls after an end (B16,
//! B19), errors of the user's (B16, B24, B26), and the memory that a pipe takes and frees (B2, B19,
//! B21, B26).
//!
//! The tests with two threads let both act at the same moment, many times. All others make their
//! calls on one thread, so that each test sets their order.

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;
#[path = "../support/rendezvous.rs"]
mod rendezvous;

mod aborts;
mod allocator;
mod calls;
mod errors;
mod loans;
mod long_buffers;
mod memory;
mod spinning;
mod touched;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 60;

/// Keeps other tests with two threads waiting. Where more threads run than there are cores, two of
/// them rarely act at the same moment.
fn own_two_cores() -> MutexGuard<'static, ()> {
    static CORES: Mutex<()> = Mutex::new(());
    // A test that failed has poisoned it.
    CORES.lock().unwrap_or_else(PoisonError::into_inner)
}
