//! Runs a test once for each place where a fault can fire.

use std::future::Future;
use std::thread;

use super::FaultPlan;

/// The most runs that [`every_fault`] and [`every_fault_async`] make.
const MAX_RUNS: usize = 10_000;

/// Runs `body` with a fault at the first place, then at the second, at the third and so on, until
/// it completes before the fault fires. Returns the number of runs, including the last one.
///
/// `body` is an ordinary function, and may block on a future with any executor. A test that is
/// asynchronous itself calls [`every_fault_async`] instead. The body makes its streams with the
/// [`FaultPlan`] that it is given. It asserts what holds with and without a fault: for example that
/// an error is reported if [`fired`](FaultPlan::fired) is true, that the peer has received a prefix
/// of the data and nothing else, or that no task hangs.
///
/// Each run should start from the same state and do the same as the run before, up to the fault.
///
/// # Panics
///
/// * If `body` panics. The number of the run is then printed to standard error, and
///   [`FaultPlan::new`] makes a plan that repeats this run.
/// * If the fault still fires in run 10 000. [`every_fault_up_to`] takes another limit.
/// * If `body` makes no stream with the plan, because it would then test nothing.
///
/// # Example
///
/// ```
/// use futures::{executor::block_on, io::Cursor, AsyncReadExt};
/// use stream_check::faults::{every_fault, Faulty};
///
/// let runs = every_fault(|plan| {
///     // `read_exact` reports an early end of the stream, after any number of bytes.
///     let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(plan);
///     let read = block_on(stream.read_exact(&mut [0; 5]));
///     assert_eq!(read.is_err(), plan.fired());
/// });
/// // After 0, 1, 2, 3 and 4 bytes, and not at all.
/// assert_eq!(runs, 6);
/// ```
#[track_caller]
pub fn every_fault(body: impl FnMut(&FaultPlan)) -> usize {
    every_fault_up_to(MAX_RUNS, body)
}

/// Runs `body` as [`every_fault`] does, at most `max_runs` times.
///
/// # Panics
///
/// As `every_fault` does, but in run `max_runs` if the fault still fires there. Also if `max_runs`
/// is 0.
#[track_caller]
pub fn every_fault_up_to(max_runs: usize, mut body: impl FnMut(&FaultPlan)) -> usize {
    check_max_runs(max_runs);
    for run in 1..=max_runs {
        let plan = FaultPlan::new(run);
        let report = ReportOnPanic(&plan);
        body(&plan);
        drop(report);
        if is_last(&plan) {
            return run;
        }
    }
    panic!("the fault still fires in run {max_runs}, the last run allowed");
}

/// Awaits the future of `body` once for each place where a fault can fire, as [`every_fault`] calls
/// its body.
///
/// It blocks no thread and spawns no task, so it can be awaited in a task of any executor: for
/// example in a test with the attribute `#[tokio::test]`, or in the `test!` of `smol-macros`. The
/// future of a run is dropped before the next run begins.
///
/// The body takes the plan by value, because its future keeps the plan.
///
/// # Panics
///
/// As [`every_fault`] does. A panic in a task that the body has spawned counts only if the body
/// passes it on, as it does by unwrapping the result of the task.
///
/// # Cancel safety
///
/// Dropping the future drops that of the present run. No more runs are made.
///
/// # Example
///
/// ```
/// use futures::AsyncWriteExt;
/// use std::io::ErrorKind;
/// use stream_check::faults::{every_fault_async, Faulty};
///
/// // With `#[tokio::test]`, or `smol_macros::test!`.
/// async fn a_write_that_fails_is_reported() {
///     let runs = every_fault_async(|plan| async move {
///         let mut stream = Faulty::new(Vec::new()).fail_at(&plan, ErrorKind::ConnectionReset);
///         let sent = async {
///             stream.write_all(b"hello").await?;
///             stream.close().await
///         };
///         assert_eq!(sent.await.is_err(), plan.fired());
///         assert!(stream.get_ref() == b"hello" || plan.fired());
///     });
///     assert_eq!(runs.await, 3);
/// }
/// # futures::executor::block_on(a_write_that_fails_is_reported());
/// ```
pub async fn every_fault_async<F>(body: impl FnMut(FaultPlan) -> F) -> usize
where
    F: Future<Output = ()>,
{
    every_fault_async_up_to(MAX_RUNS, body).await
}

/// Awaits the future of `body` as [`every_fault_async`] does, at most `max_runs` times.
///
/// # Panics
///
/// As [`every_fault_up_to`] does.
///
/// # Cancel safety
///
/// Dropping the future drops that of the present run. No more runs are made.
pub async fn every_fault_async_up_to<F>(
    max_runs: usize,
    mut body: impl FnMut(FaultPlan) -> F,
) -> usize
where
    F: Future<Output = ()>,
{
    check_max_runs(max_runs);
    for run in 1..=max_runs {
        let plan = FaultPlan::new(run);
        let report = ReportOnPanic(&plan);
        body(plan.clone()).await;
        drop(report);
        if is_last(&plan) {
            return run;
        }
    }
    panic!("the fault still fires in run {max_runs}, the last run allowed");
}

#[track_caller]
fn check_max_runs(max_runs: usize) {
    assert!(max_runs > 0, "the number of runs must be at least 1, not 0");
}

/// Whether the fault has not fired in a run that has ended.
#[track_caller]
fn is_last(plan: &FaultPlan) -> bool {
    let run = plan.number();
    assert!(plan.is_used(), "run {run} made no stream with its plan");
    !plan.fired()
}

/// Prints how to repeat the run, if it is dropped by a panic of the body.
struct ReportOnPanic<'a>(&'a FaultPlan);

impl Drop for ReportOnPanic<'_> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        let when = if self.0.fired() { "after" } else { "before" };
        let number = self.0.number();
        eprintln!(
            "every_fault: panicked in run {number}, {when} the fault fired; \
             to repeat it, `FaultPlan::new({number})`"
        );
    }
}
