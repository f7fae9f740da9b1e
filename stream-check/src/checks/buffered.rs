//! `AsyncBufRead`, where there is one.

use crate::moving::{compare, drain, send, transfer};
use crate::probe::Probe;
use crate::trial::{ensure, not_applicable, Stop, Trial, Verdict};

/// A pair whose reader has a buffer, with bytes on the way, and how many there are.
fn sent(trial: &Trial) -> Result<(Probe, Probe, usize), Stop> {
    let (mut writer, reader) = trial.pair()?;
    if !reader.stream().is_buffered() {
        return not_applicable("AsyncBufRead is checked by the functions `…_buffered`");
    }
    let n = send(&mut writer, 0, 12)?;
    Ok((writer, reader, n))
}

fn lent(reader: &mut Probe, position: usize) -> Result<usize, Stop> {
    let bytes = reader.fill_buf()?;
    let end = "an empty buffer: the end";
    ensure(!bytes.is_empty(), "bytes that were written", end)?;
    compare(&bytes, position)?;
    Ok(bytes.len())
}

pub(super) fn fill_buf_twice(trial: &Trial) -> Verdict {
    let (mut writer, mut reader, n) = sent(trial)?;
    let mut before = 0;
    for _ in 0..3 {
        let now = lent(&mut reader, 0)?;
        let seen = format!("{now} after {before}");
        ensure(now >= before, "no fewer bytes", seen)?;
        before = now;
    }
    drain(&mut writer, &mut reader, (0, n), 8)
}

pub(super) fn partial_consume(trial: &Trial) -> Verdict {
    let (mut writer, mut reader, n) = sent(trial)?;
    let mut position = 0;
    while position < n.min(8) {
        let there = lent(&mut reader, position)?;
        let consumed = there.min(2);
        reader.consume(consumed);
        position += consumed;
        if position < n {
            lent(&mut reader, position)?;
            let mut buf = [0; 1];
            let read = reader.read(&mut buf)?;
            ensure(read == 1, "Ok(1)", format!("Ok({read})"))?;
            compare(&buf, position)?;
            position += 1;
        }
    }
    drain(&mut writer, &mut reader, (position, n), 8)?;
    transfer(&mut writer, &mut reader, (n, 100), (10, 10))
}

pub(super) fn consume_zero(trial: &Trial) -> Verdict {
    let (mut writer, mut reader, n) = sent(trial)?;
    reader.consume(0);
    lent(&mut reader, 0)?;
    reader.consume(0);
    lent(&mut reader, 0)?;
    drain(&mut writer, &mut reader, (0, n), 8)?;
    reader.consume(0);
    transfer(&mut writer, &mut reader, (n, 10), (10, 10))
}

pub(super) fn fill_buf_at_the_end(trial: &Trial) -> Verdict {
    let (mut writer, mut reader, n) = sent(trial)?;
    drain(&mut writer, &mut reader, (0, n), 8)?;
    writer.close()?;
    for _ in 0..3 {
        let n = reader.fill_buf()?.len();
        ensure(n == 0, "the end", format!("{n} bytes"))?;
        reader.consume(0);
    }
    let read = reader.read(&mut [0; 8])?;
    ensure(read == 0, "the end", format!("Ok({read})"))
}
