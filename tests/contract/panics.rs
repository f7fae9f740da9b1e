//! Catching panics with the place that they name.

use core::cell::RefCell;
use core::panic::AssertUnwindSafe;
use std::panic::{catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Where the latest panic of this thread says it was, while somebody wants to know.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a panic said.
pub(crate) struct Panic {
    pub(crate) message: String,
    /// The source file that the panic blames.
    pub(crate) file: String,
}

impl Panic {
    /// Whether the message has `number` in it, as a number and not as a part of one.
    pub(crate) fn names(&self, number: usize) -> bool {
        self.message
            .split(|c: char| !c.is_ascii_digit())
            .any(|digits| digits == number.to_string())
    }
}

/// Runs `f`, which must panic, and tells how it did.
///
/// The hook belongs to the whole process. Panics of other tests pass it unchanged.
pub(crate) fn panic_of<T>(f: impl FnOnce() -> T) -> Panic {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let other = take_hook();
        set_hook(Box::new(move |info| {
            let wanted = PLACE.with(|place| {
                if let (Some(file), Some(location)) = (&mut *place.borrow_mut(), info.location()) {
                    *file = location.file().to_owned();
                    return true;
                }
                false
            });
            if !wanted {
                other(info);
            }
        }));
    });

    PLACE.with(|place| place.replace(Some(String::new())));
    let result = catch_unwind(AssertUnwindSafe(f));
    let file = PLACE.with(|place| place.take());
    let Err(payload) = result else {
        panic!("it does not panic");
    };
    let message = match payload.downcast::<&str>() {
        Ok(message) => message.to_string(),
        Err(payload) => *payload.downcast().expect("a message"),
    };
    Panic {
        message,
        file: file.expect("nobody else takes it"),
    }
}
