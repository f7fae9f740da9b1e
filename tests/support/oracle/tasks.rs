//! The tasks that poll a pipe.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Waker};
use std::sync::Arc;
use std::task::Wake;

use super::model::Model;

/// The number of tasks. Any of them may poll either half.
pub(super) const TASKS: usize = 3;

/// A task that counts its wakes.
#[derive(Default)]
struct Task {
    wakes: AtomicUsize,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
    }
}

pub(super) struct Tasks([Arc<Task>; TASKS]);

impl Tasks {
    pub(super) fn new() -> Self {
        Self(Default::default())
    }

    /// Polls with the waker of a task.
    pub(super) fn poll<T>(&self, task: usize, poll: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let waker = Waker::from(Arc::clone(&self.0[task]));
        poll(&mut Context::from_waker(&waker))
    }

    /// Checks the number of wakes of each task, and how many slots have its waker.
    pub(super) fn check(&self, models: &[&Model]) {
        let halves = || {
            models
                .iter()
                .flat_map(|model| [&model.reader, &model.writer])
        };
        for (i, task) in self.0.iter().enumerate() {
            let expected: usize = halves().map(|half| half.wakes[i]).sum();
            let woken = task.wakes.load(Ordering::Relaxed);
            assert_eq!(woken, expected, "wakes of task {i}");

            let expected = halves().filter(|half| half.waker == Some(i)).count();
            let retained = Arc::strong_count(task) - 1;
            assert_eq!(retained, expected, "retained wakers of task {i}");
        }
    }
}
