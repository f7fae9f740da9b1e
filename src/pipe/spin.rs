//! When a half looks for bytes for a while before it parks: see `Options::spin_limit`.

use core::time::Duration;

/// No spin takes longer. A thread that can wait for 10 milliseconds can park.
const MAX_LIMIT: Duration = Duration::from_millis(10);

/// The largest number of waits that are not preceded by a spin after one that failed.
const MAX_SKIP: u16 = 64;

/// How long a half spins, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spin {
    limit_in_nanos: u32,
    /// How many waits follow that do not spin.
    skip: u16,
    /// How many waits do not spin after the next failure.
    penalty: u16,
}

impl Spin {
    /// A half that spins for as long as `limit`.
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            limit_in_nanos: limit.min(MAX_LIMIT).as_nanos() as u32,
            skip: 0,
            penalty: 1,
        }
    }

    pub(super) fn limit(&self) -> Duration {
        Duration::from_nanos(self.limit_in_nanos.into())
    }

    /// Whether the wait that begins now is preceded by a spin.
    #[inline]
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = self.skip == 0 && self.limit_in_nanos > 0;
        self.skip = self.skip.saturating_sub(1);
        is_due
    }

    /// A spin has ended. One that failed makes the next ones rarer.
    pub(super) fn finish(&mut self, succeeded: bool) {
        if succeeded {
            self.penalty = 1;
        } else {
            self.skip = self.penalty;
            self.penalty = (self.penalty * 2).min(MAX_SKIP);
        }
    }
}
