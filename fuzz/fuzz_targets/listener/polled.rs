//! Futures and streams that wait, and whether they were woken.

use core::task::{Context, Poll};

use crate::support::counting_waker::CountingTask;

/// A future or a stream, and the task that polls it.
pub(crate) struct Polled<F> {
    polls: F,
    task: CountingTask,
    /// How many wakes the task had when it began to wait.
    waits_since: Option<usize>,
}

impl<F> Polled<F> {
    pub(crate) fn new(polls: F) -> Self {
        Self {
            polls,
            task: CountingTask::new(),
            waits_since: None,
        }
    }

    pub(crate) fn poll<T>(
        &mut self,
        poll: impl FnOnce(&mut F, &mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let polled = self.task.poll(|cx| poll(&mut self.polls, cx));
        let is_pending = polled.is_pending();
        self.waits_since = is_pending.then(|| self.task.wakes());
        polled
    }

    pub(crate) fn waits(&self) -> bool {
        self.waits_since.is_some()
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.waits_since
            .is_some_and(|wakes| self.task.wakes() > wakes)
    }

    /// Whether it has been woken, or does not wait.
    pub(crate) fn may_go_on(&self) -> bool {
        !self.waits() || self.is_woken()
    }

    pub(crate) fn drop(self) {
        drop(self.polls);
        assert_eq!(self.task.retained(), 0, "a waker has leaked");
    }
}
