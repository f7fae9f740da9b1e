//! The counter of a fault: how many operations or bytes have passed, and whether the fault is due.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts operations or bytes until a fault is due, for one stream or for all streams of a plan.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    /// The number of operations or bytes before the fault.
    allowed: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    passed: usize,
    fired: bool,
    /// Whether a stream uses this counter.
    used: bool,
}

impl Counter {
    /// Makes a counter for a fault that fires after `allowed` operations or bytes.
    pub(super) fn new(allowed: usize) -> Self {
        Self {
            allowed,
            state: Arc::default(),
        }
    }

    pub(super) fn allowed(&self) -> usize {
        self.allowed
    }

    /// Whether the fault has fired, in any of the streams.
    pub(super) fn fired(&self) -> bool {
        self.state().fired
    }

    pub(super) fn is_used(&self) -> bool {
        self.state().used
    }

    /// Returns the counter, and records that a stream uses it.
    pub(super) fn used(self) -> Self {
        self.state().used = true;
        self
    }

    /// Counts `n` more operations or bytes.
    pub(super) fn add(&self, n: usize) {
        let mut state = self.state();
        state.passed = state.passed.saturating_add(n);
    }

    /// Fires the fault if it is due, and returns `None`. Otherwise returns how many more operations
    /// or bytes may pass: any number, if the fault has fired before.
    pub(super) fn fire_if_due(&self) -> Option<usize> {
        let mut state = self.state();
        if state.fired {
            return Some(usize::MAX);
        }
        let remaining = self.allowed.saturating_sub(state.passed);
        state.fired = remaining == 0;
        (remaining > 0).then_some(remaining)
    }

    /// Ignores poisoning, because no code panics while it holds the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
