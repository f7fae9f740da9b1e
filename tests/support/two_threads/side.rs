//! What the threads of both halves need: tasks that park a thread, and the endings that have begun.

use core::hint;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::io::ErrorKind;
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};

/// The kinds of the errors with which the halves end. Each says what has happened.
pub(super) const FINISHED_WITH: ErrorKind = ErrorKind::UnexpectedEof;
pub(super) const WRITER_ABORTED: ErrorKind = ErrorKind::ConnectionAborted;
pub(super) const READER_ABORTED: ErrorKind = ErrorKind::ConnectionReset;
pub(super) const CUT: ErrorKind = ErrorKind::TimedOut;
pub(super) const DROPPED: ErrorKind = ErrorKind::NotConnected;

/// What a half finds at the end of the stream: `Ok(0)` or an error.
pub(super) type End = Result<(), ErrorKind>;

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

#[derive(Default)]
pub(super) struct Endings {
    pub(super) by_reader: Begun,
    pub(super) by_writer: Begun,
    error_on_drop: bool,
}

impl Endings {
    pub(super) fn new(error_on_drop: bool) -> Self {
        Self {
            error_on_drop,
            ..Self::default()
        }
    }

    /// Either half cuts the stream, which both find.
    pub(super) fn cut(&self) {
        self.by_reader.add(Err(CUT));
        self.by_writer.add(Err(CUT));
    }

    /// What the other half finds when a half is dropped.
    pub(super) fn on_drop(&self) -> End {
        match self.error_on_drop {
            true => Err(DROPPED),
            false => Ok(()),
        }
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
