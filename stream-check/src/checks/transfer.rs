//! Bytes arrive once, in order, unchanged, whatever the sizes of the calls.

use crate::moving::{compare, drain, fill, send, transfer};
use crate::task::Task;
use crate::trial::{ensure, not_applicable, Trial, Verdict};

pub(super) fn bytes_in_order(trial: &Trial) -> Verdict {
    // The first pair that fails is the one with the fewest bytes.
    for (n, size, room) in [(1, 1, 1), (2, 2, 2), (5, 3, 2), (64, 7, 11), (1000, 31, 13)] {
        let (mut writer, mut reader) = trial.pair()?;
        transfer(&mut writer, &mut reader, (0, n), (size, room))?;
    }
    let (mut writer, mut reader) = trial.pair()?;
    let mut position = 0;
    for (n, size, room) in [(17, 3, 5), (1, 1, 9), (4099, 1021, 97), (257, 256, 4096)] {
        transfer(&mut writer, &mut reader, (position, n), (size, room))?;
        position += n;
    }
    Ok(())
}

pub(super) fn one_byte_buffers(trial: &Trial) -> Verdict {
    for (size, room) in [(1, 1), (1, 64), (64, 1)] {
        let (mut writer, mut reader) = trial.pair()?;
        transfer(&mut writer, &mut reader, (0, 300), (size, room))?;
    }
    Ok(())
}

pub(super) fn large_buffers(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let held = fill(&mut writer, &Task::new(None), 0)?;
    let large = 2 * held + 1000;
    drain(&mut writer, &mut reader, (0, held), large)?;
    transfer(&mut writer, &mut reader, (held, large), (large, large))
}

pub(super) fn read_returns_what_is_there(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let n = send(&mut writer, 0, 3)?;
    let mut buf = [0; 100];
    let read = reader.read(&mut buf)?;
    let expected = format!("a read of 1 to {n} bytes");
    ensure((1..=n).contains(&read), expected, format!("Ok({read})"))?;
    compare(&buf[..read], 0)
}

pub(super) fn full_write_is_pending(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let held = fill(&mut writer, &Task::new(None), 0)?;
    if held == 0 {
        return not_applicable("a write waits for a read");
    }
    drain(&mut writer, &mut reader, (0, held), 4096)?;
    transfer(&mut writer, &mut reader, (held, 100), (100, 100))
}
