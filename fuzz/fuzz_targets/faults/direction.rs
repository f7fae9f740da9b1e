//! The model of the limits of a direction: its gate, its rate and the largest call.

/// The limits of the reads, or of the writes, flushes and closes.
#[derive(Default)]
pub(crate) struct Direction {
    pub(crate) max: Option<usize>,
    pub(crate) gate_is_closed: bool,
    pub(crate) waits_at_gate: bool,
    /// The number of bytes of an interval.
    pub(crate) rate: Option<usize>,
    /// How many bytes were moved in the interval, and when it has begun.
    pub(crate) moved: usize,
    pub(crate) since: Option<usize>,
}

impl Direction {
    /// How many bytes a call may move, or `None` if it has to wait.
    pub(crate) fn admit(&mut self, len: usize, now: usize) -> Option<usize> {
        if self.gate_is_closed {
            self.waits_at_gate = true;
            return None;
        }
        let max = self.max.unwrap_or(usize::MAX);
        let Some(rate) = self.rate.filter(|_| len > 0) else {
            return Some(max);
        };
        if self.since.is_some_and(|since| since < now) {
            (self.since, self.moved) = (None, 0);
        }
        let available = rate.saturating_sub(self.moved);
        (available > 0).then_some(max.min(available))
    }

    pub(crate) fn count(&mut self, bytes: usize, now: usize) {
        if bytes > 0 {
            self.since.get_or_insert(now);
            self.moved += bytes;
        }
    }
}
