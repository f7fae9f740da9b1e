//! When a fault fires: counting, and going through all the places where it might.

use alloc::sync::Arc;
use core::fmt;
use core::mem;
use std::eprintln;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Which run of [`every_fault`] it is, and so where the fault fires in it: at the `N`-th place in
/// run `N`.
///
/// Given to a [`Faulty`](super::Faulty) instead of a number. In run `N`,
/// [`fail_at`](super::Faulty::fail_at) then makes the `N`-th operation fail,
/// [`eof_at_read`](super::Faulty::eof_at_read) ends the stream at the `N`-th read, and the
/// `…after…` methods let `N - 1` bytes pass: whatever is counted, the `N`-th is the first one that
/// is missing.
///
/// Any number of streams may have the same plan, such as both ends of a connection. They count
/// together, and in the one that reaches `N` the fault fires; in the others it does not. Give one
/// stream one fault of a plan: of two, the second would never have its turn.
///
/// A clone is the same plan.
#[derive(Clone)]
pub struct Plan {
    /// `N`.
    number: usize,
    counter: Counter,
}

impl Plan {
    /// The plan of run `number` by itself, to look into a run that has failed.
    ///
    /// # Panics
    ///
    /// If `number` is 0.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::faults::{Faulty, Plan};
    /// use futures::{io::Cursor, AsyncReadExt};
    ///
    /// # futures::executor::block_on(async {
    /// let plan = Plan::new(5);
    /// let mut text = String::new();
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(&plan);
    /// stream.read_to_string(&mut text).await?;
    /// assert_eq!(text, "hell");
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    #[track_caller]
    pub fn new(number: usize) -> Self {
        assert!(number > 0, "runs are numbered from 1: there is no {number}");
        Self {
            number,
            counter: Counter::new(number - 1),
        }
    }

    /// Which run it is: `N`.
    ///
    /// ```
    /// assert_eq!(async_duplex::faults::Plan::new(5).number(), 5);
    /// ```
    pub fn number(&self) -> usize {
        self.number
    }

    /// Whether the fault has fired, in whichever stream. In the last run it has not.
    ///
    /// ```
    /// use async_duplex::faults::{Faulty, Plan};
    /// use futures::{AsyncWriteExt, FutureExt};
    /// use std::io::ErrorKind;
    ///
    /// let plan = Plan::new(1);
    /// let (_reader, writer) = async_duplex::pipe(64);
    /// let mut writer = Faulty::new(writer).fail_at(&plan, ErrorKind::BrokenPipe);
    /// assert!(!plan.fired());
    /// assert!(writer.write_all(b"hello").now_or_never().unwrap().is_err());
    /// assert!(plan.fired());
    /// ```
    pub fn fired(&self) -> bool {
        self.counter.tally().fired
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("number", &self.number)
            .field("fired", &self.fired())
            .finish_non_exhaustive()
    }
}

/// When a fault of a [`Faulty`](super::Faulty) fires: a number, or as a [`Plan`] says.
///
/// Made of a `usize` or of a `&Plan`; the methods of `Faulty` do so by themselves, so there is no
/// need to name this.
///
/// ```
/// use async_duplex::faults::{Faulty, Plan, When};
///
/// fn reader_that_ends(when: impl Into<When>) -> Faulty<async_duplex::Reader> {
///     Faulty::new(async_duplex::pipe(64).0).eof_after_bytes(when)
/// }
///
/// assert!(!reader_that_ends(10).fired());
/// assert!(!reader_that_ends(&Plan::new(10)).fired());
/// ```
#[derive(Clone, Debug)]
pub struct When(Choice);

#[derive(Clone, Debug)]
enum Choice {
    Number(usize),
    Plan(Plan),
}

impl From<usize> for When {
    fn from(number: usize) -> Self {
        Self(Choice::Number(number))
    }
}

impl From<&Plan> for When {
    fn from(plan: &Plan) -> Self {
        Self(Choice::Plan(plan.clone()))
    }
}

impl When {
    /// Counts `what`, of which the one with the number is to fail.
    #[track_caller]
    pub(super) fn at(self, what: &str) -> Counter {
        if let Choice::Number(number) = self.0 {
            assert!(
                number > 0,
                "{what}s are numbered from 1: there is no {what} {number}"
            );
            return Counter::new(number - 1);
        }
        self.after()
    }

