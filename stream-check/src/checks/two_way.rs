//! The two directions of a stream do not depend on each other.

use super::waking::accept_write;
use crate::moving::{bytes, drain, expect_end, expect_pending_read, fill, send, transfer};
use crate::probe::unexpected;
use crate::task::Task;
use crate::trial::{ensure, Trial, Verdict};

pub(super) fn half_close(trial: &Trial) -> Verdict {
    trial.needs_two_way()?;
    let (mut first, mut second) = trial.pair()?;
    transfer(&mut first, &mut second, (0, 10), (10, 10))?;
    first.close()?;
    expect_end(&mut second)?;
    for position in [0, 100, 200] {
        transfer(&mut second, &mut first, (position, 100), (30, 30))?;
        expect_end(&mut second)?;
    }
    second.close()?;
    expect_end(&mut first)?;
    expect_end(&mut first)
}

pub(super) fn both_directions(trial: &Trial) -> Verdict {
    trial.needs_two_way()?;
    // A byte on its way in one direction stays there while others go the other way.
    let (mut first, mut second) = trial.pair()?;
    let n = first.write(&bytes(0, 1))?;
    transfer(&mut second, &mut first, (100, 50), (50, 50))?;
    drain(&mut first, &mut second, (0, n), 8)?;
    let (mut first, mut second) = trial.pair()?;
    for (position, n) in [(0, 1), (1, 50), (51, 700)] {
        transfer(&mut first, &mut second, (position, n), (9, 70))?;
        transfer(&mut second, &mut first, (2 * position, n), (70, 9))?;
        transfer(&mut second, &mut first, (2 * position + n, n), (70, 9))?;
    }
    Ok(())
}

pub(super) fn write_first_then_read(trial: &Trial) -> Verdict {
    trial.needs_two_way()?;
    let (mut first, mut second) = trial.pair()?;
    let to_second = fill(&mut first, &Task::new(None), 0)?;
    let to_first = fill(&mut second, &Task::new(None), 0)?;
    let (expected, seen) = ("a write of at least 1 byte", "Pending before the first");
    ensure(to_first > 0 || to_second == 0, expected, seen)?;
    drain(&mut first, &mut second, (0, to_second), 4096)?;
    drain(&mut second, &mut first, (0, to_first), 4096)
}

pub(super) fn read_and_write_wake_their_tasks(trial: &Trial) -> Verdict {
    trial.needs_two_way()?;
    for read_first in [true, false] {
        let (mut stream, mut peer) = trial.pair()?;
        let (reading, writing) = (Task::named("the reader"), Task::named("the writer"));
        if read_first {
            expect_pending_read(&mut stream, &reading)?;
        }
        fill(&mut stream, &writing, 0)?;
        if !read_first {
            expect_pending_read(&mut stream, &reading)?;
        }
        accept_write(trial, &mut stream, &mut peer, &writing)?;
        send(&mut peer, 0, 1)?;
        let read = trial.until_woken(&reading, "by a write of the peer", || {
            stream.poll_read(&reading, &mut [0; 8])
        })?;
        read.or_else(|error| unexpected("a read", &error))?;
    }
    Ok(())
}
