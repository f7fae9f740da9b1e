//! Aborts the process if an execution hangs. libFuzzer's own limit, `-timeout`, is 20 minutes by
//! default.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::process;
use std::thread;

/// How many seconds an execution may take.
const LIMIT: usize = 20;

/// How many executions have begun and ended: an odd number during an execution.
static EVENTS: AtomicUsize = AtomicUsize::new(0);

/// Starts the watchdog.
pub(crate) fn start() {
    thread::spawn(|| {
        let mut last = 0;
        let mut seconds = 0;
        loop {
            // Counted one by one, so that no time passes while the process is suspended.
            thread::sleep(Duration::from_secs(1));
            let events = EVENTS.load(Ordering::Relaxed);
            seconds = if events == last { seconds + 1 } else { 0 };
            last = events;
            if events % 2 == 1 && seconds >= LIMIT {
                eprintln!("an execution hangs for {LIMIT} s: a thread was not woken");
                process::abort();
            }
        }
    });
}

/// An execution, which ends when this is dropped.
pub(crate) struct Execution(());

pub(crate) fn watch() -> Execution {
    EVENTS.fetch_add(1, Ordering::Relaxed);
    Execution(())
}

impl Drop for Execution {
    fn drop(&mut self) {
        EVENTS.fetch_add(1, Ordering::Relaxed);
    }
}
