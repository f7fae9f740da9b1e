//! A task that counts how often it is woken, and what a call returns to it.

use core::fmt::Debug;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::task::Wake;
use std::thread;

/// What a call returned: a number of bytes, or the kind and the message of an error. `Pending`
/// stands for `WouldBlock`, too.
pub(crate) type Outcome = Poll<Result<usize, (ErrorKind, String)>>;

/// The name of a call, and the call on a half or a stream.
pub(crate) type Call<S> = (&'static str, fn(&mut S, &mut Context<'_>) -> Outcome);

pub(crate) fn outcome(result: Poll<io::Result<usize>>) -> Outcome {
    result.map_err(|error| (error.kind(), error.to_string()))
}

pub(crate) fn tried(result: io::Result<usize>) -> Outcome {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        result => outcome(Poll::Ready(result)),
    }
}

pub(crate) const fn moved(n: usize) -> Outcome {
    Poll::Ready(Ok(n))
}

/// The outcome of a call that fails with `error`.
pub(crate) fn failed(error: impl Into<io::Error>) -> Outcome {
    tried(Err(error.into()))
}

pub(crate) fn broken() -> Outcome {
    failed(ErrorKind::BrokenPipe)
}

#[derive(Default)]
pub(crate) struct Task(AtomicUsize);

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Task {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn wakes(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Polls once for this task.
    pub(crate) fn poll<T>(self: &Arc<Self>, poll: impl FnOnce(&mut Context<'_>) -> T) -> T {
        poll(&mut Context::from_waker(&Waker::from(self.clone())))
    }
}

/// Yields until a half of the pipe shows in its `Debug` that the reader or the writer waits.
pub(crate) fn until_waiting(half: &impl Debug) {
    let waits = || {
        let state = format!("{half:?}");
        state.contains("reader_waits: true") || state.contains("writer_waits: true")
    };
    while !waits() {
        thread::yield_now();
    }
}
