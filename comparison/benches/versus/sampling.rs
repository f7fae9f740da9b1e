//! Timing all contenders in turns.
//!
//! The speed of a machine varies from second to second. If one contender were measured after
//! another, the difference would include that variation. In rounds of short turns, one for each
//! contender, all turns of a round are affected alike. A comparison is one of the turns of a round.

use std::time::Duration;

use rustix::time::{clock_gettime, ClockId};

use crate::support::executor::Peer;

/// Does its work as often as it is told, with a second thread if it needs one. Returns how long it
/// took.
pub(crate) type Run = Box<dyn Fn(&Peer, u64) -> Duration>;

/// Work that all contenders of a case do.
pub(crate) struct Case {
    pub(crate) name: String,
    /// The number of bytes that an operation moves, where the result is a throughput.
    pub(crate) bytes: Option<usize>,
    /// The smallest number of operations of a sample. Larger numbers are multiples of it.
    pub(crate) least: u64,
    /// Whether the processor time of an operation is a result, too.
    pub(crate) processor: bool,
    /// Ours first.
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) run: Run,
}

#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// This crate, with which each contender is compared.
    Ours,
    Peer,
    /// This crate with other settings. It is not a peer.
    Variant,
    /// Not a pipe, but a lower bound for every pipe.
    Floor,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Peer => "peer",
            Self::Variant => "variant",
            Self::Floor => "floor",
        }
    }
}

impl Case {
    /// `entries` are the contenders, ours first.
    pub(crate) fn new(name: String, entries: Vec<(&'static str, Run)>) -> Self {
        let mut case = Self {
            name,
            bytes: None,
            least: 1,
            processor: false,
            entries: Vec::new(),
        };
        for (name, run) in entries {
            let is_first = case.entries.is_empty();
            case.add(name, if is_first { Role::Ours } else { Role::Peer }, run);
        }
        case
    }

    pub(crate) fn add(&mut self, name: &'static str, role: Role, run: Run) {
        self.entries.push(Entry { name, role, run });
    }

    /// The processor time counts, too. A sample is long enough that handing the work to the other
    /// thread is a small part of it.
    pub(crate) fn needs_two_threads(&mut self) {
        self.least = 64;
        self.processor = true;
    }
}

/// How many samples are taken, and how long each is.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) sample: Duration,
}

/// Nanoseconds for an operation, in each round.
#[derive(Default)]
pub(crate) struct Samples {
    pub(crate) time: Vec<f64>,
    /// The processor time of all threads of the process together. It includes making the pipe.
    pub(crate) processor: Vec<f64>,
}

/// The samples of each entry.
pub(crate) fn measure(case: &Case, peer: &Peer, plan: Plan) -> Vec<Samples> {
    let operations: Vec<u64> = case
        .entries
        .iter()
        .map(|entry| calibrate(case.least, entry, peer, plan.sample))
        .collect();
    let mut samples: Vec<_> = case.entries.iter().map(|_| Samples::default()).collect();
    for round in 0..plan.rounds {
        // Another entry begins in each round.
        for turn in 0..case.entries.len() {
            let index = (round + turn) % case.entries.len();
            let before = processor_time();
            let time = (case.entries[index].run)(peer, operations[index]);
            let processor = processor_time() - before;
            let each = |time: Duration| time.as_nanos() as f64 / operations[index] as f64;
            samples[index].time.push(each(time));
            samples[index].processor.push(each(processor));
        }
    }
    samples
}

/// The number of operations that take about as long as a sample should. This warms up, too.
///
/// The faster of two tries counts. If the machine did other work during a try, the number would
/// otherwise be too small in every round.
fn calibrate(least: u64, entry: &Entry, peer: &Peer, sample: Duration) -> u64 {
    let mut operations = least;
    loop {
        let attempt = || (entry.run)(peer, operations);
        let time = attempt().min(attempt());
        let missing = sample.as_secs_f64() / time.as_secs_f64().max(1e-9);
        if missing <= 1.0 {
            return operations;
        }
        let more = (operations as f64 * missing.min(10.0)) as u64;
        operations = more.max(operations + 1).next_multiple_of(least);
        // From half of the time on, the number of operations can be extrapolated.
        if missing < 2.0 {
            return operations;
        }
    }
}

/// The processor time that the threads of this process have taken.
fn processor_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime)
        .try_into()
        .expect("the clock counts from 0 up")
}
