//! What the checks are made of: a new pair, and waiting.

use core::task::Poll;
use core::time::Duration;
use std::sync::mpsc;
use std::sync::Arc;
use std::time::Instant;

use crate::probe::Probe;
use crate::run::{Event, Link};
use crate::stream::Stream;
use crate::task::Task;
use crate::trace::Trace;

/// How long a stream may take to make progress of its own, where the absence of any is meant.
pub(crate) const SETTLE: Duration = Duration::from_millis(10);
/// How often a call is repeated although nothing woke its task. So only the checks of wakers
/// notice a wake that was lost.
const REPEAT: Duration = Duration::from_millis(5);

/// Why a check ends before its end.
pub(crate) enum Stop {
    Failed { expected: String, seen: String },
    NotApplicable(String),
}

pub(crate) type Verdict = Result<(), Stop>;

pub(crate) fn fail<T>(expected: impl Into<String>, seen: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Failed {
        expected: expected.into(),
        seen: seen.into(),
    })
}

pub(crate) fn not_applicable<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::NotApplicable(why.into()))
}

pub(crate) fn ensure(holds: bool, expected: impl Into<String>, seen: impl Into<String>) -> Verdict {
    if holds {
        Ok(())
    } else {
        fail(expected, seen)
    }
}

/// Calls `poll` until it is ready: when the task is woken, and now and then without a wake.
pub(crate) fn until<T>(
    task: &Task,
    limit: Duration,
    what: &str,
    mut poll: impl FnMut() -> Poll<T>,
) -> Result<T, Stop> {
    let deadline = Instant::now() + limit;
    loop {
        if let Poll::Ready(value) = poll() {
            return Ok(value);
        }
        if Instant::now() > deadline {
            return fail(what, format!("Pending, after {limit:?} too"));
        }
        task.wait(REPEAT);
    }
}

/// Calls `poll` until it is ready, but only when the task was woken. The call before was pending.
pub(crate) fn until_woken<T>(
    task: &Task,
    limit: Duration,
    what: &str,
    mut poll: impl FnMut() -> Poll<T>,
) -> Result<T, Stop> {
    let deadline = Instant::now() + limit;
    while task.wait(deadline.saturating_duration_since(Instant::now())) {
        if let Poll::Ready(value) = poll() {
            return Ok(value);
        }
    }
    lost_wake(task, limit, what, poll().is_ready())
}

/// What is seen of a call that makes no progress even without a wake.
pub(crate) const STILL_PENDING: &str = "still Pending";

/// Fails because the task was not woken. A call without a wake was ready, or still pending.
pub(crate) fn lost_wake<T>(
    task: &Task,
    limit: Duration,
    what: &str,
    ready: bool,
) -> Result<T, Stop> {
    let who = task.label.unwrap_or("the task");
    let now = if ready { "ready" } else { STILL_PENDING };
    let seen = format!("no wake for {limit:?}; a call without a wake was {now}");
    fail(format!("{who} is woken {what}"), seen)
}

/// One run of a check, in one direction.
pub(crate) struct Trial {
    pub(crate) link: Arc<Link>,
    pub(crate) pairs: mpsc::Receiver<(Box<dyn Stream>, Box<dyn Stream>)>,
    pub(crate) trace: Trace,
    /// How long a call may make no progress.
    pub(crate) wait: Duration,
    pub(crate) two_way: bool,
    /// The second end writes and the first reads.
    pub(crate) reversed: bool,
    #[cfg(feature = "tokio")]
    pub(crate) cooperative: bool,
}

impl Trial {
    /// A new pair: the end that writes, and the end that reads.
    pub(crate) fn pair(&self) -> Result<(Probe, Probe), Stop> {
        if self.trace.panic().is_some() {
            return fail("no panic", "a panic");
        }
        self.trace.clear();
        self.link.send(Event::Pair);
        let Ok((first, second)) = self.pairs.recv() else {
            return not_applicable("the run has ended");
        };
        let names = if self.two_way {
            ["first", "second"]
        } else {
            ["writer", "reader"]
        };
        let first = self.probe(names[0], first);
        let second = self.probe(names[1], second);
        Ok(if self.reversed {
            (second, first)
        } else {
            (first, second)
        })
    }

    fn probe(&self, name: &'static str, stream: Box<dyn Stream>) -> Probe {
        Probe {
            name,
            stream: Some(stream),
            trace: self.trace.clone(),
            quiet: false,
            wait: self.wait,
        }
    }

    pub(crate) fn until_woken<T>(
        &self,
        task: &Task,
        what: &str,
        poll: impl FnMut() -> Poll<T>,
    ) -> Result<T, Stop> {
        until_woken(task, self.wait, what, poll)
    }

    pub(crate) fn needs_two_way(&self) -> Verdict {
        if self.two_way {
            Ok(())
        } else {
            not_applicable("the pair is one-way")
        }
    }
}
