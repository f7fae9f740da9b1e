//! Unkind streams: each kind of trouble by itself and together, over this crate's streams and over
//! others, that it is the same every time, and that it finds the bugs that it is for.

#![cfg(not(loom))]

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/deadline.rs"]
mod deadline;

mod codec;
mod errors;
mod limits;
mod pending;
mod random;
mod runs;
mod streams;
#[cfg(feature = "tokio")]
mod tokio_traits;

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

/// What somebody who panics has to say.
fn panic_message<T>(body: impl FnOnce() -> T) -> String {
    let payload = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(_) => panic!("it did not panic"),
        Err(payload) => payload,
    };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast::<&str>().unwrap().to_string(),
    }
}
