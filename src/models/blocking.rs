//! Halves that block their thread. A thread that checked its token before it slept, without the
//! lock of the parker, would miss a wake.

use std::io::{Read, Write};

use super::{bounded, full, model};
use crate::io::ErrorKind;
use crate::pipe;

#[test]
fn a_blocked_reader_is_woken_by_a_byte() {
    model(
        || pipe(1),
        |reader| {
            let mut reader = reader.blocking();
            assert_eq!(reader.read(&mut [0]).unwrap(), 1);
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}

#[test]
fn a_blocked_writer_is_woken_by_space() {
    model(
        || full(pipe(1)),
        |writer| {
            let mut writer = writer.blocking();
            assert_eq!(writer.write(b"b").unwrap(), 1);
            writer
        },
        |mut reader| {
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            reader
        },
    );
}

/// Both ends block.
#[test]
fn blocked_halves_take_turns() {
    bounded(
        3,
        || pipe(1),
        |reader| {
            let (mut reader, mut got) = (reader.blocking(), [0; 2]);
            reader.read_exact(&mut got).unwrap();
            assert_eq!(&got, b"ab");
        },
        |writer| {
            let mut writer = writer.blocking();
            writer.write_all(b"ab").unwrap();
            writer
        },
    );
}

#[test]
fn a_blocked_reader_is_woken_by_the_end() {
    model(
        || pipe(1),
        |reader| assert_eq!(reader.blocking().read(&mut [0]).unwrap(), 0),
        drop,
    );
}

#[test]
fn a_blocked_reader_is_woken_by_a_handle() {
    bounded(
        3,
        || {
            let (reader, writer) = pipe(1);
            let handle = writer.abort_handle();
            ((reader, writer), handle)
        },
        |(reader, writer)| {
            let error = reader.blocking().read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            writer
        },
        |handle| handle.abort(ErrorKind::TimedOut),
    );
}
