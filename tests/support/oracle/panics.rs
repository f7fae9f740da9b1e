//! Panics that the model expects.

use core::cell::Cell;
use core::panic::AssertUnwindSafe;
use std::panic::{catch_unwind, set_hook, take_hook};

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Passes only other panics on to the hook that is there. That of libFuzzer aborts the process.
pub(crate) fn install() {
    let hook = take_hook();
    set_hook(Box::new(move |info| {
        if !EXPECTED.get() {
            hook(info);
        }
    }));
}

/// Runs `body`, which must panic.
pub(crate) fn expect_panic(body: impl FnOnce()) {
    EXPECTED.set(true);
    let result = catch_unwind(AssertUnwindSafe(body));
    EXPECTED.set(false);
    assert!(result.is_err(), "it did not panic");
}
