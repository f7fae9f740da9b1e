//! What came out of a case: for everybody a value, and how it compares with ours.

use crate::cases::Label;
use crate::field::Role;
use crate::statistics::{Spread, Verdict};

/// What the values of a finding are. Less is better, whatever it is.
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
    /// How many bytes an operation moves, where that is what matters.
    pub(crate) bytes: Option<usize>,
    /// Ours first.
    pub(crate) outcomes: Vec<Outcome>,
}

pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) value: Spread,
    /// Of theirs to ours.
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
    /// What the samples of these contenders say. Ours first.
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

    /// What was counted once, of everybody. Ours first.
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

    /// The peer with the least.
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
