//! Wakers are not woken without a reason, and not kept.

use core::task::Poll;
use core::time::Duration;
use std::time::Instant;

use crate::moving::{expect_pending_read, fill};
use crate::probe::Probe;
use crate::task::Task;
use crate::trial::{ensure, not_applicable, until, Stop, Trial, Verdict};

/// How long nothing happens, and how many wakes in that time are no busy loop.
const QUIET: Duration = Duration::from_millis(50);
const FEW: usize = 10;

/// Polls whenever the task is woken, while nothing happens.
fn count_wakes(task: &Task, mut poll: impl FnMut() -> bool) -> Verdict {
    let deadline = Instant::now() + QUIET;
    let mut wakes = 0;
    while task.wait(deadline.saturating_duration_since(Instant::now())) {
        wakes += 1;
        if poll() {
            return not_applicable("the call became ready");
        }
        let seen = format!("more than {FEW} in {QUIET:?}");
        ensure(wakes <= FEW, "no wakes while nothing happens", seen)?;
    }
    Ok(())
}

pub(super) fn no_busy_loop_of_reads(trial: &Trial) -> Verdict {
    let (_writer, mut reader) = trial.pair()?;
    let task = Task::named("the reader");
    expect_pending_read(&mut reader, &task)?;
    count_wakes(&task, || reader.poll_read(&task, &mut [0; 8]).is_ready())
}

pub(super) fn no_busy_loop_of_writes(trial: &Trial) -> Verdict {
    let (mut writer, _reader) = trial.pair()?;
    let task = Task::named("the writer");
    // A stream that wakes itself would keep a longer attempt to fill it busy.
    let data = vec![0; 1 << 16];
    let mut calls = 0;
    while writer.poll_write(&task, &data).is_ready() {
        calls += 1;
        if calls == 1 << 10 {
            return not_applicable("a writer without a reader never waits");
        }
    }
    count_wakes(&task, || {
        writer.poll_write(&task, &data).map_ok(|n| n > 0).is_ready()
    })
    .or_else(|stop| match stop {
        // The kernel moves bytes on: it is not the stream that woke the task.
        Stop::NotApplicable(_) => Ok(()),
        failed => Err(failed),
    })
}

type Prepare = fn(&mut Probe, &mut Probe, &Task, &Task) -> Verdict;

pub(super) fn wakers_are_dropped(trial: &Trial) -> Verdict {
    let states: [(&str, Prepare); 5] = [
        ("with a pending read", |_, reader, task, _| {
            expect_pending_read(reader, task)
        }),
        ("after a second task has read", |_, reader, task, other| {
            expect_pending_read(reader, task)?;
            expect_pending_read(reader, other)
        }),
        ("after a close", |writer, reader, task, _| {
            expect_pending_read(reader, task)?;
            writer.close()
        }),
        ("with a pending write", |writer, _, task, _| {
            fill(writer, task, 0).map(|_| ())
        }),
        (
            "after a write that the pending read has not taken",
            |writer, reader, task, other| {
                expect_pending_read(reader, task)?;
                let _ = writer.poll_write(other, &[1]);
                Ok(())
            },
        ),
    ];
    for (state, prepare) in states {
        for reader_first in [false, true] {
            let (mut writer, mut reader) = trial.pair()?;
            let tasks = [Task::named("task 1"), Task::named("task 2")];
            match prepare(&mut writer, &mut reader, &tasks[0], &tasks[1]) {
                Err(Stop::NotApplicable(_)) => continue,
                prepared => prepared?,
            }
            if reader_first {
                reader.drop_stream();
                writer.drop_stream();
            } else {
                writer.drop_stream();
                reader.drop_stream();
            }
            // A reactor may drop its clones later, on its own thread.
            let what = format!("no clone of a waker is left, dropped {state}");
            let kept = || tasks.iter().any(|task| task.clones() > 0);
            let dropped = || {
                if kept() {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            };
            until(&tasks[0], trial.wait, &what, dropped)
                .or_else(|_| ensure(false, &what, "a clone"))?;
        }
    }
    Ok(())
}
