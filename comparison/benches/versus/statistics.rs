//! Statistics of samples.

use std::fmt::{self, Display, Formatter};

/// A smaller difference than this is noise, such as a page more or less.
const NOISE: f64 = 0.01;

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
}

impl Display for Spread {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { p10, median, p90 } = *self;
        // Enough digits for a ratio of a hundredth.
        let digits = if median < 0.1 { 4 } else { 2 };
        write!(f, "×{median:<7.digits$} ")?;
        let spread = if p10 < p90 {
            format!("{p10:.digits$} to {p90:.digits$}")
        } else {
            String::new()
        };
        write!(f, "{spread:<16}")
    }
}

/// Interpolates between the two nearest samples.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let position = q * (sorted.len() - 1) as f64;
    let (below, above) = (position.floor(), position.ceil());
    let (low, high) = (sorted[below as usize], sorted[above as usize]);
    low + (high - low) * (position - below)
}

/// How this crate compares, where these are ratios of theirs to ours and less is better. If the
/// spread covers 1, the median shows no difference.
pub(crate) fn verdict(ratios: Spread) -> &'static str {
    if ratios.p10 > 1.0 + NOISE {
        "ahead"
    } else if ratios.p90 < 1.0 - NOISE {
        "behind"
    } else {
        "level"
    }
}
