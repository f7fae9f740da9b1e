//! A pair of ends that is under test: its tasks, its sides and what is known about it.

use core::fmt;
use core::future::{poll_fn, Future};
use core::pin::pin;
use core::sync::atomic::{AtomicU64, Ordering};
use core::task::{Context, Waker};
use std::sync::{Arc, Mutex};
use std::task::Wake;

use anyhow::{anyhow, ensure, Context as _, Result};

use crate::kinds::Kind;
use crate::places::{Outcome, Place, Task};
use crate::side::Side;
use crate::tally;

/// A pair of ends.
pub(crate) struct Pair {
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    about: String,
    sides: Vec<Arc<Side>>,
    tasks: Vec<Arc<Wakes>>,
}

impl Pair {
    pub(crate) fn new(number: u64, kind: Kind) -> Self {
        Self {
            number,
            kind,
            state: Mutex::default(),
        }
    }

    /// Notes the settings, for messages.
    pub(crate) fn describe(&self, about: impl fmt::Debug) {
        self.state.lock().unwrap().about = format!("{about:?}");
    }

    /// A new side, whose calls count as progress of the pair.
    pub(crate) fn side(&self, name: &'static str) -> Arc<Side> {
        let side = Arc::new(Side::new(name));
        self.state.lock().unwrap().sides.push(side.clone());
        side
    }

    /// Runs `future`, and counts how many times it is woken.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        place: Place,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Running<T> {
        let wakes = Arc::new(Wakes::default());
        self.state.lock().unwrap().tasks.push(wakes.clone());
        let task = place.spawn(counted(wakes.clone(), future));
        Running { task, wakes }
    }

    /// A number that grows while the pair makes progress.
    pub(crate) fn progress(&self) -> u64 {
        let state = self.state.lock().unwrap();
        let calls = state.sides.iter().map(|side| side.calls());
        calls.sum::<u64>() + state.sides.len() as u64
    }

    /// The bytes that have arrived or were sent.
    pub(crate) fn bytes(&self) -> u64 {
        let state = self.state.lock().unwrap();
        let moved = state.sides.iter().map(|side| side.moved());
        moved.sum()
    }

    /// Makes each task show its half.
    pub(crate) fn show_halves(&self) {
        let state = self.state.lock().unwrap();
        state.sides.iter().for_each(|side| side.show_half());
        state.tasks.iter().for_each(|task| task.wake_task());
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.lock().unwrap();
        let State { about, sides, .. } = &*state;
        let (number, kind) = (self.number, self.kind.name());
        write!(f, "pair {number}, {kind}: {about}")?;
        sides.iter().try_for_each(|side| write!(f, "\n  {side:?}"))
    }
}

/// A task, and the number of its wakes.
pub(crate) struct Running<T> {
    task: Task<T>,
    pub(crate) wakes: Arc<Wakes>,
}

impl<T> Running<T> {
    /// Cancels the task.
    pub(crate) async fn cancel(self) -> Ended<T> {
        Ended(self.task.cancel().await)
    }

    /// Waits for the end of the task.
    pub(crate) async fn join(self) -> Ended<T> {
        Ended(self.task.join().await)
    }
}

/// The panic that tasks and wakers are told to raise. It does not print a message.
pub(crate) struct Injected;

/// How a task ended.
pub(crate) struct Ended<T>(pub(crate) Outcome<T>);

impl<T> Ended<Result<T>> {
    /// What the task returned. `None` if it was cancelled, or has panicked as it was told to.
    pub(crate) fn value(self) -> Result<Option<T>> {
        match self.0 {
            Outcome::Returned(value) => value.map(Some),
            Outcome::Cancelled => Ok(None),
            Outcome::Panicked(panic) if panic.is::<Injected>() => Ok(None),
            Outcome::Panicked(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                Err(anyhow!(
                    "a task panicked: {}",
                    text.unwrap_or("with a value")
                ))
            }
        }
    }

    /// What the task returned, which must have ended by itself.
    pub(crate) fn returned(self) -> Result<T> {
        self.value()?.context("a task was cancelled")
    }
}

/// Counts the wakes of a task.
#[derive(Default)]
pub(crate) struct Wakes {
    count: AtomicU64,
    task: Mutex<Option<Waker>>,
}

impl Wakes {
    /// Checks that each wake belongs to a call of these sides, and counts them.
    ///
    /// A call that waits leads to one wake. So may one that does not: it has registered a waker,
    /// has then found what it needs, and its peer took the waker in between.
    pub(crate) fn check(&self, sides: &[&Side]) -> Result<()> {
        let wakes = self.count.load(Ordering::Relaxed);
        let waits = sides.iter().map(|side| side.waits()).sum();
        let calls: u64 = sides.iter().map(|side| side.calls()).sum();
        tally::count_wakes(wakes, waits);
        ensure!(wakes <= calls + waits, "{wakes} wakes: {sides:?}");
        Ok(())
    }

    fn wake_task(&self) {
        let task = self.task.lock().unwrap().clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.wake_task();
    }
}

/// Runs `future` with a waker that counts.
async fn counted<T>(wakes: Arc<Wakes>, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(wakes.clone());
    poll_fn(|cx| {
        {
            let mut task = wakes.task.lock().unwrap();
            if !task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
                *task = Some(cx.waker().clone());
            }
        }
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}
