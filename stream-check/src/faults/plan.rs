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
///
/// ```
/// use stream_check::faults::{every_fault, Faulty};
/// use futures::{executor::block_on, io::Cursor, AsyncReadExt};
///
/// let mut received = Vec::new();
/// every_fault(|plan| {
///     let mut stream = Faulty::new(Cursor::new(b"abc")).eof_after_bytes(plan);
///     let mut text = String::new();
///     block_on(stream.read_to_string(&mut text)).unwrap();
///     received.push((plan.number(), text, plan.fired()));
/// });
/// assert_eq!(received[0], (1, "".to_owned(), true));
/// assert_eq!(received[2], (3, "ab".to_owned(), true));
/// assert_eq!(received.last().unwrap(), &(5, "abc".to_owned(), false));
/// ```
#[derive(Clone)]
pub struct FaultPlan {
    number: usize,
    counter: Counter,
}

impl FaultPlan {
    /// Makes the plan of run `number`, to repeat a run that has failed.
    ///
    /// # Panics
    ///
    /// If `number` is 0.
    ///
    /// # Example
    ///
    /// ```
    /// use stream_check::faults::{FaultPlan, Faulty};
    /// use futures::{io::Cursor, AsyncReadExt};
    ///
    /// # futures::executor::block_on(async {
    /// let plan = FaultPlan::new(5);
    /// let mut text = String::new();
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(&plan);
    /// stream.read_to_string(&mut text).await?;
    /// assert_eq!(text, "hell");
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    #[track_caller]
    pub fn new(number: usize) -> Self {
        assert!(number > 0, "runs are numbered from 1: there is no run 0");
        Self {
            number,
            counter: Counter::new(number - 1),
        }
    }

    /// Returns the number of the run: `N`.
    ///
    /// ```
    /// assert_eq!(stream_check::faults::FaultPlan::new(5).number(), 5);
    /// ```
    pub fn number(&self) -> usize {
        self.number
    }

    /// Returns whether the fault has fired, in any stream. In the last run it never fires.
    ///
    /// ```
    /// use stream_check::faults::{FaultPlan, Faulty};
    /// use futures::{AsyncWriteExt, FutureExt};
    /// use std::io::ErrorKind;
    ///
    /// let plan = FaultPlan::new(1);
    /// let (_reader, writer) = async_duplex::pipe(64);
    /// let mut writer = Faulty::new(writer).fail_at(&plan, ErrorKind::BrokenPipe);
    /// assert!(!plan.fired());
    /// assert!(writer.write_all(b"hello").now_or_never().unwrap().is_err());
    /// assert!(plan.fired());
    /// ```
    pub fn fired(&self) -> bool {
        self.counter.fired()
    }

    /// Whether a stream has this plan.
    pub(super) fn is_used(&self) -> bool {
        self.counter.is_used()
    }

    /// Returns the counter for a stream, and records that the stream has this plan.
    fn into_counter(self) -> Counter {
        self.counter.set_used();
        self.counter
    }
}

impl fmt::Debug for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultPlan")
            .field("number", &self.number)
            .field("fired", &self.fired())
            .finish_non_exhaustive()
    }
}

/// Where a fault of a [`Faulty`](super::Faulty) fires: a number, or the place that a [`FaultPlan`]
/// gives.
///
/// It is made from a `usize` or a `&FaultPlan`. The methods of `Faulty` convert their argument, so
/// only code that is generic over both needs this name.
///
/// ```
/// use stream_check::faults::{FaultPlan, FaultPoint, Faulty};
///
/// fn reader_that_ends(point: impl Into<FaultPoint>) -> Faulty<async_duplex::Reader> {
///     Faulty::new(async_duplex::pipe(64).0).eof_after_bytes(point)
/// }
///
/// assert!(!reader_that_ends(10).fired());
/// assert!(!reader_that_ends(&FaultPlan::new(10)).fired());
/// ```
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
            Inner::Plan(plan) => plan.into_counter(),
        }
    }

    /// Makes the counter of a fault that fires *after* a number of bytes.
    pub(super) fn counter_after(self) -> Counter {
        match self.0 {
            Inner::Number(number) => Counter::new(number),
            Inner::Plan(plan) => plan.into_counter(),
        }
    }
}
