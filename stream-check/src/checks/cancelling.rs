//! Calls that are given up while they are pending.

use crate::moving::{drain, expect_pending_read, fill, receive, send, transfer};
use crate::task::Task;
use crate::trial::{not_applicable, Trial, Verdict};

pub(super) fn cancelled_read(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let task = Task::named("a task that gives up");
    expect_pending_read(&mut reader, &task)?;
    drop(task);
    let n = send(&mut writer, 0, 10)?;
    receive(&mut reader, n)?;
    expect_pending_read(&mut reader, &Task::new(None))?;
    transfer(&mut writer, &mut reader, (n, 20), (20, 20))
}

pub(super) fn cancelled_write(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let task = Task::named("a task that gives up");
    let mut held = fill(&mut writer, &task, 0)?;
    // These bytes are not of the sequence: each is above 250. A buffer has space for fewer.
    if writer.poll_write(&task, &[255; 1 << 16]).is_ready() {
        return not_applicable("the stream has made space by itself");
    }
    drop(task);
    drain(&mut writer, &mut reader, (0, held), 64)?;
    transfer(&mut writer, &mut reader, (held, 20), (20, 20))?;
    held += 20;
    expect_pending_read(&mut reader, &Task::new(None))?;
    transfer(&mut writer, &mut reader, (held, 20), (20, 20))
}
