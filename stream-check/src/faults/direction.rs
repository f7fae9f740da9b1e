//! The settings of one direction of a stream: its limit, its gate and its rate.

use std::cmp::min;
use std::task::{ready, Context, Poll};

use super::gate::AttachedGate;
use super::timer::{poll_end, Delay, Timer};

/// What the reads, or the writes, flushes and closes, of a stream may do.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// The largest number of bytes of one call.
    pub(super) max_len: Option<usize>,
    pub(super) gate: Option<AttachedGate>,
    pub(super) rate: Option<Rate>,
}

impl Direction {
    #[track_caller]
    pub(super) fn set_max_len(&mut self, bytes: usize, call: &str) {
        assert!(
            bytes > 0,
            "the limit of a {call} must be at least 1 byte, not 0"
        );
        self.max_len = Some(bytes);
    }

    /// Waits until a call with buffers of `len` bytes may begin, and returns how many bytes it may
    /// move.
    pub(super) fn poll_admit(&mut self, cx: &mut Context<'_>, len: usize) -> Poll<usize> {
        ready!(self.poll_open(cx));
        let max_len = self.max_len.unwrap_or(usize::MAX);
        match &mut self.rate {
            Some(rate) if len > 0 => rate.poll_available(cx).map(|n| min(n, max_len)),
            _ => Poll::Ready(max_len),
        }
    }

    /// Waits until the gate is open.
    pub(super) fn poll_open(&self, cx: &mut Context<'_>) -> Poll<()> {
        match &self.gate {
            Some(gate) => gate.poll_open(cx),
            None => Poll::Ready(()),
        }
    }

    /// Counts bytes that were moved.
    pub(super) fn count(&mut self, bytes: usize) {
        if let Some(rate) = &mut self.rate {
            rate.count(bytes);
        }
    }
}

/// At most `bytes` bytes between the start and the end of a timer.
#[derive(Debug)]
pub(super) struct Rate {
    bytes: usize,
    timer: Timer,
    /// The interval that has begun with a byte, if it has not ended.
    interval: Option<Delay>,
    /// The number of bytes that may still be moved in the interval.
    available: usize,
}

impl Rate {
    #[track_caller]
    pub(super) fn new(bytes: usize, timer: Timer) -> Self {
        assert!(bytes > 0, "a rate must be at least 1 byte, not 0");
        Self {
            bytes,
            timer,
            interval: None,
            available: bytes,
        }
    }

    /// Waits until a byte may be moved, and returns how many may be.
    fn poll_available(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        match poll_end(&mut self.interval, cx) {
            Poll::Ready(()) => self.available = self.bytes,
            Poll::Pending if self.available == 0 => return Poll::Pending,
            Poll::Pending => {}
        }
        Poll::Ready(self.available)
    }

    fn count(&mut self, bytes: usize) {
        if bytes > 0 && self.interval.is_none() {
            self.interval = Some(self.timer.start());
        }
        self.available = self.available.saturating_sub(bytes);
    }
}
