//! The model of the limits of a direction: its gate, its rate and the largest call.

/// The limits of the reads, or of the writes, flushes and closes.
pub(crate) struct Direction {
    max: usize,
    pub(crate) gate_is_closed: bool,
    pub(crate) waits_at_gate: bool,
    rate: Option<Rate>,
}

struct Rate {
    bytes: usize,
    available: usize,
    /// When the interval has begun.
    since: Option<usize>,
}

impl Direction {
    pub(crate) fn new(max: Option<usize>, rate: Option<usize>) -> Self {
        Self {
            max: max.unwrap_or(usize::MAX),
            gate_is_closed: false,
            waits_at_gate: false,
            rate: rate.map(|bytes| Rate {
                bytes,
                available: bytes,
                since: None,
            }),
        }
    }

    /// How many bytes a call may move, or `None` if it has to wait.
    pub(crate) fn admit(&mut self, len: usize, now: usize) -> Option<usize> {
        if self.gate_is_closed {
            self.waits_at_gate = true;
            return None;
        }
        match &mut self.rate {
            Some(rate) if len > 0 => {
                if rate.since.is_some_and(|since| since < now) {
                    rate.since = None;
                    rate.available = rate.bytes;
                }
                let is_over = rate.available == 0;
                (!is_over).then(|| self.max.min(rate.available))
            }
            _ => Some(self.max),
        }
    }

    pub(crate) fn count(&mut self, bytes: usize, now: usize) {
        if let Some(rate) = &mut self.rate {
            if bytes > 0 {
                rate.since.get_or_insert(now);
            }
            rate.available -= bytes.min(rate.available);
        }
    }
}
