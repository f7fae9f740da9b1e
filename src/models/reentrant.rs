//! Wakers that use the half that they wake, from inside of `wake()`, while the peer is in the call
//! that wakes them.

use alloc::sync::Arc;
use alloc::task::Wake;
use core::task::{Context, Waker};

use loom::sync::Mutex;

use super::{bounded, explore, model_and_check, on_two_threads, write_twice};
use crate::io::ErrorKind;
use crate::{pipe, Reader};

/// A task that runs inside of its waker. It is done when `step` returns `None`.
struct Inline {
    reader: Mutex<Option<Reader>>,
    step: fn(Reader, &mut Context<'_>) -> Option<Reader>,
}

impl Inline {
    fn new(reader: Reader, step: fn(Reader, &mut Context<'_>) -> Option<Reader>) -> Arc<Self> {
        let reader = Mutex::new(Some(reader));
        Arc::new(Self { reader, step })
    }

    /// Polls under the lock, as the executor of a task does.
    fn run(self: &Arc<Self>) {
        let waker = Waker::from(self.clone());
        let mut reader = self.reader.lock().unwrap();
        *reader = reader
            .take()
            .and_then(|reader| (self.step)(reader, &mut Context::from_waker(&waker)));
    }

    fn is_done(&self) -> bool {
        self.reader.lock().unwrap().is_none()
    }
}

impl Wake for Inline {
    fn wake(self: Arc<Self>) {
        self.run();
    }
}

/// The waker of one byte waits for two, inside of the publication of the first one. If the ring
/// were still using the waiter at that moment, the second wait would be lost.
#[test]
fn a_waker_may_poll_its_half_again() {
    model_and_check(
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

/// The same, where a handle wakes it.
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
