//! Where the halves of a pipe run: on two work-stealing runtimes, and on threads of their own.

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    Smol,
    Tokio,
    /// A new thread, which blocks on the future.
    Thread,
}

impl Place {
    /// One of the runtimes, and rarely a thread, which costs far more to start than a task.
    pub(crate) fn random(rng: &mut Rng) -> Self {
        match rng.u8(0..32) {
            0 => Self::Thread,
            1..=16 => Self::Smol,
            _ => Self::Tokio,
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
                // The receiver waits for every thread.
                thread::spawn(move || done.send(block_on(future)).is_ok());
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

impl<T> Task<T> {
    /// Lets the task run on by itself.
    pub(crate) fn detach(self) {
        if let Self::Smol(task) = self {
            task.detach();
        }
    }

    /// Waits for the end of the task. Returns `None` if it was cancelled.
    pub(crate) async fn join(self) -> Option<thread::Result<T>> {
        match self {
            Self::Smol(task) => Some(task.await),
            Self::Tokio(task) => task.await.ok(),
            Self::Thread(result) => result.await.ok(),
        }
    }

    /// Drops the future, unless it ends first. A thread cannot be cancelled.
    pub(crate) async fn cancel(self) -> Option<thread::Result<T>> {
        match self {
            Self::Smol(task) => task.cancel().await,
            Self::Tokio(task) => {
                task.abort();
                task.await.ok()
            }
            Self::Thread(_) => self.join().await,
        }
    }
}

/// A random moment: some rounds through the queue of the executor.
pub(crate) async fn some_time(mut rng: Rng) {
    for _ in 1..crate::pair::up_to(&mut rng, 64) {
        yield_now().await;
    }
}
