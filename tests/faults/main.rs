//! `Faulty` and `every_fault`: each setting alone and together with others, over streams of this
//! crate and of others, that the same settings do the same, and the bugs that they expose.

#![cfg(all(not(loom), feature = "faults"))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/deadline.rs"]
mod deadline;
#[path = "../support/panics.rs"]
mod panics;

mod codec;
mod common;
mod ends;
mod errors;
mod errors_after_bytes;
mod every_fault;
mod every_fault_async;
mod inner_streams;
mod limits;
mod pending;
mod protocol;
mod random;
#[cfg(feature = "tokio")]
mod tokio_traits;
mod truncated_writes;
