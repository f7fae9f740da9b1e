//! How much processor time an operation takes: that of all threads of the process together.
//!
//! The other cases measure how long an operation takes. A thread that spins takes processor time
//! while it waits, and one that parks does not, so what is fast may cost more than what is slow.

use std::time::Duration;

use rustix::time::{clock_gettime, ClockId};

use crate::cases::{cases, Case, Label};
use crate::field::{entries, Role};
use crate::findings::{Finding, Unit};
use crate::sampling::{measure, Plan};
use crate::work::Stage;

/// The cases in which more than one thread takes part, and threads may wait for each other.
const NAMES: [&str; 9] = [
    "stream/two-threads/4KiB/1KiB",
    "stream/two-threads/64KiB/1KiB",
    "stream/two-threads/64KiB/64KiB",
    "stream/64-streams/4KiB/1KiB",
    "stream/64-streams/64KiB/1KiB",
    "round-trip/two-threads/1B",
    "round-trip/two-threads/1KiB",
    "round-trip/64-pairs/1B",
    "round-trip/thinking/1B",
];

/// Compares the processor time in each case whose name is `wanted`.
pub(crate) fn compare(
    stage: &Stage,
    plan: Plan,
    wanted: impl Fn(&str) -> bool,
    mut found: impl FnMut(Finding),
) {
    for case in cases(true) {
        let name = format!("processor/{}", case.label.name);
        if NAMES.contains(&case.label.name.as_str()) && wanted(&name) {
            found(compare_one(stage, plan, name, case));
        }
    }
}

fn compare_one(stage: &Stage, plan: Plan, name: String, Case { label, work }: Case) -> Finding {
    // A floor never parks, so its processor time is the number of its threads times its time.
    let mut entries = entries(work);
    entries.retain(|entry| entry.role != Role::Floor);
    let samples = measure(work, &entries, stage, plan, |sample| {
        let before = processor_time();
        sample();
        processor_time() - before
    });
    let label = Label {
        name,
        group: "processor",
        ..label
    };
    let contenders = entries.iter().map(|entry| (entry.name, entry.role));
    Finding::of_samples(label, (Unit::Nanoseconds, None), contenders, &samples)
}

/// The processor time that the threads of this process have taken.
fn processor_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime)
        .try_into()
        .expect("the clock counts from 0 up")
}
