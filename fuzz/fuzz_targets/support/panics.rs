//! Panics that a target expects. libFuzzer's hook aborts the process at any panic, before it can be
//! caught.

use core::cell::Cell;
use core::panic::AssertUnwindSafe;
use std::panic::{catch_unwind, set_hook, take_hook};

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Lets expected panics unwind. To be called once, when the target starts.
pub(crate) fn install() {
    let abort = take_hook();
    set_hook(Box::new(move |info| {
        if !EXPECTED.get() {
            abort(info);
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
