//! Statistics of samples.

use std::fmt::{self, Display, Formatter};

/// The median of some samples, and the 10th and the 90th percentile.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) p10: f64,
    pub(crate) median: f64,
    pub(crate) p90: f64,
}

impl Spread {
    /// # Panics
    ///
    /// If there are no samples.
    pub(crate) fn of(samples: &[f64]) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        Self {
            p10: quantile(&sorted, 0.1),
            median: quantile(&sorted, 0.5),
            p90: quantile(&sorted, 0.9),
        }
    }

    /// The ratio of theirs to ours, in each round.
    pub(crate) fn of_ratios(theirs: &[f64], ours: &[f64]) -> Self {
        let ratios: Vec<f64> = theirs.iter().zip(ours).map(|(t, o)| t / o).collect();
        Self::of(&ratios)
    }

    /// The spread of the inverse ratios.
    pub(crate) fn inverse(self) -> Self {
        Self {
            p10: 1.0 / self.p90,
            median: 1.0 / self.median,
            p90: 1.0 / self.p10,
        }
    }
}

/// Interpolates between the two nearest samples.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let position = q * (sorted.len() - 1) as f64;
    let (below, above) = (position.floor(), position.ceil());
    let (low, high) = (sorted[below as usize], sorted[above as usize]);
    low + (high - low) * (position - below)
}

/// How this crate compares.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    Ahead,
    Behind,
    /// The spread covers 1, so the median shows no difference.
    Level,
}

impl Verdict {
    /// The verdict of ratios of theirs to ours, where less is better.
    pub(crate) fn of(ratios: Spread) -> Self {
        if ratios.p10 > 1.0 {
            Self::Ahead
        } else if ratios.p90 < 1.0 {
            Self::Behind
        } else {
            Self::Level
        }
    }

    /// The verdict of a ratio without a spread. A difference of 1 % is noise, such as a page more
    /// or less.
    pub(crate) fn of_count(ratio: f64) -> Self {
        Self::of(Spread {
            p10: ratio / 1.01,
            median: ratio,
            p90: ratio * 1.01,
        })
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ahead => "ahead",
            Self::Behind => "behind",
            Self::Level => "level",
        })
    }
}
