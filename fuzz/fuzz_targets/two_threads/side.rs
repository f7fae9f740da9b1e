//! What the threads of both halves need: tasks that park a thread, and the endings that have begun.

use core::hint;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use core::task::{Context, Poll, Waker};
use std::io::ErrorKind;
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};

/// The kinds of the errors with which the halves end. Each says what has happened.
pub(crate) const FINISHED_WITH: ErrorKind = ErrorKind::UnexpectedEof;
pub(crate) const WRITER_ABORTED: ErrorKind = ErrorKind::ConnectionAborted;
pub(crate) const READER_ABORTED: ErrorKind = ErrorKind::ConnectionReset;
pub(crate) const CUT: ErrorKind = ErrorKind::TimedOut;
pub(crate) const DROPPED: ErrorKind = ErrorKind::NotConnected;

/// What a half finds at the end of the stream: `Ok(0)` or an error.
pub(crate) type End = Result<(), ErrorKind>;

/// The endings that the halves have begun, each of which the other half may find.
///
/// All accesses are `Relaxed`, because the pipe has to order this memory.
pub(crate) struct Endings {
    by_reader: AtomicU8,
    by_writer: AtomicU8,
    error_on_drop: bool,
}

impl Endings {
    pub(crate) fn new(error_on_drop: bool) -> Self {
        Self {
            by_reader: AtomicU8::new(0),
            by_writer: AtomicU8::new(0),
            error_on_drop,
        }
    }

    pub(crate) fn reader_begins(&self, end: End) {
        self.by_reader.fetch_or(bit(end), Ordering::Relaxed);
    }

    pub(crate) fn writer_begins(&self, end: End) {
        self.by_writer.fetch_or(bit(end), Ordering::Relaxed);
    }

    /// Either half cuts the stream, which both find.
    pub(crate) fn cut(&self) {
        self.reader_begins(Err(CUT));
        self.writer_begins(Err(CUT));
    }

    /// What the other half finds when a half is dropped.
    pub(crate) fn on_drop(&self) -> End {
        if self.error_on_drop {
            Err(DROPPED)
        } else {
            Ok(())
        }
    }

    pub(crate) fn reader_began(&self, end: End) -> bool {
        self.by_reader.load(Ordering::Relaxed) & bit(end) != 0
    }

    pub(crate) fn writer_began(&self, end: End) -> bool {
        self.by_writer.load(Ordering::Relaxed) & bit(end) != 0
    }
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

/// The two tasks of a thread.
pub(crate) struct Tasks([Arc<Task>; 2]);

impl Tasks {
    pub(crate) fn of_this_thread() -> Self {
        Self([(); 2].map(|()| {
            Arc::new(Task {
                thread: thread::current(),
                is_woken: AtomicBool::new(false),
            })
        }))
    }

    /// Polls in one of the tasks. If the call has to wait, parks the thread until the task is
    /// woken and polls again, or gives up.
    pub(crate) fn call<T>(
        &self,
        task: bool,
        waits: bool,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Option<T> {
        let task = &self.0[usize::from(task)];
        let waker = Waker::from(Arc::clone(task));
        loop {
            task.is_woken.store(false, Ordering::Relaxed);
            match poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(result) => return Some(result),
                Poll::Pending if waits => task.park(),
                Poll::Pending => return None,
            }
        }
    }
}

/// A task of a thread. If the thread is unparked for its other task, it parks again.
struct Task {
    thread: Thread,
    is_woken: AtomicBool,
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
        self.is_woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Lets the other thread run, or spins.
pub(crate) fn pause(length: u8) {
    match length {
        0..=63 => thread::yield_now(),
        _ => (0..length).for_each(|_| hint::spin_loop()),
    }
}
