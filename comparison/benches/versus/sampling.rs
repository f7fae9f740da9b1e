//! Timing all contenders in turns.
//!
//! The speed of a machine varies from second to second. If one contender were measured after
//! another, the difference would include that variation. In rounds of short turns, one for each
//! contender, all turns of a round are affected alike. A comparison is one of the turns of a round.

use std::time::Duration;

use crate::field::Entry;
use crate::work::{Stage, Work};

/// If the smallest sample takes longer than this, it is reduced to a single operation, which is
/// enough to see that a contender is far behind.
const TOO_LONG: Duration = Duration::from_millis(200);

/// How many samples are taken, and how long each is.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    /// The length of a sample.
    pub(crate) sample: Duration,
}

/// Nanoseconds for an operation, for each entry in each round. `clock` runs a sample, which returns
/// how long it took, and decides which time counts.
pub(crate) fn measure(
    work: Work,
    entries: &[Entry],
    stage: &Stage,
    plan: Plan,
    clock: fn(&dyn Fn() -> Duration) -> Duration,
) -> Vec<Vec<f64>> {
    let operations: Vec<u64> = entries
        .iter()
        .map(|entry| calibrate(work, entry, stage, plan.sample))
        .collect();
    in_turns(plan.rounds, entries.len(), |index| {
        let time = clock(&|| (entries[index].time)(work, stage, operations[index]));
        time.as_nanos() as f64 / operations[index] as f64
    })
}

/// The results of `sample` for each of `entries` contenders, in each round.
pub(crate) fn in_turns<T>(
    rounds: usize,
    entries: usize,
    sample: impl Fn(usize) -> T,
) -> Vec<Vec<T>> {
    let mut samples: Vec<_> = (0..entries).map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        // Another entry begins in each round.
        for turn in 0..entries {
            let index = (round + turn) % entries;
            samples[index].push(sample(index));
        }
    }
    samples
}

/// The number of operations that take about as long as a sample should. This warms up, too.
///
/// The faster of two tries counts. If the machine did other work during a try, the number would
/// otherwise be too small in every round.
fn calibrate(work: Work, entry: &Entry, stage: &Stage, sample: Duration) -> u64 {
    let mut operations = work.least();
    loop {
        let attempt = || (entry.time)(work, stage, operations);
        let time = attempt().min(attempt());
        if time > TOO_LONG {
            return work.unit();
        }
        let missing = sample.as_secs_f64() / time.as_secs_f64().max(1e-9);
        if missing <= 1.0 {
            return operations;
        }
        let more = (operations as f64 * missing.min(10.0)) as u64;
        operations = more.max(operations + 1).next_multiple_of(work.unit());
        // From half of the time on, the number of operations can be extrapolated.
        if missing < 2.0 {
            return operations;
        }
    }
}
