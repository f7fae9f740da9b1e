//! How criterion measures.

use core::time::Duration;

use criterion::{Criterion, SamplingMode};

/// Samples of equal length: then what a sample costs besides its work, such as handing it to another
/// thread, weighs the same in each.
pub(crate) const SAMPLING: SamplingMode = SamplingMode::Flat;

/// Short measurements, because there are many.
pub(crate) fn settings() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .nresamples(10_000)
}
