//! Taking the time of everybody in turns.
//!
//! A machine has its moods: it is slower for some seconds and faster again. Who is measured after
//! the other is measured in another mood; who takes turns with the other is not, as long as the
//! turns are short. So there are rounds in which everybody has one, and a comparison is one of the
//! turns of a round.

use std::time::Duration;

use crate::field::Entry;
use crate::work::{Stage, Work};

/// A sample that takes longer although it is the least that makes one is cut down to a single
/// operation, which is enough to see that somebody is hopelessly slow.
const TOO_LONG: Duration = Duration::from_millis(200);

/// How long everything is measured.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    /// How long a sample is to take.
    pub(crate) sample: Duration,
}

/// Nanoseconds for an operation: of each entry, in each round.
pub(crate) fn measure(work: Work, entries: &[Entry], stage: &Stage, plan: Plan) -> Vec<Vec<f64>> {
    let operations: Vec<u64> = entries
        .iter()
        .map(|entry| calibrate(work, entry, stage, plan.sample))
        .collect();
    in_turns(plan.rounds, entries.len(), |index| {
        let time = (entries[index].time)(work, stage, operations[index]);
        time.as_nanos() as f64 / operations[index] as f64
    })
}

/// What `sample` returns for each of `entries` contenders, in each round.
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

/// How many operations take about as long as a sample should. Warms up, too.
///
/// Of two tries the faster counts: a moment in which the machine did something else would be held
/// against somebody in every round.
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
        // What took half of the time is a good guide to what takes all of it.
        if missing < 2.0 {
            return operations;
        }
    }
}
