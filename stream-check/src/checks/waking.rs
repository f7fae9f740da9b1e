//! A pending call is woken, by an event on the same thread and on another.

use core::sync::atomic::{AtomicBool, Ordering};
use core::task::Poll;
use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Instant;

use crate::moving::{self, compare, expect_pending_read, fill};
use crate::probe::{unexpected, Probe};
use crate::run::spawn;
use crate::stream::Done;
use crate::task::Task;
use crate::trial::{fail, lost_wake, not_applicable, Stop, Trial, Verdict, SETTLE};

/// Writes one byte and flushes it.
fn send(writer: &mut Probe, position: usize) -> Verdict {
    match moving::send(writer, position, 1)? {
        1 => Ok(()),
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

pub(super) fn read_is_woken(trial: &Trial, thread: bool) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let task = Task::named("the reader");
    for position in 0..3 {
        expect_pending_read(&mut reader, &task)?;
        if thread {
            let writing = spawn(move || send(&mut writer, position).map(|()| writer));
            writer = writing
                .join()
                .unwrap_or_else(|panic| resume_unwind(panic))?;
        } else {
            send(&mut writer, position)?;
        }
        receive(trial, &mut reader, &task, position)?;
    }
    Ok(())
}

/// Reads what is there.
fn read_all(reader: &mut Probe, task: &Task) -> Verdict {
    let mut buf = vec![0; 1 << 16];
    loop {
        match reader.poll_read(task, &mut buf) {
            Poll::Pending | Poll::Ready(Ok(0)) => return Ok(()),
            Poll::Ready(Ok(_)) => {}
            Poll::Ready(Err(error)) => return unexpected("a read", &error),
        }
    }
}

/// Reads until the pending call of `task` is ready. It is repeated only when the task is woken; it
/// may take several such calls, since a record of TLS is readable only when all of it has arrived.
fn read_until<T>(
    trial: &Trial,
    writer: &mut Probe,
    reader: &mut Probe,
    task: &Task,
    mut poll: impl FnMut(&mut Probe) -> Poll<T>,
) -> Result<T, Stop> {
    let idle = Task::new(None);
    let deadline = Instant::now() + trial.wait;
    while Instant::now() < deadline {
        read_all(reader, &idle)?;
        if task.wait(SETTLE) {
            if let Poll::Ready(value) = poll(writer) {
                return Ok(value);
            }
        }
    }
    let ready = poll(writer).is_ready();
    lost_wake(task, trial.wait, "by reads that make space", ready)
}

/// Reads until the pending write of `task` is ready.
pub(super) fn accept_write(
    trial: &Trial,
    writer: &mut Probe,
    reader: &mut Probe,
    task: &Task,
) -> Verdict {
    let poll = |writer: &mut Probe| writer.poll_write(task, &[1]);
    read_until(trial, writer, reader, task, poll).and_then(expect_one)
}

pub(super) fn expect_one(result: io::Result<usize>) -> Verdict {
    match result {
        Ok(1) => Ok(()),
        Ok(n) => fail("Ok(1)", format!("Ok({n})")),
        Err(error) => unexpected("the call", &error),
    }
}

pub(super) fn write_is_woken(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let task = Task::named("the writer");
    for _ in 0..2 {
        fill(&mut writer, &task, 0)?;
        accept_write(trial, &mut writer, &mut reader, &task)?;
    }
    Ok(())
}

pub(super) fn write_is_woken_by_a_thread(trial: &Trial) -> Verdict {
    let (mut writer, reader) = trial.pair()?;
    let task = Task::named("the writer");
    fill(&mut writer, &task, 0)?;
    let written = Arc::new(AtomicBool::new(false));
    let written_too = written.clone();
    let mut reader = reader.quiet();
    let reading = spawn(move || {
        let idle = Task::new(None);
        while !written_too.load(Ordering::SeqCst) {
            read_all(&mut reader, &idle)?;
            idle.wait(SETTLE);
        }
        Ok(())
    });
    let what = "by reads that make space";
    let result = trial.until_woken(&task, what, || writer.poll_write(&task, &[1]));
    written.store(true, Ordering::SeqCst);
    let read = reading.join().unwrap_or(Ok(()));
    result.and_then(expect_one).and(read)
}

pub(super) fn flush_and_close_are_woken(trial: &Trial) -> Verdict {
    let mut waited = false;
    let calls: [fn(&mut Probe, &Task) -> Done; 2] = [Probe::poll_flush, Probe::poll_close];
    for call in calls {
        let (mut writer, mut reader) = trial.pair()?;
        let task = Task::named("the writer");
        let idle = Task::new(None);
        fill(&mut writer, &idle, 0)?;
        // A buffer has space for a few bytes more.
        let _ = writer.poll_write(&idle, &[1; 100]);
        if call(&mut writer, &task).is_pending() {
            waited = true;
            let poll = |writer: &mut Probe| call(writer, &task);
            let done = read_until(trial, &mut writer, &mut reader, &task, poll)?;
            done.or_else(|error| unexpected("the call", &error))?;
        }
    }
    if waited {
        Ok(())
    } else {
        not_applicable("neither waits for the reader")
    }
}

pub(super) fn latest_read_waker(trial: &Trial) -> Verdict {
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

pub(super) fn latest_write_waker(trial: &Trial) -> Verdict {
    let tasks = [Task::named("task 1"), Task::named("task 2")];
    for order in [&[0, 1][..], &[0, 1, 0]] {
        let (mut writer, mut reader) = trial.pair()?;
        for task in order {
            fill(&mut writer, &tasks[*task], 0)?;
        }
        let latest = &tasks[order[order.len() - 1]];
        accept_write(trial, &mut writer, &mut reader, latest)?;
    }
    Ok(())
}
