//! What one side of a stream has moved, has waited for and has seen.

use core::fmt;
use core::future::{pending, poll_fn, Future};
use core::hash::Hasher as _;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::task::Poll;
use std::io::{Error, ErrorKind};
use std::sync::Mutex;

use fastrand::Rng;
use futures_lite::future::yield_now;
use twox_hash::XxHash3_64;

use crate::tally::{self, Fault};

/// How a stream ended, as one side saw it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    /// The side stopped first.
    Own,
    /// The reader found the end of the stream.
    End,
    Error(ErrorKind, String),
}

impl Seen {
    pub(crate) fn error(error: &Error) -> Self {
        Self::Error(error.kind(), error.to_string())
    }

    pub(crate) fn kind(kind: ErrorKind) -> Self {
        Self::error(&kind.into())
    }

    /// Whether it is an error of this kind, with any message.
    pub(crate) fn is(&self, kind: ErrorKind) -> bool {
        matches!(self, Self::Error(found, _) if *found == kind)
    }
}

/// The counts of one side. They outlive its task, which may panic or be cancelled.
pub(crate) struct Side {
    name: &'static str,
    moved: AtomicU64,
    calls: AtomicU64,
    waits: AtomicU64,
    digest: Mutex<XxHash3_64>,
    /// Whether the task is to show its half, and to do nothing more.
    shows: AtomicBool,
}

impl Side {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            moved: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            waits: AtomicU64::new(0),
            digest: Mutex::new(XxHash3_64::new()),
            shows: AtomicBool::new(false),
        }
    }

    /// The bytes moved.
    pub(crate) fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// The calls that have ended. A side that makes progress makes calls.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The calls that had to wait. None of them may lead to more than one wake.
    pub(crate) fn waits(&self) -> u64 {
        self.waits.load(Ordering::Relaxed)
    }

    pub(crate) fn digest(&self) -> u64 {
        self.digest.lock().unwrap().finish()
    }

    pub(crate) fn has_sent(&self, n: usize) {
        self.moved.fetch_add(n as u64, Ordering::Relaxed);
    }

    pub(crate) fn has_received(&self, bytes: &[u8]) {
        self.digest.lock().unwrap().write(bytes);
        self.has_sent(bytes.len());
    }

    pub(crate) fn has_called(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn has_waited(&self, times: u64) {
        self.waits.fetch_add(times, Ordering::Relaxed);
    }

    /// Awaits `call`. `None` if the call was given up, because it had to wait more than `max_waits`
    /// times, or because the state of the half is to be shown.
    pub(crate) async fn wait<T>(
        &self,
        mut max_waits: Option<u32>,
        call: impl Future<Output = T>,
    ) -> Option<T> {
        let mut call = pin!(call);
        poll_fn(|cx| {
            if self.shows() {
                return Poll::Ready(None);
            }
            if let Poll::Ready(value) = call.as_mut().poll(cx) {
                self.has_called();
                return Poll::Ready(Some(value));
            }
            self.has_waited(1);
            match &mut max_waits {
                None => Poll::Pending,
                Some(0) => Poll::Ready(None),
                Some(left) => {
                    *left -= 1;
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Goes on after a call that was given up: at once, or when other tasks have run.
    pub(crate) async fn has_given_up(&self, half: &impl fmt::Debug, rng: &mut Rng) {
        self.show(half).await;
        tally::count(Fault::CallCancelled);
        if rng.bool() {
            self.yield_now().await;
        }
    }

    /// Lets other tasks run after a call that would block.
    pub(crate) async fn pause(&self, half: &impl fmt::Debug) {
        self.show(half).await;
        self.yield_now().await;
    }

    /// Lets other tasks run now and then. Two tasks that keep each other busy would otherwise leave
    /// no thread of their executor to the tasks that are to end them.
    pub(crate) async fn yield_sometimes(&self, rng: &mut Rng) {
        if rng.u8(..) == 0 {
            self.yield_now().await;
        }
    }

    async fn yield_now(&self) {
        self.has_waited(1);
        yield_now().await;
    }

    /// Makes the task show its half when it is woken.
    pub(crate) fn show_half(&self) {
        self.shows.store(true, Ordering::Relaxed);
    }

    fn shows(&self) -> bool {
        self.shows.load(Ordering::Relaxed)
    }

    /// Shows the half after a hang, and ends there.
    async fn show(&self, half: &impl fmt::Debug) {
        if self.shows() {
            eprintln!("  {}: {half:?}", self.name);
            pending::<()>().await;
        }
    }
}

/// How many times a call waits before it is given up. Mostly, none is.
pub(crate) fn give_up(rng: &mut Rng) -> Option<u32> {
    (rng.u8(0..8) == 0).then(|| rng.u32(0..2))
}

impl fmt::Debug for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, .. } = self;
        let (moved, calls, waits) = (self.moved(), self.calls(), self.waits());
        write!(f, "{name}: {moved} bytes, {calls} calls, {waits} waits")
    }
}
