//! Wakers that call a closure, and halves and tasks for these closures to use.

use core::panic::AssertUnwindSafe;
use core::task::{Context, Poll, Waker};
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex};
use std::task::Wake;

use crate::support::half::{waits, Half, Wait};

struct OnWake<F>(Mutex<Option<F>>);

impl<F: FnOnce() + Send + 'static> Wake for OnWake<F> {
    fn wake(self: Arc<Self>) {
        let act = self.0.lock().unwrap().take();
        if let Some(act) = act {
            act();
        }
    }
}

/// A waker that calls `act` when it is first woken.
pub(crate) fn on_wake(act: impl FnOnce() + Send + 'static) -> Waker {
    Arc::new(OnWake(Mutex::new(Some(act)))).into()
}

struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce() + Send + Sync + 'static> Wake for OnDrop<F> {
    fn wake(self: Arc<Self>) {}
}

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        let act = self.0.take();
        act.expect("dropped once")();
    }
}

/// A waker that calls `act` when its last clone is dropped, and does nothing when it is woken.
pub(crate) fn on_drop(act: impl FnOnce() + Send + Sync + 'static) -> Waker {
    Arc::new(OnDrop(Some(act))).into()
}

const MESSAGE: &str = "the waker's own panic";

/// A waker that panics when it is woken.
pub(crate) fn panics_on_wake() -> Waker {
    on_wake(|| panic!("{MESSAGE}"))
}

/// A waker that panics when its last clone is dropped.
pub(crate) fn panics_on_drop() -> Waker {
    on_drop(|| panic!("{MESSAGE}"))
}

/// Calls `f`, which must pass on the panic of a waker.
#[track_caller]
pub(crate) fn assert_passes_panic_on<T>(what: &str, f: impl FnOnce() -> T) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("{what}: it did not panic");
    };
    assert_eq!(*panic.downcast::<String>().unwrap(), MESSAGE, "{what}");
}

/// Lets the half wait with `waker`. Only the pipe retains a clone.
#[track_caller]
pub(crate) fn wait_with<H: Half>(waker: Waker, half: &mut H, wait: Wait) {
    assert!(waits(half, wait, &mut Context::from_waker(&waker)));
}

/// Everything that the peer does to wake a half that waits, and whether it is an end. Transfers are
/// of three bytes.
pub(crate) fn every_wake<H: Half>(check: impl Fn(&dyn Fn(H::Peer) -> Option<H::Peer>, bool)) {
    for act in H::Peer::MOVES {
        let act = |mut peer| {
            act(&mut peer, 3);
            Some(peer)
        };
        check(&act, false);
    }
    for (_, end, _) in H::Peer::ENDS {
        check(end, true);
    }
}

/// A half that a test and a waker share.
pub(crate) struct Shared<H>(Arc<Mutex<Option<H>>>);

impl<H> Clone for Shared<H> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<H> Shared<H> {
    pub(crate) fn new(half: H) -> Self {
        Self(Arc::new(Mutex::new(Some(half))))
    }

    pub(crate) fn with<T>(&self, f: impl FnOnce(&mut H) -> T) -> T {
        let mut half = self.0.lock().unwrap();
        f(half.as_mut().expect("the half has not been taken"))
    }

    /// Takes the half out, for all clones.
    pub(crate) fn take(&self) -> H {
        let half = self.0.lock().unwrap().take();
        half.expect("the half has not been taken")
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.0.lock().unwrap().is_none()
    }
}

type Step = Box<dyn FnMut(&mut Context<'_>) -> Poll<()> + Send>;

/// A task that runs inside `wake`. If it is woken while it runs, it runs once more.
pub(crate) struct InlineTask {
    step: Mutex<Option<Step>>,
    /// Whether it has to run, and how many times it was woken.
    woken: Mutex<(bool, usize)>,
}

impl InlineTask {
    pub(crate) fn new(
        step: impl FnMut(&mut Context<'_>) -> Poll<()> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            step: Mutex::new(Some(Box::new(step))),
            woken: Mutex::default(),
        })
    }

    /// How many times the task was woken, its start among them.
    pub(crate) fn wakes(&self) -> usize {
        self.woken.lock().unwrap().1
    }
}

impl Wake for InlineTask {
    fn wake(self: Arc<Self>) {
        {
            let mut woken = self.woken.lock().unwrap();
            *woken = (true, woken.1 + 1);
        }
        let waker = self.clone().into();
        while self.woken.lock().unwrap().0 {
            // If the lock is taken, the task is running, and looks again after it has released it.
            let Ok(mut step) = self.step.try_lock() else {
                break;
            };
            self.woken.lock().unwrap().0 = false;
            if let Some(run) = &mut *step {
                if run(&mut Context::from_waker(&waker)).is_ready() {
                    *step = None;
                }
            }
        }
    }
}
