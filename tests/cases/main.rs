//! Cases at the borders between rules: two events at once, an end beside unread bytes, and the same
//! question asked again by every call of every family of traits.

#![cfg(not(any(loom, shuttle)))]
#![cfg(all(
    feature = "tokio",
    feature = "embedded-io",
    feature = "faults",
    feature = "listener"
))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[path = "../support/deadline.rs"]
mod deadline;
mod dropped_calls;
mod empty_calls;
mod ends;
mod faulty_halves;
mod full_backlog;
mod handle;
#[cfg(not(miri))] // It would take hours.
mod large_transfers;
mod peek;
mod race;
mod reads;
mod same_each_time;
mod task;
mod threshold_races;
mod thresholds;
mod two_wakers;
mod whole_families;
mod woken_inside;
mod wrap;
mod writes;

use core::fmt;
use std::io::{Error, ErrorKind};

/// Seconds that are far more than any of these tests takes.
const DEADLINE: u64 = 60;

const RESET: ErrorKind = ErrorKind::ConnectionReset;

/// An error with a message, which every call has to repeat.
#[derive(Debug)]
struct WrongChecksum;

impl fmt::Display for WrongChecksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the checksum is wrong")
    }
}

impl std::error::Error for WrongChecksum {}

fn wrong_checksum() -> Error {
    Error::new(ErrorKind::InvalidData, WrongChecksum)
}
