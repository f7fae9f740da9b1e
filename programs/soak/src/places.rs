//! Where the ends of a pair run: on two work-stealing runtimes, and on threads of their own.

use core::any::Any;
use core::future::{pending, Future};
use core::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::thread;

use async_executor::Executor;
use fastrand::Rng;
use futures_lite::future::{block_on, yield_now};
use futures_lite::FutureExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

static SMOL: Executor<'static> = Executor::new();

static TOKIO: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads())
        .build();
    runtime.expect("tokio's threads can be started")
});

/// The threads of each runtime. With one thread, it would steal no work.
fn threads() -> usize {
    thread::available_parallelism()
        .map_or(2, usize::from)
        .max(2)
}

/// Starts the threads of smol's executor. Those of tokio start with the first task.
pub(crate) fn start() {
    for _ in 0..threads() {
        thread::spawn(|| block_on(SMOL.run(pending::<()>())));
    }
}

/// A place to run a future at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Smol,
    Tokio,
    /// A new thread, which blocks on the future.
    Thread,
}

impl Place {
    pub(crate) const ALL: [Self; 3] = [Self::Smol, Self::Tokio, Self::Thread];

    /// One of the runtimes, and rarely a thread, which costs far more to start than a task.
    pub(crate) fn random(rng: &mut Rng) -> Self {
        match rng.u8(0..32) {
            0 => Self::Thread,
            _ => Self::runtime(rng),
        }
    }

    /// One of the runtimes.
    pub(crate) fn runtime(rng: &mut Rng) -> Self {
        if rng.bool() {
            Self::Smol
        } else {
            Self::Tokio
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Smol => "smol",
            Self::Tokio => "tokio",
            Self::Thread => "thread",
        }
    }

    /// Runs `future` here.
    pub(crate) fn spawn<T: Send + 'static>(
        self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Task<T> {
        let future = AssertUnwindSafe(future).catch_unwind();
        match self {
            Self::Smol => Task::Smol(SMOL.spawn(future)),
            Self::Tokio => Task::Tokio(TOKIO.spawn(future)),
            Self::Thread => {
                let (done, result) = oneshot::channel();
                thread::spawn(move || {
                    // The receiver waits for every thread.
                    let _ = done.send(block_on(future));
                });
                Task::Thread(result)
            }
        }
    }
}

/// A future that runs somewhere.
pub(crate) enum Task<T> {
    Smol(async_executor::Task<thread::Result<T>>),
    Tokio(JoinHandle<thread::Result<T>>),
    Thread(oneshot::Receiver<thread::Result<T>>),
}

/// How a task ended.
pub(crate) enum Outcome<T> {
    Returned(T),
    Panicked(Box<dyn Any + Send>),
    Cancelled,
}

impl<T> Outcome<T> {
    fn new(result: Option<thread::Result<T>>) -> Self {
        match result {
            Some(Ok(value)) => Self::Returned(value),
            Some(Err(panic)) => Self::Panicked(panic),
            None => Self::Cancelled,
        }
    }
}

impl<T> Task<T> {
    /// Waits for the end of the task.
    pub(crate) async fn join(self) -> Outcome<T> {
        Outcome::new(match self {
            Self::Smol(task) => Some(task.await),
            Self::Tokio(task) => task.await.ok(),
            Self::Thread(result) => result.await.ok(),
        })
    }

    /// Drops the future, unless it ends first. A thread cannot be cancelled.
    pub(crate) async fn cancel(self) -> Outcome<T> {
        match self {
            Self::Smol(task) => Outcome::new(task.cancel().await),
            Self::Tokio(task) => {
                task.abort();
                Outcome::new(task.await.ok())
            }
            Self::Thread(_) => self.join().await,
        }
    }
}

/// A random moment: some rounds through the queue of the executor.
pub(crate) async fn some_time(mut rng: Rng) {
    let rounds = crate::shape::up_to(&mut rng, 64) - 1;
    for _ in 0..rounds {
        yield_now().await;
    }
}