    /// Counts something of which that many are to pass.
    pub(super) fn after(self) -> Counter {
        match self.0 {
            Choice::Number(number) => Counter::new(number),
            Choice::Plan(plan) => {
                plan.counter.tally().used = true;
                plan.counter
            }
        }
    }
}

/// Counts what passes, for one stream or for all those of a plan, until it is time for the fault.
#[derive(Clone)]
pub(super) struct Counter {
    /// How many may pass.
    allowed: usize,
    tally: Arc<Mutex<Tally>>,
}

#[derive(Default)]
struct Tally {
    passed: usize,
    fired: bool,
    /// Whether a stream was made that counts here.
    used: bool,
}

impl Counter {
    fn new(allowed: usize) -> Self {
        Self {
            allowed,
            tally: Arc::default(),
        }
    }

    /// How many may pass before the fault.
    pub(super) fn allowed(&self) -> usize {
        self.allowed
    }

    /// Counts `n` more.
    pub(super) fn pass(&self, n: usize) {
        let mut tally = self.tally();
        tally.passed = tally.passed.saturating_add(n);
    }

    /// Fires if it is time, or else says how many more may pass. One that has fired before, in
    /// whichever stream, holds nothing back.
    pub(super) fn fire(&self) -> Option<usize> {
        let mut tally = self.tally();
        if tally.fired {
            return Some(usize::MAX);
        }
        let remaining = self.allowed.saturating_sub(tally.passed);
        tally.fired = remaining == 0;
        (remaining > 0).then_some(remaining)
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // Nothing panics while it is locked.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = self.tally();
        f.debug_struct("Counter")
            .field("allowed", &self.allowed)
            .field("passed", &tally.passed)
            .field("fired", &tally.fired)
            .finish()
    }
}

/// How often [`every_fault`] runs its body at most.
const MAX_RUNS: usize = 10_000;

/// Runs `body` for a fault at the first place, at the second, at the third, …, until it completes
/// without the fault: it was everywhere then. Returns how many runs that took, the last one
/// included.
///
/// `body` is an ordinary function, which may block on a future with any executor. It makes its
/// streams with the [`Plan`] that it is given, and asserts whatever holds with a fault just as
/// without one: that an error is reported if [`fired`](Plan::fired) is true, say, that the peer has
/// got a part of what was sent and nothing else, or that nobody hangs.
///
/// Each run should start afresh and do the same as the one before, up to the fault.
///
/// # Panics
///
/// * If `body` does. Then the number of the run is printed to the standard error, and
///   [`Plan::new`] makes a plan to repeat that one run.
/// * If the fault still fires in run 10 000. [`every_fault_up_to`] has a limit of your choice.
/// * If `body` makes no stream with the plan, so that it tests nothing.
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
///     // Wherever the stream ends, `read_exact` notices.
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
pub fn every_fault(body: impl FnMut(&Plan)) -> usize {
    every_fault_up_to(MAX_RUNS, body)
}

/// The same as [`every_fault`], with `max_runs` runs at most.
///
/// # Panics
///
/// As `every_fault` does, but if the fault still fires in run `max_runs`; and if `max_runs` is 0.
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
pub fn every_fault_up_to(max_runs: usize, mut body: impl FnMut(&Plan)) -> usize {
    assert!(max_runs > 0, "{max_runs} runs are not enough for anything");
    for run in 1..=max_runs {
        let plan = Plan::new(run);
        let report = ReportOnPanic(&plan);
        body(&plan);
        mem::forget(report);

        let used = plan.counter.tally().used;
        assert!(used, "run {run} made no stream with its plan");
        if !plan.fired() {
            return run;
        }
    }
    panic!("the fault still fires in run {max_runs}, which is the last one allowed");
}

/// Dropped when the body unwinds, forgotten otherwise.
struct ReportOnPanic<'a>(&'a Plan);

impl Drop for ReportOnPanic<'_> {
    fn drop(&mut self) {
        let when = if self.0.fired() { "after" } else { "before" };
        let number = self.0.number;
        eprintln!(
            "every_fault: panicked in run {number}, {when} the fault fired; \
             to repeat it, `Plan::new({number})`"
        );
    }
}
