//! What the threads of both halves have in common: tasks that park a thread, the endings that have
//! begun, and what a half has moved and found.

use core::hint;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::io::{ErrorKind, Result};
use std::sync::Arc;
use std::task::Wake;

use super::thread::{self, Thread};

/// The kinds of the errors with which the halves end. Each says what has happened.
pub(super) const FINISHED_WITH: ErrorKind = ErrorKind::UnexpectedEof;
pub(super) const WRITER_ABORTED: ErrorKind = ErrorKind::ConnectionAborted;
pub(super) const READER_ABORTED: ErrorKind = ErrorKind::ConnectionReset;
pub(super) const CUT: ErrorKind = ErrorKind::TimedOut;
pub(super) const DROPPED: ErrorKind = ErrorKind::NotConnected;

/// What a half finds at the end of the stream: `Ok(0)` or `BrokenPipe`, or another error.
pub(super) type End = core::result::Result<(), ErrorKind>;

/// The endings that one half has begun, each of which the other one may find.
///
/// All accesses are `Relaxed`, because the pipe has to order this memory.
#[derive(Default)]
pub(super) struct Begun(AtomicU8);

impl Begun {
    pub(super) fn add(&self, end: End) {
        self.0.fetch_or(Self::bit(end), Ordering::Relaxed);
    }

    pub(super) fn has(&self, end: End) -> bool {
        self.0.load(Ordering::Relaxed) & Self::bit(end) != 0
    }

    fn bit(end: End) -> u8 {
        match end {
            Ok(()) => 1,
            Err(FINISHED_WITH) => 2,
            Err(WRITER_ABORTED | READER_ABORTED) => 4,
            Err(CUT) => 8,
            Err(DROPPED) => 16,
            Err(kind) => panic!("nothing ends with {kind:?}"),
        }
    }
}

/// A half, and what it has moved and found.
pub(super) struct Side<'a, H> {
    pub(super) half: H,
    pub(super) tasks: Tasks,
    /// The largest number of bytes to wait for.
    max: usize,
    pub(super) moved: usize,
    /// Whether the half has ended the stream itself.
    pub(super) has_ended: bool,
    pub(super) found: Option<End>,
    /// The bytes of the whole stream, if the reader has found fewer than it waited for.
    pub(super) all: Option<usize>,
    /// The endings of this half, and of the other one.
    begun: [&'a Begun; 2],
}

