//! Wakers that call a closure, and halves and tasks for these closures to use.

use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex};
use std::task::Wake;

use async_duplex::{Reader, Writer};

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

/// Parks the reader with `waker`. Only the pipe retains a clone.
pub(crate) fn park_reader_with(waker: Waker, reader: &mut Reader) {
    let polled = reader.poll_read(&mut Context::from_waker(&waker), &mut [0]);
    assert!(polled.is_pending());
}

/// Parks the writer with `waker`. Only the pipe retains a clone.
pub(crate) fn park_writer_with(waker: Waker, writer: &mut Writer) {
    let polled = writer.poll_write(&mut Context::from_waker(&waker), b"more");
    assert!(polled.is_pending());
}

/// Polls for the end with `waker`. Only the pipe retains a clone.
pub(crate) fn await_end_with(waker: Waker, poll: impl FnOnce(&mut Context<'_>) -> Poll<()>) {
    assert!(poll(&mut Context::from_waker(&waker)).is_pending());
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
        f(self
            .0
            .lock()
            .unwrap()
            .as_mut()
            .expect("the half has not been taken"))
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
    woken: Mutex<bool>,
}

impl InlineTask {
    pub(crate) fn new(
        step: impl FnMut(&mut Context<'_>) -> Poll<()> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            step: Mutex::new(Some(Box::new(step))),
            woken: Mutex::new(false),
        })
    }

    pub(crate) fn is_done(&self) -> bool {
        self.step.lock().unwrap().is_none()
    }
}

impl Wake for InlineTask {
    fn wake(self: Arc<Self>) {
        *self.woken.lock().unwrap() = true;
        let waker = self.clone().into();
        // If the lock is taken, the task is running, and checks `woken` again at its end.
        while let Ok(mut step) = self.step.try_lock() {
            let woken = core::mem::take(&mut *self.woken.lock().unwrap());
            match &mut *step {
                Some(run) if woken => {
                    if run(&mut Context::from_waker(&waker)).is_ready() {
                        *step = None;
                    }
                }
                _ => break,
            }
        }
    }
}
