//! A half that ends the stream with an error.

use core::future::poll_fn;

use super::{block_on, bounded, full, read, read_byte_then_eof};
use crate::io::ErrorKind;
use crate::pipe;

/// Edge A: the kind comes with the abort, and every later call finds it.
#[test]
fn abort_brings_its_kind() {
    bounded(
        3,
        || pipe(1),
        |mut reader| {
            let mut buf = [0; 1];
            let error = loop {
                match read(&mut reader, &mut buf) {
                    Ok(n) => assert_eq!(n, 1),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            assert_eq!(reader.len(), 0);
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer.abort(ErrorKind::TimedOut);
            writer.finish();
        },
    );
}

#[test]
fn abort_wakes_parked_writer() {
    bounded(
        3,
        || full(pipe(1)),
        |mut writer| {
            let error = block_on(poll_fn(|cx| writer.poll_writable(cx, 1))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        },
        |mut reader| reader.abort(ErrorKind::ConnectionReset),
    );
}

/// An abort after the last byte and a close changes nothing.
#[test]
fn a_clean_close_never_turns_into_an_abort() {
    bounded(
        3,
        || pipe(1),
        read_byte_then_eof,
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer.finish();
            writer.abort(ErrorKind::ConnectionReset);
        },
    );
}
