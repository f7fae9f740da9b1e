//! Calls with nothing to do: empty buffers, flushes, and reads before anything is written.

use core::task::Poll;

use crate::moving::{compare, drain, expect_pending_read, fill, receive, send, transfer};
use crate::task::Task;
use crate::trial::{ensure, fail, not_applicable, Trial, Verdict};

pub(super) fn nothing_is_not_the_end(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    expect_pending_read(&mut reader, &Task::new(None))?;
    expect_pending_read(&mut reader, &Task::new(None))?;
    transfer(&mut writer, &mut reader, (0, 1), (1, 1))?;
    expect_pending_read(&mut reader, &Task::new(None))
}

pub(super) fn empty_read(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    // Without bytes, Pending is what a socket returns, and Ok(0) what others do.
    let task = Task::new(None);
    if let Poll::Ready(Err(error)) = reader.poll_read(&task, &mut []) {
        return fail("Ok(0) or Pending", error.to_string());
    }
    let n = send(&mut writer, 0, 3)?;
    let read = reader.read(&mut [])?;
    ensure(read == 0, "Ok(0)", format!("Ok({read})"))?;
    drain(&mut writer, &mut reader, (0, n), 8)
}

pub(super) fn empty_write(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let written = writer.write(&[])?;
    ensure(written == 0, "Ok(0)", format!("Ok({written})"))?;
    writer.flush()?;
    expect_pending_read(&mut reader, &Task::new(None))?;
    transfer(&mut writer, &mut reader, (0, 3), (3, 3))?;
    writer.write(&[])?;
    transfer(&mut writer, &mut reader, (3, 3), (3, 3))
}

pub(super) fn flush(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    writer.flush()?;
    writer.flush()?;
    let n = send(&mut writer, 0, 3)?;
    writer.flush()?;
    receive(&mut reader, n)?;
    writer.flush()
}

pub(super) fn flush_of_a_full_stream(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let held = fill(&mut writer, &Task::new(None), 0)?;
    drain(&mut writer, &mut reader, (0, held), 1000)
}

pub(super) fn read_buf_is_appended_to(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    if !reader.stream().is_tokio() {
        return not_applicable("not a stream of tokio's traits");
    }
    transfer(&mut writer, &mut reader, (0, 5), (5, 5))?;
    let n = send(&mut writer, 5, 3)?;
    let all = reader.read_after(b"kept", 10)?;
    let expected = "the 4 bytes of before, then others";
    ensure(all.starts_with(b"kept"), expected, format!("{all:?}"))?;
    let more = &all[4..];
    let expected = format!("up to {n} bytes more");
    ensure(more.len() <= n, expected, more.len().to_string())?;
    compare(more, 5)
}
