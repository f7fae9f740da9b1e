//! Where a fault fires: at a number, or at the place of an [`every_fault`](super::every_fault) run.

use std::fmt;

use super::counter::Counter;

/// The fault of one run of [`every_fault`](super::every_fault) or
/// [`every_fault_async`](super::every_fault_async): in run `N`, it fires at the `N`-th place.
///
/// The methods of [`Faulty`](super::Faulty) take a plan instead of a number. In run `N`,
/// [`fail_at`](super::Faulty::fail_at) then makes the `N`-th operation fail, and
/// [`eof_at_read`](super::Faulty::eof_at_read) ends the stream at the `N`-th read. The methods with
/// `after` in their names let `N - 1` bytes pass, so the `N`-th byte is the first that is missing.
///
/// Several streams may share a plan, such as both ends of a connection. The plan counts the
/// operations or bytes of all of them together. The fault fires in the stream that reaches `N`, and
/// in no other. A stream should have only one fault of a plan, because only one would fire.
///
/// A clone is the same plan.
#[derive(Clone)]
pub struct FaultPlan(Counter);

impl FaultPlan {
    /// Makes the plan of run `number`, to repeat a run that has failed.
    ///
    /// # Panics
    ///
    /// If `number` is 0.
    #[track_caller]
    pub fn new(number: usize) -> Self {
        assert!(number > 0, "runs are numbered from 1: there is no run 0");
        Self(Counter::new(number - 1))
    }

    /// Returns the number of the run: `N`.
    pub fn number(&self) -> usize {
        self.0.allowed() + 1
    }

    /// Returns whether the fault has fired, in any stream. In the last run it never fires.
    pub fn fired(&self) -> bool {
        self.0.fired()
    }

    /// Whether a stream has this plan.
    pub(super) fn is_used(&self) -> bool {
        self.0.is_used()
    }
}

impl fmt::Debug for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultPlan")
            .field("number", &self.number())
            .field("fired", &self.fired())
            .finish_non_exhaustive()
    }
}

/// Where a fault of a [`Faulty`](super::Faulty) fires: a number, or the place that a [`FaultPlan`]
/// gives.
///
/// It is made from a `usize` or a `&FaultPlan`. The methods of `Faulty` convert their argument, so
/// only code that is generic over both needs this name.
#[derive(Clone, Debug)]
pub struct FaultPoint(Inner);

#[derive(Clone, Debug)]
enum Inner {
    Number(usize),
    Plan(FaultPlan),
}

impl From<usize> for FaultPoint {
    fn from(number: usize) -> Self {
        Self(Inner::Number(number))
    }
}

impl From<&FaultPlan> for FaultPoint {
    fn from(plan: &FaultPlan) -> Self {
        Self(Inner::Plan(plan.clone()))
    }
}

impl FaultPoint {
    /// Makes the counter of a fault that fires *at* an operation. `name` is what the panic calls
    /// the operation if its number is 0.
    #[track_caller]
    pub(super) fn counter_at(self, name: &str) -> Counter {
        match self.0 {
            Inner::Number(0) => panic!("{name}s are numbered from 1: there is no {name} 0"),
            Inner::Number(number) => Counter::new(number - 1),
            Inner::Plan(plan) => plan.0.used(),
        }
    }

    /// Makes the counter of a fault that fires *after* a number of bytes.
    pub(super) fn counter_after(self) -> Counter {
        match self.0 {
            Inner::Number(number) => Counter::new(number),
            Inner::Plan(plan) => plan.0.used(),
        }
    }
}
