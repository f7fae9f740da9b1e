//! The rules of the streams through the traits of `embedded-io-async`, with and without `std`.

#![cfg(not(any(loom, shuttle)))]
#![cfg(feature = "embedded-io")]

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;

mod common;
mod ends;
mod readiness;
mod transfers;
