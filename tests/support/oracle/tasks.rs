//! The tasks that poll a pipe.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Waker;
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

    pub(super) fn waker(&self, task: usize) -> Waker {
        Waker::from(Arc::clone(&self.0[task]))
    }

    /// Checks the number of wakes of each task, and that each of its waiters retains one waker.
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

            let waits: usize = halves().map(|half| half.waits_of(i)).sum();
            assert_eq!(
                Arc::strong_count(task) - 1,
                waits,
                "retained wakers of task {i}"
            );
        }
    }

    pub(super) fn check_all_released(&self) {
        for task in &self.0 {
            assert_eq!(Arc::strong_count(task), 1, "a waker has leaked");
        }
    }
}
