//! `Faulty`, `Gate` and `every_fault`: each setting alone and together with others, over streams
//! of several crates, that the same settings do the same, and the bugs that they expose.

#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // Tests have a current compiler.

#[path = "../../../tests/support/counting_waker.rs"]
mod counting_waker;
#[path = "../../../tests/support/deadline.rs"]
mod deadline;
#[path = "../../../tests/support/panics.rs"]
mod panics;

mod codec;
mod common;
mod embedded_traits;
mod ends;
mod errors;
mod errors_after_bytes;
mod every_fault;
mod every_fault_async;
mod gates;
mod hold_until_flush;
mod inner_streams;
mod latency;
mod limits;
mod manual_timers;
mod pending;
mod random;
mod rates;
mod tokio_traits;
mod truncated_writes;
