//! Catches panics, with the message and the location.

use core::cell::RefCell;
use core::panic::AssertUnwindSafe;
use std::panic::{catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::messages::names_number;

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

impl Panic {
    /// Returns whether the message contains `number`.
    pub(crate) fn names(&self, number: usize) -> bool {
        names_number(&self.message, number)
    }
}

/// Runs `f`, which must panic.
///
/// The hook is that of the whole process. It passes on the panics of other tests.
pub(crate) fn panic_of<T>(f: impl FnOnce() -> T) -> Panic {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let other = take_hook();
        set_hook(Box::new(move |info| {
            let wanted = FILE.with(|file| {
                if let (Some(name), Some(location)) = (&mut *file.borrow_mut(), info.location()) {
                    *name = location.file().to_owned();
                    return true;
                }
                false
            });
            if !wanted {
                other(info);
            }
        }));
    });

    FILE.with(|file| file.replace(Some(String::new())));
    let result = catch_unwind(AssertUnwindSafe(f));
    let file = FILE.with(|file| file.take());
    let Err(payload) = result else {
        panic!("it did not panic");
    };
    let message = match payload.downcast::<&str>() {
        Ok(message) => message.to_string(),
        Err(payload) => *payload.downcast().expect("a message"),
    };
    Panic {
        message,
        file: file.expect("only this function takes it"),
    }
}
