//! A deadline for tests that would otherwise hang when they fail.

use core::panic::Location;
use core::time::Duration;
use std::io::{self, Write};
use std::process;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

/// Runs `body` on this thread and returns its result. If that takes longer than `seconds`, prints
/// the name of the test and aborts the process.
///
/// An abort ends the other tests too. But a thread that hangs cannot be stopped, and a test binary
/// with such a thread may not end.
#[track_caller]
pub(crate) fn within<T>(seconds: u64, body: impl FnOnce() -> T) -> T {
    let seconds = if cfg!(miri) { 60 * seconds } else { seconds };
    let call = Location::caller();
    let test = thread::current();
    let (running, done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            // `running` is dropped when the body returns and when it panics.
            if done.recv_timeout(Duration::from_secs(seconds)) == Err(RecvTimeoutError::Timeout) {
                let name = test.name().unwrap_or("a test");
                let message = format!("\n{name} is not done within {seconds} s (at {call})\n");
                // The test harness captures `eprint`, so the abort would lose the message.
                let _ = io::stderr().write_all(message.as_bytes());
                process::abort();
            }
        });
        let _running = running;
        body()
    })
}
