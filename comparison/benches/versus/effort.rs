//! How often tasks are woken and polled for a MiB. These are counts, so they are the same on any
//! machine, except for contenders that yield at random.

use crate::cases::Label;
use crate::field::{contestants, Role};
use crate::findings::{Finding, Unit};
use crate::support::size;
use crate::support::workloads::{Effort, Stream};

const VOLUME: usize = 1 << 20;

/// Capacity and chunk.
const STREAMS: [(usize, usize); 4] = [
    (4 << 10, 64),
    (4 << 10, 1 << 10),
    (64 << 10, 1 << 10),
    (64 << 10, 64 << 10),
];

type Figure = fn(Effort) -> u64;

const FIGURES: [(&str, Unit, Figure); 2] = [
    ("wakes", Unit::Wakes, |effort| effort.wakes),
    ("polls", Unit::Polls, |effort| effort.polls),
];

/// Counts in each case whose name is `wanted`.
pub(crate) fn count(wanted: impl Fn(&str) -> bool, mut found: impl FnMut(Finding)) {
    for (group, unit, figure) in FIGURES {
        for (capacity, chunk) in STREAMS {
            let label = label(group, capacity, chunk);
            if wanted(&label.name) {
                let stream = Stream { chunk, capacity };
                let counts: Vec<_> = efforts(stream, (VOLUME / chunk) as u64)
                    .into_iter()
                    .map(|(name, role, effort)| (name, role, figure(effort) as f64))
                    .collect();
                found(Finding::of_counts(label, unit, &counts));
            }
        }
    }
}

/// The efforts of all contenders, except for those whose tasks the kernel wakes.
pub(crate) fn efforts(stream: Stream, chunks: u64) -> Vec<(&'static str, Role, Effort)> {
    contestants()
        .into_iter()
        .filter(|contestant| contestant.in_process)
        .map(|contestant| {
            let effort = (contestant.effort)(stream, chunks);
            (contestant.name, contestant.role, effort)
        })
        .collect()
}

fn label(group: &'static str, capacity: usize, chunk: usize) -> Label {
    Label {
        name: format!("{group}/{}/{}", size(capacity), size(chunk)),
        group,
        place: "two-tasks".into(),
        capacity,
        size: chunk,
        count: 1,
    }
}
