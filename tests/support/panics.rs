//! What a panic says, and where.

#![allow(dead_code)] // Each test crate uses what it needs.
#![allow(clippy::incompatible_msrv)] // Tests have a current compiler.

use core::cell::RefCell;
use core::panic::AssertUnwindSafe;
use std::panic::{catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// The file of the latest panic of this thread, while [`panic_of`] runs.
    static FILE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a panic reported.
pub(crate) struct Panic {
    pub(crate) message: String,
    /// The source file in the location of the panic.
    pub(crate) file: String,
}

/// Runs `body`, which must panic. The hook passes on the panics of other threads.
#[track_caller]
pub(crate) fn panic_of<T>(body: impl FnOnce() -> T) -> Panic {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let other = take_hook();
        set_hook(Box::new(move |info| {
            let wanted = FILE.with_borrow_mut(|file| match (file, info.location()) {
                (Some(name), Some(location)) => {
                    location.file().clone_into(name);
                    true
                }
                _ => false,
            });
            if !wanted {
                other(info);
            }
        }));
    });
    FILE.set(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(body));
    let file = FILE.take().expect("only this function takes it");
    let Err(payload) = result else {
        panic!("it did not panic");
    };
    let message = match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast::<&str>().expect("a message").to_string(),
    };
    Panic { message, file }
}

/// Runs `body`, which must panic, and returns the message of the panic.
#[track_caller]
pub(crate) fn panic_message<T>(body: impl FnOnce() -> T) -> String {
    panic_of(body).message
}

/// Whether `message` contains `number`, and not only as a part of a longer number.
pub(crate) fn names_number(message: &str, number: usize) -> bool {
    let mut numbers = message.split(|c: char| !c.is_ascii_digit());
    numbers.any(|digits| digits == number.to_string())
}

/// Checks that `body` panics in the file of the caller, and that the message has these parts.
#[track_caller]
pub(crate) fn assert_panics<T>(body: impl FnOnce() -> T, file: &str, numbers: &[usize]) {
    let Panic { message, file: at } = panic_of(body);
    assert_eq!(at, file, "{message}");
    for &number in numbers {
        assert!(
            names_number(&message, number),
            "{message} does not name {number}"
        );
    }
}
