//! Runs a test once for each place where a fault can fire.

use core::mem;
use std::eprintln;

use super::FaultPlan;

/// The most runs that [`every_fault`] makes.
const MAX_RUNS: usize = 10_000;

/// Runs `body` with a fault at the first place, then at the second, at the third and so on, until
/// it completes before the fault fires. Returns the number of runs, including the last one.
///
/// `body` is an ordinary function, and may block on a future with any executor. It makes its
/// streams with the [`FaultPlan`] that it is given. It asserts what holds with and without a fault:
/// for example that an error is reported if [`fired`](FaultPlan::fired) is true, that the peer has
/// received a prefix of the data and nothing else, or that no task hangs.
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
/// use async_duplex::faults::{every_fault, Faulty};
/// use futures::executor::block_on;
/// use futures::{io::Cursor, AsyncReadExt};
/// use std::io::ErrorKind;
///
/// let runs = every_fault(|plan| {
///     // `read_exact` reports an early end of the stream, after any number of bytes.
///     let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(plan);
///     match block_on(stream.read_exact(&mut [0; 5])) {
///         Ok(()) => assert!(!plan.fired()),
///         Err(error) => assert_eq!(error.kind(), ErrorKind::UnexpectedEof),
///     }
/// });
/// // After 0, 1, 2, 3 and 4 bytes, and not at all.
/// assert_eq!(runs, 6);
/// ```
#[track_caller]
pub fn every_fault(body: impl FnMut(&FaultPlan)) -> usize {
    every_fault_up_to(MAX_RUNS, body)
}

/// Does the same as [`every_fault`], with at most `max_runs` runs.
///
/// # Panics
///
/// As `every_fault` does, but in run `max_runs` if the fault still fires there. Also if `max_runs`
/// is 0.
///
/// # Example
///
/// ```
/// use async_duplex::faults::{every_fault_up_to, Faulty};
/// use futures::executor::block_on;
/// use futures::{io::Cursor, AsyncReadExt};
///
/// let message = vec![7; 20_000];
/// let runs = every_fault_up_to(30_000, |plan| {
///     let mut stream = Faulty::new(Cursor::new(&message)).eof_after_bytes(plan);
///     let mut buf = vec![0; 20_000];
///     assert_eq!(block_on(stream.read_exact(&mut buf)).is_err(), plan.fired());
/// });
/// assert_eq!(runs, 20_001);
/// ```
#[track_caller]
pub fn every_fault_up_to(max_runs: usize, mut body: impl FnMut(&FaultPlan)) -> usize {
    assert!(max_runs > 0, "the number of runs must be at least 1, not 0");
    for run in 1..=max_runs {
        let plan = FaultPlan::new(run);
        let report = ReportOnPanic(&plan);
        body(&plan);
        mem::forget(report);

        assert!(plan.is_used(), "run {run} made no stream with its plan");
        if !plan.fired() {
            return run;
        }
    }
    panic!("the fault still fires in run {max_runs}, the last run allowed");
}

/// Prints how to repeat the run. Dropped if the body panics, otherwise forgotten.
struct ReportOnPanic<'a>(&'a FaultPlan);

impl Drop for ReportOnPanic<'_> {
    fn drop(&mut self) {
        let when = if self.0.fired() { "after" } else { "before" };
        let number = self.0.number();
        eprintln!(
            "every_fault: panicked in run {number}, {when} the fault fired; \
             to repeat it, `FaultPlan::new({number})`"
        );
    }
}
