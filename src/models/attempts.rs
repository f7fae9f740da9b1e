//! `try_*` calls beside `poll_*` calls: one moves bytes while the waker of the other is
//! registered.

use loom::thread;

use super::{bounded, full, model, poll_once, read, read_twice, write, write_twice};
use crate::io::{ErrorKind, Result};
use crate::pipe;

/// How many bytes a `try_*` call has moved.
fn moved(result: Result<usize>) -> usize {
    result.unwrap_or_else(|error| {
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        0
    })
}

/// A read that waits is given up, a `try_read` may take the first byte, and the next read waits
/// again. A waker that a `try_read` had taken would be missing then.
#[test]
fn a_reader_that_tries_after_it_has_parked_is_woken() {
    bounded(
        3,
        || pipe(2),
        |mut reader| {
            let mut buf = [0; 2];
            let _ = poll_once(|cx| reader.poll_readable(cx, 1));
            let mut n = moved(reader.try_read(&mut buf));
            while n < 2 {
                n += read(&mut reader, &mut buf[n..]).unwrap();
            }
            assert_eq!(&buf, b"ab");
            reader
        },
        write_twice,
    );
}

#[test]
fn a_writer_that_tries_after_it_has_parked_is_woken() {
    bounded(
        3,
        || full(pipe(2)),
        |mut writer| {
            let _ = poll_once(|cx| writer.poll_writable(cx, 1));
            let mut n = moved(writer.try_write(b"cd"));
            while n < 2 {
                n += write(&mut writer, &b"cd"[n..]).unwrap();
            }
            writer
        },
        read_twice,
    );
}

/// A reader that never waits is fed by a writer that does.
#[test]
fn a_reader_that_only_tries_wakes_a_writer() {
    model(
        || full(pipe(1)),
        |mut writer| {
            assert_eq!(write(&mut writer, b"b").unwrap(), 1);
            writer
        },
        |mut reader| {
            let mut buf = [0; 1];
            for expected in [b"a", b"b"] {
                while moved(reader.try_read(&mut buf)) == 0 {
                    thread::yield_now();
                }
                assert_eq!(&buf, expected);
            }
            reader
        },
    );
}
