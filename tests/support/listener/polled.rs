//! Futures and streams that wait, and whether they were woken.

use core::task::{Context, Poll};

use super::super::counting_waker::CountingTask;

/// A future or a stream, and the two tasks that poll it.
pub(super) struct Polled<F> {
    pub(super) polls: F,
    tasks: [CountingTask; 2],
    /// The task that waits, and how many wakes it had when it began to.
    waits_since: Option<(usize, usize)>,
}

impl<F> Polled<F> {
    pub(super) fn new(polls: F) -> Self {
        Self {
            polls,
            tasks: Default::default(),
            waits_since: None,
        }
    }

    /// Polls in one of the tasks. The waker of the other one is dropped.
    pub(super) fn poll<T>(
        &mut self,
        task: usize,
        poll: impl FnOnce(&mut F, &mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let polled = self.tasks[task].poll(|cx| poll(&mut self.polls, cx));
        let is_pending = polled.is_pending();
        self.waits_since = is_pending.then(|| (task, self.tasks[task].wakes()));
        assert_eq!(self.tasks[1 - task].retained(), 0, "an old waker is left");
        polled
    }

    pub(super) fn waits(&self) -> bool {
        self.waits_since.is_some()
    }

    pub(super) fn is_woken(&self) -> bool {
        self.waits_since
            .is_some_and(|(task, wakes)| self.tasks[task].wakes() > wakes)
    }

    /// Whether it has been woken, or does not wait.
    pub(super) fn may_go_on(&self) -> bool {
        !self.waits() || self.is_woken()
    }

    pub(super) fn drop(self) {
        drop(self.polls);
        let retained = self.tasks.map(|task| task.retained());
        assert_eq!(retained, [0, 0], "a waker has leaked");
    }
}