impl<'a, H> Side<'a, H> {
    pub(super) fn new(half: H, max: usize, begun: [&'a Begun; 2]) -> Self {
        Self {
            half,
            tasks: Tasks::of_this_thread(),
            max,
            moved: 0,
            has_ended: false,
            found: None,
            all: None,
            begun,
        }
    }

    /// The half is about to end the stream.
    pub(super) fn begin(&mut self, end: End) -> &mut H {
        self.begun[0].add(end);
        self.has_ended = true;
        &mut self.half
    }

    /// A handle is about to cut the stream, which both halves find.
    pub(super) fn cut(&self) {
        self.begun.iter().for_each(|begun| begun.add(Err(CUT)));
    }

    /// The half is about to be dropped.
    pub(super) fn end(&self, on_drop: End) {
        if !self.has_ended {
            self.begun[0].add(on_drop);
        }
        self.tasks.check_wakes();
    }

    pub(super) fn peer_has(&self, end: End) -> bool {
        self.begun[1].has(end)
    }

    pub(super) fn find(&mut self, end: End) {
        let end = if end == Err(ErrorKind::BrokenPipe) {
            Ok(())
        } else {
            end
        };
        let may_be = self.peer_has(end) || (self.has_ended && end.is_ok());
        assert!(may_be, "a half finds {end:?} too early");
        assert_eq!(*self.found.get_or_insert(end), end, "the end has changed");
    }

    pub(super) fn call<T>(
        &mut self,
        how: How,
        mut poll: impl FnMut(&mut H, &mut Context<'_>) -> Poll<T>,
    ) -> Option<T> {
        let half = &mut self.half;
        self.tasks.call(how, |cx| poll(half, cx))
    }

    /// Waits for `min` bytes with `poll`. Returns for how many it has waited, and the result.
    ///
    /// If `among_others`, the task waits for one byte, for `min` bytes and for the end.
    pub(super) fn wait(
        &mut self,
        how: How,
        min: usize,
        among_others: bool,
        poll: fn(&mut H, &mut Context<'_>, usize) -> Poll<Result<usize>>,
        poll_closed: fn(&mut H, &mut Context<'_>) -> Poll<()>,
    ) -> Option<(usize, Result<usize>)> {
        let min = min.min(self.max);
        if !among_others {
            let found = self.call(how, |half, cx| poll(half, cx, min));
            return found.map(|found| (min, found));
        }
        let mut other_polls = 0;
        let found = self.call(how, |half, cx| {
            other_polls += 2;
            let _ = poll(half, cx, min)?;
            let one = poll(half, cx, 1);
            let _ = poll_closed(half, cx);
            one
        });
        self.tasks.polls += other_polls;
        found.map(|found| (1, found))
    }

    /// Only a half that has ended waits for the end: its peer may be waiting for it.
    pub(super) fn closed(&mut self, how: How, poll: fn(&mut H, &mut Context<'_>) -> Poll<()>) {
        let waits = how.waits && self.has_ended;
        let closed = self.call(How { waits, ..how }, poll);
        assert!(closed.is_some() || !waits);
    }
}

/// How a call is made.
#[derive(Clone, Copy)]
pub(super) struct How {
    /// The task that polls, of two.
    pub(super) task: usize,
    /// Whether the thread waits for the result. Otherwise it gives the call up.
    pub(super) waits: bool,
}

impl How {
    pub(super) fn from_byte(byte: u8) -> Self {
        Self {
            task: usize::from(byte & 1),
            waits: byte & 2 == 0,
        }
    }
}

/// The two tasks of a thread.
pub(super) struct Tasks {
    tasks: [Arc<Task>; 2],
    polls: usize,
}

impl Tasks {
    pub(super) fn of_this_thread() -> Self {
        let task = || Task {
            thread: thread::current(),
            is_woken: AtomicBool::new(false),
            wakes: AtomicUsize::new(0),
        };
        Self {
            tasks: [(); 2].map(|()| Arc::new(task())),
            polls: 0,
        }
    }

    /// Polls in one of the tasks. If the call has to wait, parks the thread until the task is
    /// woken and polls again, or gives up.
    pub(super) fn call<T>(
        &mut self,
        how: How,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Option<T> {
        let task = &self.tasks[how.task];
        let waker = Waker::from(Arc::clone(task));
        loop {
            task.is_woken.store(false, Ordering::Relaxed);
            self.polls += 1;
            match poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(result) => return Some(result),
                Poll::Pending if how.waits => task.park(),
                Poll::Pending => return None,
            }
        }
    }

    /// Each waker that was registered is woken at most once.
    pub(super) fn check_wakes(&self) {
        let wakes = self
            .tasks
            .iter()
            .map(|task| task.wakes.load(Ordering::Relaxed));
        let wakes: usize = wakes.sum();
        assert!(
            wakes <= self.polls,
            "{wakes} wakes for {} polls",
            self.polls
        );
    }
}

/// A task of a thread. If the thread is unparked for its other task, it parks again.
struct Task {
    thread: Thread,
    is_woken: AtomicBool,
    wakes: AtomicUsize,
}

impl Task {
    fn park(&self) {
        while !self.is_woken.load(Ordering::Acquire) {
            thread::park();
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
        self.is_woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Lets the other thread run, or spins.
pub(super) fn pause(length: u8) {
    match length {
        0..=63 => thread::yield_now(),
        _ => (0..length).for_each(|_| hint::spin_loop()),
    }
}
