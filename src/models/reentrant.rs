//! Wakers that use the half that they wake, from inside of `wake()`, while the peer is in the call
//! that wakes them.

use alloc::sync::Arc;
use alloc::task::Wake;
use core::task::{Context, Waker};

use loom::sync::Mutex;

use super::{bounded, bounded_and_check, explore, on_two_threads, write_twice};
use crate::io::ErrorKind;
use crate::{pipe, Reader};

/// A task that runs inside of its waker. It is done when `step` returns `None`.
struct Inline {
    state: Mutex<State>,
    step: fn(Reader, &mut Context<'_>) -> Option<Reader>,
}

struct State {
    reader: Option<Reader>,
    is_running: bool,
    /// Whether the task was woken while it ran, and so has to run again.
    is_woken: bool,
}

impl Inline {
    fn new(reader: Reader, step: fn(Reader, &mut Context<'_>) -> Option<Reader>) -> Arc<Self> {
        let state = Mutex::new(State {
            reader: Some(reader),
            is_running: false,
            is_woken: true,
        });
        Arc::new(Self { state, step })
    }

    fn run(self: &Arc<Self>) {
        let waker = Waker::from(self.clone());
        let mut state = self.state.lock().unwrap();
        state.is_woken = true;
        if state.is_running {
            return;
        }
        state.is_running = true;
        while core::mem::take(&mut state.is_woken) {
            let reader = state.reader.take();
            drop(state);
            let reader =
                reader.and_then(|reader| (self.step)(reader, &mut Context::from_waker(&waker)));
            state = self.state.lock().unwrap();
            state.reader = reader;
        }
        state.is_running = false;
    }

    fn is_done(&self) -> bool {
        self.state.lock().unwrap().reader.is_none()
    }
}

impl Wake for Inline {
    fn wake(self: Arc<Self>) {
        self.run();
    }
}

/// The waker of one byte waits for two, inside of the publication of the first one. The second wait
/// is not lost.
#[test]
fn a_waker_may_poll_its_half_again() {
    bounded_and_check(
        3,
        || {
            let (reader, writer) = pipe(2);
            (reader, writer)
        },
        |reader| {
            let task = Inline::new(reader, |mut reader, cx| {
                let one = reader.poll_readable(cx, 1).is_ready();
                let two = one && reader.poll_readable(cx, 2).is_ready();
                (!two).then(|| reader)
            });
            task.run();
            task
        },
        write_twice,
        |task, _| {
            assert!(task.is_done(), "a wake was lost");
            assert_eq!(Arc::strong_count(task), 1, "the pipe retains the waker");
        },
    );
}

/// The waker drops its half, inside of the writer's call. The writer then finds it closed.
#[test]
fn a_waker_may_drop_its_half() {
    let run = on_two_threads(
        || pipe(1),
        |reader| {
            let task = Inline::new(reader, |mut reader, cx| {
                reader.poll_readable(cx, 1).is_pending().then(|| reader)
            });
            task.run();
            task
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
        |task, writer| {
            assert!(task.is_done() && writer.is_closed());
            assert_eq!(Arc::strong_count(task), 1, "the pipe retains the waker");
        },
    );
    explore(Some(3), run);
}

/// The waker drops its half, inside of the abort of a handle.
#[test]
fn a_waker_may_drop_its_half_when_a_handle_wakes_it() {
    bounded(
        3,
        || {
            let (reader, writer) = pipe(1);
            let handle = writer.abort_handle();
            (reader, (writer, handle))
        },
        |reader| {
            let task = Inline::new(reader, |mut reader, cx| {
                let _ = reader.poll_closed(cx);
                reader.poll_readable(cx, 1).is_pending().then(|| reader)
            });
            task.run();
            task
        },
        |(writer, handle)| {
            handle.abort(ErrorKind::TimedOut);
            writer
        },
    );
}
