//! The result of a case: a value for each contender, and how it compares with ours.

use crate::cases::Label;
use crate::field::Role;
use crate::statistics::{Spread, Verdict};

/// The unit of the values of a finding. Less is better in each of them.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Nanoseconds,
    Microseconds,
    Bytes,
    Wakes,
    Polls,
}

pub(crate) struct Finding {
    pub(crate) label: Label,
    pub(crate) unit: Unit,
    /// The number of bytes that an operation moves, where the result is a throughput.
    pub(crate) bytes: Option<usize>,
    /// Ours first.
    pub(crate) outcomes: Vec<Outcome>,
}

pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) value: Spread,
    /// The ratio of theirs to ours.
    pub(crate) ratio: Spread,
    pub(crate) verdict: Verdict,
}

impl Unit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Microseconds => "µs",
            Self::Bytes => "B",
            Self::Wakes => "wakes",
            Self::Polls => "polls",
        }
    }
}

impl Finding {
    /// The finding of the samples of these contenders, ours first.
    pub(crate) fn of_samples(
        label: Label,
        (unit, bytes): (Unit, Option<usize>),
        contenders: impl IntoIterator<Item = (&'static str, Role)>,
        samples: &[Vec<f64>],
    ) -> Self {
        let ours = &samples[0];
        let outcomes = contenders
            .into_iter()
            .zip(samples)
            .map(|((name, role), theirs)| {
                let ratio = Spread::of_ratios(theirs, ours);
                Outcome {
                    name,
                    role,
                    value: Spread::of(theirs),
                    ratio,
                    verdict: Verdict::of(ratio),
                }
            })
            .collect();
        Self {
            label,
            unit,
            bytes,
            outcomes,
        }
    }

    /// The finding of counts, one for each contender, ours first.
    pub(crate) fn of_counts(
        label: Label,
        unit: Unit,
        counts: &[(&'static str, Role, f64)],
    ) -> Self {
        let (_, _, ours) = counts[0];
        let outcomes = counts
            .iter()
            .map(|&(name, role, theirs)| Outcome {
                name,
                role,
                value: Spread::of(&[theirs]),
                ratio: Spread::of(&[theirs / ours]),
                verdict: Verdict::of_count(theirs / ours),
            })
            .collect();
        Self {
            label,
            unit,
            bytes: None,
            outcomes,
        }
    }

    pub(crate) fn ours(&self) -> &Outcome {
        &self.outcomes[0]
    }

    pub(crate) fn others(&self) -> &[Outcome] {
        &self.outcomes[1..]
    }

    /// The peer with the smallest value.
    pub(crate) fn best_peer(&self) -> Option<&Outcome> {
        self.others()
            .iter()
            .filter(|outcome| outcome.role == Role::Peer)
            .min_by(|a, b| a.value.median.total_cmp(&b.value.median))
    }

    pub(crate) fn floor(&self) -> Option<&Outcome> {
        self.others()
            .iter()
            .find(|outcome| outcome.role == Role::Floor)
    }
}
