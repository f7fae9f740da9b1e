//! Vectored calls, with empty slices among the others.

use std::io::IoSliceMut;

use crate::moving::{bytes, compare, drain, send};
use crate::trial::{ensure, not_applicable, Trial, Verdict};

pub(super) fn vectored_read(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    if !reader.stream().reads_vectored() {
        return not_applicable("tokio's traits have no vectored read");
    }
    let n = send(&mut writer, 0, 6)?;
    let (mut a, mut b, mut c) = ([0; 1], [0; 2], [0; 9]);
    let read = reader.read_vectored(&mut [
        IoSliceMut::new(&mut []),
        IoSliceMut::new(&mut a),
        IoSliceMut::new(&mut []),
        IoSliceMut::new(&mut b),
        IoSliceMut::new(&mut c),
    ])?;
    let expected = "at least 1 byte and no more than were written";
    ensure((1..=n).contains(&read), expected, format!("Ok({read})"))?;
    compare(&[&a[..], &b, &c].concat()[..read], 0)?;
    drain(&mut writer, &mut reader, (read, n), 8)
}

pub(super) fn vectored_write(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    let data = bytes(0, 8);
    let n = writer.write_vectored(&[&[], &data[..1], &[], &data[1..3], &data[3..], &[]])?;
    ensure(n > 0, "a write of at least 1 byte", "Ok(0)")?;
    drain(&mut writer, &mut reader, (0, n), 16)?;
    let more = writer.write_vectored(&[&bytes(n, 5), &bytes(n + 5, 5)])?;
    drain(&mut writer, &mut reader, (n, n + more), 16)
}

pub(super) fn empty_vectored_calls(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = trial.pair()?;
    for slices in [&[][..], &[&[][..], &[]]] {
        let n = writer.write_vectored(slices)?;
        ensure(n == 0, "Ok(0)", format!("Ok({n})"))?;
    }
    let sent = send(&mut writer, 0, 6)?;
    if reader.stream().reads_vectored() {
        let n = reader.read_vectored(&mut [])?;
        ensure(n == 0, "Ok(0)", format!("Ok({n})"))?;
        let n = reader.read_vectored(&mut [IoSliceMut::new(&mut []), IoSliceMut::new(&mut [])])?;
        ensure(n == 0, "Ok(0)", format!("Ok({n})"))?;
    }
    drain(&mut writer, &mut reader, (0, sent), 8)
}

pub(super) fn is_write_vectored(trial: &Trial) -> Verdict {
    let (mut writer, _reader) = trial.pair()?;
    if !writer.stream().is_tokio() {
        return not_applicable("a method of tokio's trait");
    }
    if !writer.stream().is_write_vectored() {
        return not_applicable("it is false");
    }
    if writer.write(&bytes(0, 2))? < 2 {
        return not_applicable("a write takes one byte at a time");
    }
    let (mut writer, _reader) = trial.pair()?;
    let n = writer.write_vectored(&[&[0], &[1]])?;
    let expected = "is_write_vectored is true, so Ok(2)";
    ensure(n == 2, expected, format!("Ok({n})"))
}
