//! Runs the checks, each in a thread of its own, while the caller's executor makes the pairs.

use core::fmt;
use core::future::{poll_fn, Future};
use core::mem;
use core::pin::{pin, Pin};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::VecDeque;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{mpsc, Arc, Mutex};
use std::thread;

use crate::checks::{checks, Check};
use crate::report::{Checked, Failure, Outcome, Report};
use crate::stream::{End, Stream};
use crate::task::Task;
use crate::trace::Trace;
use crate::trial::{Stop, Trial, Verdict};

type Pair = (Box<dyn Stream>, Box<dyn Stream>);
type Ends<A, B> = (End<A>, End<B>);
type Making = Pin<Box<dyn Future<Output = Pair>>>;

/// What a trial tells the run.
pub(crate) enum Event {
    /// It needs a new pair.
    Pair,
    /// It has ended, or its time is over.
    Done(Option<Verdict>),
}

/// Events on their way from a trial to the run.
#[derive(Default)]
pub(crate) struct Link(Mutex<(VecDeque<Event>, Option<Waker>)>);

impl Link {
    pub(crate) fn send(&self, event: Event) {
        let waker = {
            let (events, waker) = &mut *self.0.lock().unwrap();
            events.push_back(event);
            waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Event> {
        let (events, waker) = &mut *self.0.lock().unwrap();
        match events.pop_front() {
            Some(event) => Poll::Ready(event),
            None => {
                *waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// The checks for one kind of stream, with their settings. Made by the functions of
/// [`futures_io`](crate::futures_io) and `tokio`.
#[must_use = "nothing is checked until `run` or `run_blocking` is called"]
pub struct Checks {
    make: Box<dyn FnMut() -> Making>,
    two_way: bool,
    limit: Duration,
    checks: Vec<&'static Check>,
    cooperative: bool,
    /// Making a pair did not finish, and would not for the checks that follow.
    stuck: bool,
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checks")
            .field("two_way", &self.two_way)
            .field("limit", &self.limit)
            .field("checks", &self.checks.len())
            .field("cooperative", &self.cooperative)
            .finish_non_exhaustive()
    }
}

impl Checks {
    pub(crate) fn new<F, A, B>(
        two_way: bool,
        mut make: impl FnMut() -> F + 'static,
        adapt: fn(F::Output) -> Ends<A, B>,
    ) -> Self
    where
        F: Future + 'static,
        A: Send + 'static,
        B: Send + 'static,
    {
        let make = move || -> Making {
            let made = make();
            Box::pin(async move {
                let (first, second) = adapt(made.await);
                (Box::new(first) as _, Box::new(second) as _)
            })
        };
        Self {
            make: Box::new(make),
            two_way,
            limit: Duration::from_secs(20),
            checks: checks().collect(),
            cooperative: false,
            stuck: false,
        }
    }

    /// Sets how long one check may take, in one direction: 20 seconds unless set. A call that
    /// makes no progress for a tenth of that fails its check.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs only the checks with these names.
    ///
    /// # Panics
    ///
    /// If there is no check of such a name.
    #[track_caller]
    pub fn only(mut self, names: &[&str]) -> Self {
        for name in names {
            let known = checks().any(|check| check.name == *name);
            assert!(known, "there is no check `{name}`");
        }
        self.checks = checks()
            .filter(|check| names.contains(&check.name))
            .collect();
        self
    }

    /// Says that the streams obey tokio's cooperative budget, which is then checked too. A stream
    /// need not: the budget of the streams below it, or none, may be enough.
    #[cfg(feature = "tokio")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tokio")))]
    pub fn cooperative(mut self) -> Self {
        self.cooperative = true;
        self
    }

    /// Runs the checks. The pairs are made in the task that awaits this, so what a runtime has to
    /// offer is there; inside a tokio runtime the checks enter it as well. The executor has to
    /// go on running other tasks and its reactor meanwhile, as every executor does.
    ///
    /// # Panics
    ///
    /// If making a pair panics.
    pub async fn run(mut self) -> Report {
        let mut checked = Vec::new();
        for check in mem::take(&mut self.checks) {
            let mut outcome = self.run_check(check, false).await;
            if self.two_way && matches!(outcome, Outcome::Passed) {
                outcome = self.run_check(check, true).await;
            }
            checked.push(Checked {
                name: check.name,
                asks: check.asks,
                source: check.source,
                outcome,
            });
        }
        Report { checks: checked }
    }

    /// Runs the checks on this thread. For streams that need no runtime, or one that runs in
    /// threads of its own.
    ///
    /// # Panics
    ///
    /// If making a pair panics.
    pub fn run_blocking(self) -> Report {
        let task = Task::new(None);
        let mut run = pin!(self.run());
        loop {
            if let Poll::Ready(report) = run.as_mut().poll(&mut task.context()) {
                return report;
            }
            task.wait(Duration::from_secs(3600));
        }
    }

    async fn run_check(&mut self, check: &'static Check, reversed: bool) -> Outcome {
        if self.stuck {
            return Outcome::NotApplicable("making a pair did not finish before".into());
        }
        let link = Arc::new(Link::default());
        let trace = Trace::default();
        let (pairs, receiver) = mpsc::channel();
        let trial = Trial {
            link: link.clone(),
            pairs: receiver,
            trace: trace.clone(),
            wait: self.limit / 10,
            two_way: self.two_way,
            reversed,
            #[cfg(feature = "tokio")]
            cooperative: self.cooperative,
        };
        // A call that never returns keeps this thread, and nothing else.
        spawn(move || {
            let verdict = catch_unwind(AssertUnwindSafe(|| (check.run)(&trial)));
            let verdict = verdict.unwrap_or_else(|panic| {
                trial.trace.panicked(&*panic);
                Ok(())
            });
            trial.link.send(Event::Done(Some(verdict)));
        });
        let finished = start_watchdog(link.clone(), self.limit);
        let mut making: Option<Making> = None;
        let verdict = poll_fn(|cx| loop {
            if let Some(future) = &mut making {
                if let Poll::Ready(pair) = future.as_mut().poll(cx) {
                    making = None;
                    // The trial may have ended.
                    let _ = pairs.send(pair);
                }
            }
            match link.poll_next(cx) {
                Poll::Ready(Event::Pair) => making = Some((self.make)()),
                Poll::Ready(Event::Done(verdict)) => return Poll::Ready(verdict),
                Poll::Pending => return Poll::Pending,
            }
        })
        .await;
        drop(finished);
        let (expected, seen) = match (verdict, trace.panic()) {
            (Some(_), Some(panic)) => ("no panic".into(), format!("a panic: {panic}")),
            (Some(Ok(())), _) => return Outcome::Passed,
            (Some(Err(Stop::NotApplicable(why))), _) => return Outcome::NotApplicable(why),
            (Some(Err(Stop::Failed { expected, seen })), _) => (expected, seen),
            (None, _) if making.is_some() => {
                self.stuck = true;
                ("a pair".into(), "making one did not finish".into())
            }
            (None, _) => (
                format!("the check ends within {:?}", self.limit),
                "it did not finish".into(),
            ),
        };
        let calls = trace.lines();
        Outcome::Failed(Failure {
            expected,
            seen,
            calls,
        })
    }
}

/// Starts a thread that ends the check unless the returned sender is dropped before.
fn start_watchdog(link: Arc<Link>, limit: Duration) -> mpsc::Sender<()> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        if receiver.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
            link.send(Event::Done(None));
        }
    });
    sender
}

/// Starts a thread, which enters the tokio runtime that this one has entered, if any.
pub(crate) fn spawn<T: Send + 'static>(
    run: impl FnOnce() -> T + Send + 'static,
) -> thread::JoinHandle<T> {
    #[cfg(feature = "tokio")]
    let runtime = ::tokio::runtime::Handle::try_current().ok();
    thread::spawn(move || {
        #[cfg(feature = "tokio")]
        let _entered = runtime.as_ref().map(|runtime| runtime.enter());
        run()
    })
}
