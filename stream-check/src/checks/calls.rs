//! Calls with nothing to do: empty buffers, flushes, and reads before anything is written.

use core::task::Poll;

use super::Check;
use crate::moving::{bytes, compare, drain, expect_pending_read, fill, transfer};
use crate::task::Task;
use crate::trial::{ensure, fail, not_applicable, Trial, Verdict};

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "nothing_is_not_the_end",
        "A read before anything is written is Pending; it is neither the end nor an error.",
        "AsyncRead::poll_read: \"If no data is available for reading, the method returns \
         Poll::Pending\"",
        nothing_is_not_the_end,
    ),
    Check::new(
        "empty_read",
        "A read into an empty buffer, with bytes there, is Ok(0) and takes none of them.",
        "std::io::Read::read: `Ok(0)` if \"the buffer specified was 0 bytes in length\"; .NET \
         stream conformance tests",
        empty_read,
    ),
    Check::new(
        "empty_write",
        "A write of an empty buffer is Ok(0), and the reader sees neither bytes nor an end.",
        "std::io::Write::write; trio check_one_way_stream",
        empty_write,
    ),
    Check::new(
        "flush",
        "A flush succeeds with nothing written, and again after another; with bytes written, they \
         arrive although the writer is not called again.",
        "AsyncWrite::poll_flush: \"ensuring that any buffered data reach their destination\"",
        flush,
    ),
    Check::new(
        "flush_of_a_full_stream",
        "A flush of a full stream loses no bytes while the reader takes them.",
        "AsyncWrite::poll_flush",
        flush_of_a_full_stream,
    ),
    Check::new(
        "read_buf_is_appended_to",
        "A read appends to what the ReadBuf holds, and leaves that as it is.",
        "tokio AsyncRead::poll_read: the data is placed \"in the unfilled portion of buf\"",
        read_buf_is_appended_to,
    ),
];

fn nothing_is_not_the_end(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    expect_pending_read(&mut reader, &Task::new(None))?;
    expect_pending_read(&mut reader, &Task::new(None))?;
    transfer(&mut writer, &mut reader, (0, 1), (1, 1))?;
    expect_pending_read(&mut reader, &Task::new(None))
}

fn empty_read(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    // Without bytes, Pending is what a socket returns, and Ok(0) what others do.
    let task = Task::new(None);
    if let Poll::Ready(Err(error)) = reader.poll_read(&task, &mut []) {
        return fail("Ok(0) or Pending", error.to_string());
    }
    let n = writer.write(&bytes(0, 3))?;
    writer.flush()?;
    let read = reader.read(&mut [])?;
    ensure(read == 0, "Ok(0)", format!("Ok({read})"))?;
    drain(&mut writer, &mut reader, (0, n), 8)
}

fn empty_write(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let written = writer.write(&[])?;
    ensure(written == 0, "Ok(0)", format!("Ok({written})"))?;
    writer.flush()?;
    expect_pending_read(&mut reader, &Task::new(None))?;
    transfer(&mut writer, &mut reader, (0, 3), (3, 3))?;
    writer.write(&[])?;
    transfer(&mut writer, &mut reader, (3, 3), (3, 3))
}

fn flush(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    writer.flush()?;
    writer.flush()?;
    let n = writer.write(&bytes(0, 3))?;
    writer.flush()?;
    writer.flush()?;
    let mut read = 0;
    while read < n {
        read += match reader.read(&mut [0; 8])? {
            0 => return fail(format!("{n} bytes"), format!("{read} bytes and the end")),
            more => more,
        };
    }
    writer.flush()
}

fn flush_of_a_full_stream(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let held = fill(&mut writer, &Task::new(None), 0)?;
    drain(&mut writer, &mut reader, (0, held), 1000)
}

fn read_buf_is_appended_to(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    if !reader.able().tokio {
        return not_applicable("not a stream of tokio's traits");
    }
    transfer(&mut writer, &mut reader, (0, 5), (5, 5))?;
    let n = writer.write(&bytes(5, 3))?;
    writer.flush()?;
    let all = reader.read_after(b"kept", 10)?;
    ensure(
        all.starts_with(b"kept"),
        "the 4 bytes of before, then others",
        format!("{all:?}"),
    )?;
    ensure(
        all.len() <= 4 + n,
        format!("up to {n} bytes more"),
        format!("{}", all.len() - 4),
    )?;
    compare(&all[4..], 5)
}
