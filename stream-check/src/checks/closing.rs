//! The writer ends the stream: by a close, and by being dropped.

use crate::moving::{
    bytes, expect_end, expect_end_or_error, expect_pending_read, fill, finish, receive, send,
    transfer,
};
use crate::probe::unexpected;
use crate::task::Task;
use crate::trial::{ensure, fail, Trial, Verdict};

pub(super) fn end_after_last_byte(trial: &Trial) -> Verdict {
    for n in [0, 1, 100] {
        let (mut writer, mut reader) = trial.pair()?;
        transfer(&mut writer, &mut reader, (0, n), (8, 8))?;
        writer.close()?;
        for _ in 0..3 {
            expect_end(&mut reader)?;
        }
    }
    // With a byte on the way.
    let (mut writer, mut reader) = trial.pair()?;
    let n = writer.write(&bytes(0, 1))?;
    finish(&mut writer, &mut reader, n)?;
    expect_end(&mut reader)?;
    expect_end(&mut reader)
}

pub(super) fn close_flushes(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let n = writer.write(&bytes(0, 50))?;
    finish(&mut writer, &mut reader, n)
}

pub(super) fn close_while_full(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let held = fill(&mut writer, &Task::new(None), 0)?;
    finish(&mut writer, &mut reader, held)
}

pub(super) fn close_twice(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    writer.close()?;
    for _ in 0..2 {
        match writer.try_close()? {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotConnected => {}
            Err(error) => return unexpected("a second close", &error),
        }
        expect_end(&mut reader)?;
    }
    Ok(())
}

pub(super) fn write_after_close(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    writer.close()?;
    match writer.try_write(&bytes(0, 3))? {
        Ok(0) | Err(_) => {}
        Ok(n) => {
            // A writer with a buffer notices it later.
            let flushed = writer.try_flush()?;
            ensure(flushed.is_err(), "an error, or Ok(0)", format!("Ok({n})"))?;
        }
    }
    expect_end(&mut reader)
}

pub(super) fn drop_keeps_bytes(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let n = send(&mut writer, 0, 50)?;
    writer.drop_stream();
    receive(&mut reader, n)?;
    expect_end_or_error(&mut reader)?;
    expect_end_or_error(&mut reader)
}

pub(super) fn pending_read_when_peer_closes(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let task = Task::named("the reader");
    expect_pending_read(&mut reader, &task)?;
    writer.close()?;
    let what = "by the close of its peer";
    match trial.until_woken(&task, what, || reader.poll_read(&task, &mut [0; 8]))? {
        Ok(0) => Ok(()),
        Ok(n) => fail("the end", format!("Ok({n})")),
        Err(error) => unexpected("a read", &error),
    }
}

pub(super) fn calls_after_both_ends(trial: &Trial) -> Verdict {
    let (mut first, mut second) = trial.pair()?;
    first.close()?;
    expect_end(&mut second)?;
    if trial.two_way {
        // A socket may say that it is not connected.
        let _ = second.try_close()?;
    }
    for _ in 0..2 {
        let _ = first.try_write(&[1])?;
        let _ = first.try_close()?;
        let _ = second.try_read(&mut [0])?;
        if trial.two_way {
            let _ = first.try_read(&mut [0])?;
            let _ = second.try_write(&[1])?;
            let _ = second.try_close()?;
        }
    }
    Ok(())
}
