//! What a listener and its connector promise: the order and the limit of the backlog, which client
//! is refused or reset, that dropped futures lose nothing, and that a server runs as over TCP.

#![cfg(not(any(loom, shuttle)))]
#![cfg(feature = "listener")]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/deadline.rs"]
mod deadline;
#[path = "../support/listener/mod.rs"]
mod model;
#[path = "../support/panics.rs"]
mod panics;

mod addresses;
mod backlog;
mod closing;
mod common;
mod connections;
mod panicking;
mod random;
mod servers;
mod threads;
mod waking;

/// Seconds that are far more than any of these tests takes.
const DEADLINE: u64 = 60;
