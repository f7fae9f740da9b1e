//! The executor of the benchmarks: as small as possible, and the same for every contender.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

/// Runs one task at a time, on the calling thread, without ever sleeping.
pub(crate) struct Executor {
    woken: Arc<Woken>,
    waker: Waker,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Executor {
    pub(crate) fn new() -> Self {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(woken.clone());
        Self { woken, waker }
    }

    /// Polls `future` until it is ready.
    ///
    /// No other thread can wake the task later. A task that waits without having been woken would
    /// therefore wait for ever, because of a lost wake or because it wrote more than the capacity.
    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut cx = Context::from_waker(&self.waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return output;
            }
            let woken = self.woken.0.swap(false, Ordering::Relaxed);
            assert!(woken, "the task waits, and no other task can wake it");
        }
    }
}

/// A second thread, which lives as long as this value, so that no measurement starts a thread.
pub(crate) struct Peer {
    jobs: mpsc::Sender<Job>,
}

type Job = Box<dyn FnOnce() + Send>;

impl Peer {
    pub(crate) fn start() -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        thread::spawn(move || queue.into_iter().for_each(|job| job()));
        Self { jobs }
    }

    /// Runs `theirs` on the other thread and, at the same time, `ours` on this one.
    pub(crate) fn join<T, O>(
        &self,
        theirs: impl FnOnce() -> T + Send + 'static,
        ours: impl FnOnce() -> O,
    ) -> (T, O)
    where
        T: Send + 'static,
    {
        let (done, their_result) = mpsc::channel();
        let job = move || done.send(theirs()).expect("the other thread waits for it");
        self.jobs
            .send(Box::new(job))
            .expect("no earlier job has panicked");
        let our_result = ours();
        let their_result = their_result.recv().expect("the job does not panic");
        (their_result, our_result)
    }
}
