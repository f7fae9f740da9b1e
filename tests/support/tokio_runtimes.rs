//! Runtimes of tokio, with a deadline.

use core::future::Future;

use tokio::runtime::Builder;

use crate::deadline::within;

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 60;

/// Runs `body` and what it spawns on this thread.
#[track_caller]
pub(crate) fn run<T>(body: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().build();
    within(DEADLINE, || runtime.unwrap().block_on(body))
}

/// Runs `body` here, and what it spawns on two other threads.
#[track_caller]
pub(crate) fn run_on_threads<T>(body: impl Future<Output = T>) -> T {
    let runtime = Builder::new_multi_thread().worker_threads(2).build();
    within(DEADLINE, || runtime.unwrap().block_on(body))
}
