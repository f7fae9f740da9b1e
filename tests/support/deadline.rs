//! A guard for tests that would hang if what they test were broken.

use core::panic::Location;
use core::time::Duration;
use std::io::{self, Write};
use std::process;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

/// Runs `body` on this thread and returns what it returns, or panics as it panics. Unless that
/// takes longer than `seconds`: then the process says which test it was, and aborts.
///
/// Aborting is harsh on the tests beside it, but a stuck thread cannot be stopped, and a test
/// binary that leaves one behind may not end.
#[track_caller]
pub(crate) fn within<T>(seconds: u64, body: impl FnOnce() -> T) -> T {
    let call = Location::caller();
    let test = thread::current();
    let (running, done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            // `running` is dropped when the body returns and when it panics.
            if done.recv_timeout(Duration::from_secs(seconds)) == Err(RecvTimeoutError::Timeout) {
                let name = test.name().unwrap_or("a test");
                let message = format!("\n{name} is not done within {seconds} s (at {call})\n");
                // `eprint` would be captured, and lost with the process.
                let _ = io::stderr().write_all(message.as_bytes());
                process::abort();
            }
        });
        let _running = running;
        body()
    })
}
