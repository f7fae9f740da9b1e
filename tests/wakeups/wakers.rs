//! Wakers that do something, and what they need to do it with.

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

/// A waker that does something when it is first woken.
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

/// A waker that does something when the last clone of it goes, and nothing when it is woken.
pub(crate) fn on_drop(act: impl FnOnce() + Send + Sync + 'static) -> Waker {
    Arc::new(OnDrop(Some(act))).into()
}

/// Parks the reader with `waker`, of which nothing is kept but in the reader.
pub(crate) fn park_reader_with(waker: Waker, reader: &mut Reader) {
    let polled = reader.poll_read(&mut Context::from_waker(&waker), &mut [0]);
    assert!(polled.is_pending());
}

/// Parks the writer with `waker`, of which nothing is kept but in the writer.
pub(crate) fn park_writer_with(waker: Waker, writer: &mut Writer) {
    let polled = writer.poll_write(&mut Context::from_waker(&waker), b"more");
    assert!(polled.is_pending());
}

/// Has `poll` wait for the end with `waker`, of which nothing is kept but by the half.
pub(crate) fn await_end_with(waker: Waker, poll: impl FnOnce(&mut Context<'_>) -> Poll<()>) {
    assert!(poll(&mut Context::from_waker(&waker)).is_pending());
}

/// A half that a waker can get at while the test has it, too.
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
        f(self.0.lock().unwrap().as_mut().expect("it is there"))
    }

    /// Takes the half away from everybody.
    pub(crate) fn take(&self) -> H {
        let half = self.0.lock().unwrap().take();
        half.expect("it is there")
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.0.lock().unwrap().is_none()
    }
}

type Step = Box<dyn FnMut(&mut Context<'_>) -> Poll<()> + Send>;

/// A task that runs as soon as it is woken, inside of `wake`. If it is running already, it runs
/// once more.
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
        // It is running: that run looks at `woken` again when it is over.
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
