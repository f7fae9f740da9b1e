//! Wakers that say whether they were woken, and a thread that waits for them.

use core::task::{Context, Waker};
use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex};
use std::task::Wake;
use std::time::Instant;

#[derive(Default)]
struct Flag {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.woken.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

/// A waker and the flag that it sets.
pub(crate) struct Task {
    /// How the trace calls the task. The task that a call uses by default has no label.
    pub(crate) label: Option<&'static str>,
    flag: Arc<Flag>,
    waker: Waker,
}

impl Task {
    pub(crate) fn new(label: Option<&'static str>) -> Self {
        let flag = Arc::new(Flag::default());
        let waker = flag.clone().into();
        Self { label, flag, waker }
    }

    pub(crate) fn named(label: &'static str) -> Self {
        Self::new(Some(label))
    }

    /// A task with a waker of somebody else. It is not waited for here.
    #[cfg(feature = "tokio")]
    pub(crate) fn of(cx: &Context<'_>) -> Self {
        let waker = cx.waker().clone();
        Self {
            waker,
            ..Self::named("the task")
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context::from_waker(&self.waker)
    }

    /// Waits until the task is woken, at most for `limit`, and clears the flag.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut woken = self.flag.woken.lock().unwrap();
        while !*woken {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            woken = self.flag.changed.wait_timeout(woken, left).unwrap().0;
        }
        core::mem::take(&mut *woken)
    }

    /// How many clones of the waker others hold.
    pub(crate) fn clones(&self) -> usize {
        // One belongs to `flag` and one to `waker`.
        Arc::strong_count(&self.flag) - 2
    }
}
