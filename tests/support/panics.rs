//! What a panic says.

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

/// Runs `body`, which must panic, and returns the message of the panic.
#[track_caller]
pub(crate) fn panic_message<T>(body: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else {
        panic!("it did not panic");
    };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast::<&str>().unwrap().to_string(),
    }
}
