//! Halves that block their thread. A thread that checked its token before it slept, without the
//! lock of the parker, would miss a wake.

use std::io::{Read, Write};

use super::{bounded, model};
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
