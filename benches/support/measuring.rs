//! How criterion measures.

use core::time::Duration;

use criterion::{Criterion, SamplingMode};

/// Samples of equal length, so that the fixed cost of a sample, such as handing its work to another
/// thread, is the same part of each.
pub(crate) const SAMPLING: SamplingMode = SamplingMode::Flat;

/// Short measurements, because there are many.
pub(crate) fn settings() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .nresamples(10_000)
}
