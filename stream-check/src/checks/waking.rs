//! A pending call is woken, by an event on the same thread and on another.

use core::task::Poll;
use std::thread;

use super::Check;
use crate::probe::{unexpected, Probe};
use crate::task::Task;
use crate::trial::{
    bytes, compare, expect_pending_read, fail, fill, until, Stop, Trial, Verdict, SETTLE,
};

const READABLE: &str =
    "AsyncRead::poll_read: \"to receive a notification when the object becomes readable\"";
const WRITABLE: &str =
    "AsyncWrite::poll_write: \"to receive a notification when the object becomes writable\"";
const LATEST: &str = "Future::poll: \"only the Waker from the Context passed to the most recent \
                      call should be scheduled to receive a wakeup\"";

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "read_is_woken",
        "A pending read is woken by a write on the same thread.",
        READABLE,
        |trial| read_is_woken(trial, false),
    ),
    Check::new(
        "read_is_woken_by_a_thread",
        "A pending read is woken by a write on another thread.",
        READABLE,
        |trial| read_is_woken(trial, true),
    ),
    Check::new(
        "write_is_woken",
        "A pending write is woken by a read on the same thread.",
        WRITABLE,
        |trial| write_is_woken(trial, false),
    ),
    Check::new(
        "write_is_woken_by_a_thread",
        "A pending write is woken by a read on another thread.",
        WRITABLE,
        |trial| write_is_woken(trial, true),
    ),
    Check::new(
        "latest_read_waker",
        "Of the tasks that have polled a read, the latest is woken.",
        LATEST,
        latest_read_waker,
    ),
    Check::new(
        "latest_write_waker",
        "Of the tasks that have polled a write, the latest is woken.",
        LATEST,
        latest_write_waker,
    ),
];

/// Calls `act` with the end, here or on another thread, and gives the end back.
fn on_thread<T: Send + 'static>(
    other: bool,
    mut end: Probe,
    act: impl FnOnce(&mut Probe) -> Result<T, Stop> + Send + 'static,
) -> Result<(Probe, T), Stop> {
    let run = move || {
        let value = act(&mut end)?;
        Ok((end, value))
    };
    if !other {
        return run();
    }
    #[cfg(feature = "tokio")]
    let runtime = ::tokio::runtime::Handle::try_current().ok();
    let thread = thread::spawn(move || {
        #[cfg(feature = "tokio")]
        let _entered = runtime.as_ref().map(|runtime| runtime.enter());
        run()
    });
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Writes one byte and flushes it.
fn send(writer: &mut Probe, position: usize) -> Verdict {
    match writer.write(&bytes(position, 1))? {
        1 => writer.flush(),
        n => fail("Ok(1)", format!("Ok({n})")),
    }
}

/// Reads one byte when `task` is woken.
fn receive(trial: &Trial, reader: &mut Probe, task: &Task, position: usize) -> Verdict {
    let mut buf = [0; 8];
    let what = "by a write";
    match trial.until_woken(task, what, || reader.poll_read(task, &mut buf))? {
        Ok(1) => compare(&buf[..1], position),
        Ok(n) => fail("one byte", format!("Ok({n})")),
        Err(error) => unexpected("a read", &error),
    }
}

fn read_is_woken(trial: &Trial, thread: bool) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let task = Task::named("the reader");
    for position in 0..3 {
        expect_pending_read(&mut reader, &task)?;
        writer = on_thread(thread, writer, move |writer| send(writer, position))?.0;
        receive(trial, &mut reader, &task, position)?;
    }
    Ok(())
}

/// Reads all that arrives, until nothing does for a while.
fn read_all(reader: &mut Probe) -> Result<usize, Stop> {
    let task = Task::new(None);
    let mut buf = vec![0; 1 << 16];
    let mut total = 0;
    loop {
        match reader.poll_read(&task, &mut buf) {
            Poll::Ready(Ok(0)) => return fail("bytes or Pending", "the end"),
            Poll::Ready(Ok(n)) => total += n,
            Poll::Ready(Err(error)) => return unexpected("a read", &error),
            Poll::Pending if total > 0 && !task.wait(SETTLE) => return Ok(total),
            Poll::Pending => {
                until(&task, reader.wait, "bytes that were written", || {
                    reader
                        .poll_read(&task, &mut buf)
                        .map(|result| match result {
                            Ok(n) => {
                                total += n;
                                Ok(())
                            }
                            Err(error) => unexpected("a read", &error),
                        })
                })??;
            }
        }
    }
}

fn accept_write(trial: &Trial, writer: &mut Probe, task: &Task) -> Verdict {
    let what = "by a read that makes space";
    match trial.until_woken(task, what, || writer.poll_write(task, &[1]))? {
        Ok(1) => Ok(()),
        Ok(n) => fail("Ok(1)", format!("Ok({n})")),
        Err(error) => unexpected("a write", &error),
    }
}

fn write_is_woken(trial: &Trial, thread: bool) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let task = Task::named("the writer");
    for _ in 0..2 {
        fill(&mut writer, &task, 0)?;
        reader = on_thread(thread, reader, read_all)?.0;
        accept_write(trial, &mut writer, &task)?;
    }
    Ok(())
}

fn latest_read_waker(trial: &Trial) -> Verdict {
    let tasks = [Task::named("task 1"), Task::named("task 2")];
    for order in [&[0, 1][..], &[0, 1, 0]] {
        let (mut writer, mut reader) = trial.pair()?;
        for task in order {
            expect_pending_read(&mut reader, &tasks[*task])?;
        }
        send(&mut writer, 0)?;
        let latest = &tasks[order[order.len() - 1]];
        receive(trial, &mut reader, latest, 0)?;
    }
    Ok(())
}

fn latest_write_waker(trial: &Trial) -> Verdict {
    let tasks = [Task::named("task 1"), Task::named("task 2")];
    for order in [&[0, 1][..], &[0, 1, 0]] {
        let (mut writer, mut reader) = trial.pair()?;
        for task in order {
            fill(&mut writer, &tasks[*task], 0)?;
        }
        read_all(&mut reader)?;
        accept_write(trial, &mut writer, &tasks[order[order.len() - 1]])?;
    }
    Ok(())
}
