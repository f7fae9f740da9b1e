//! B16, B24 and B26: what the peer learns of an error of the user's, and which kinds it never gets.

use core::fmt;
use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use async_duplex::{pipe, DuplexStream, Options, Reader, Writer};

use crate::calls::{errors_of_reader, errors_of_writer};

/// An error of the user's, with a cause.
#[derive(Debug)]
struct Checksum {
    block: u32,
    cause: BadSector,
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the checksum of block {} is wrong", self.block)
    }
}

impl StdError for Checksum {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.cause)
    }
}

impl From<Checksum> for io::Error {
    fn from(error: Checksum) -> Self {
        Self::new(ErrorKind::InvalidData, error)
    }
}

/// The cause of an error of the user's.
#[derive(Debug)]
struct BadSector;

impl fmt::Display for BadSector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sector is bad")
    }
}

impl StdError for BadSector {}

fn checksum() -> Checksum {
    Checksum {
        block: 7,
        cause: BadSector,
    }
}

/// The user's own error: the payload, or its first source.
fn find<T: StdError + 'static>(error: &io::Error) -> Option<&T> {
    let payload: Option<&(dyn StdError + 'static)> = error.get_ref().map(|payload| payload as _);
    let found = payload.and_then(|payload| payload.downcast_ref());
    found.or_else(|| error.source()?.downcast_ref())
}

/// Checks that an error leads to a [`Checksum`], and that to its cause.
#[track_caller]
fn assert_checksum(name: &str, error: &io::Error) {
    assert_eq!(error.to_string(), checksum().to_string(), "{name}");
    let found = find::<Checksum>(error);
    let found = found.unwrap_or_else(|| panic!("{name}: the type of the error is lost"));
    assert_eq!(found.block, 7, "{name}");
    let mut source = error.source();
    while let Some(error) = source {
        if error.is::<BadSector>() {
            return;
        }
        source = error.source();
    }
    panic!("{name}: the cause of the error is lost");
}

/// The other direction of a stream.
fn rest() -> (Reader, Writer) {
    pipe(1)
}

/// A way in which the writer, or a handle, ends the stream with an error, and its name.
type EndWriting = (&'static str, fn(Writer, io::Error) -> Writer);

const WRITING_ENDS: &[EndWriting] = &[
    ("the writer aborts", |mut writer, error| {
        writer.abort(error);
        writer
    }),
    ("the writer finishes", |mut writer, error| {
        writer.finish_with(error);
        writer
    }),
    ("the stream aborts", |writer, error| {
        let mut stream = DuplexStream::new(rest().0, writer);
        stream.abort(error);
        stream.into_split().1
    }),
    ("a handle aborts", |writer, error| {
        writer.abort_handle().abort(error);
        writer
    }),
    ("a handle of the stream aborts", |writer, error| {
        let stream = DuplexStream::new(rest().0, writer);
        stream.abort_handle().abort(error);
        stream.into_split().1
    }),
];

/// A way in which the reader, or a handle, ends the stream with an error, and its name.
type EndReading = (&'static str, fn(Reader, io::Error) -> Reader);

const READING_ENDS: &[EndReading] = &[
    ("the reader aborts", |mut reader, error| {
        reader.abort(error);
        reader
    }),
    ("the stream aborts", |reader, error| {
        let mut stream = DuplexStream::new(reader, rest().1);
        stream.abort(error);
        stream.into_split().0
    }),
    ("a handle aborts", |reader, error| {
        reader.abort_handle().abort(error);
        reader
    }),
    ("a handle of the stream aborts", |reader, error| {
        let stream = DuplexStream::new(reader, rest().1);
        stream.abort_handle().abort(error);
        stream.into_split().0
    }),
];

/// Ends a stream with `error` in each way, and calls `check` with each error that a later call
/// returns, and with its name. Calls are repeated, also after the other half was dropped.
fn every_error(error: impl Fn() -> io::Error, check: impl Fn(&str, &io::Error)) {
    for (end_name, end) in WRITING_ENDS {
        let (mut reader, writer) = pipe(8);
        let mut writer = Some(end(writer, error()));
        for round in 0..3 {
            for (call, error) in errors_of_reader(&mut reader) {
                check(&format!("{end_name}, {call}, {round}"), &error);
            }
            drop(writer.take());
        }
    }
    for (end_name, end) in READING_ENDS {
        let (reader, mut writer) = pipe(8);
        let mut reader = Some(end(reader, error()));
        for round in 0..3 {
            for (call, error) in errors_of_writer(&mut writer) {
                check(&format!("{end_name}, {call}, {round}"), &error);
            }
            writer.finish();
            drop(reader.take());
        }
    }
}

#[test]
fn b16_every_call_after_an_error_finds_the_type_of_the_users_error() {
    every_error(
        || checksum().into(),
        |name, error| {
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{name}");
            assert_checksum(name, error);
        },
    );
}

/// An `io::Error` of the user's with an error of the user's inside, as layers of streams make them.
#[test]
fn b16_every_call_after_an_error_finds_a_nested_error() {
    every_error(
        || io::Error::new(ErrorKind::ConnectionAborted, io::Error::from(checksum())),
        |name, error| {
            assert_eq!(error.kind(), ErrorKind::ConnectionAborted, "{name}");
            let found = find::<io::Error>(error);
            let found = found.unwrap_or_else(|| panic!("{name}: the inner error is lost"));
            assert_eq!(found.kind(), ErrorKind::InvalidData, "{name}");
            assert!(find::<Checksum>(found).is_some(), "{name}");
        },
    );
}

#[test]
fn b24_the_users_error_after_the_last_byte_is_found_by_its_type() {
    let (mut reader, mut writer) = pipe(8);
    assert_eq!(writer.try_write(b"abc").unwrap(), 3);
    writer.finish_with(checksum());
    drop(writer);
    let mut buf = [0; 2];
    assert_eq!(reader.try_read(&mut buf).unwrap(), 2);
    assert_eq!(reader.try_read(&mut buf).unwrap(), 1);
    for (name, error) in errors_of_reader(&mut reader) {
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{name}");
        assert_checksum(name, &error);
    }
}

#[test]
fn b26_all_four_halves_find_the_type_of_the_error_of_a_handle() {
    let (near, far) = async_duplex::duplex(8);
    near.abort_handle().abort(checksum());
    for stream in [near, far] {
        let (mut reader, mut writer) = stream.into_split();
        for (name, error) in errors_of_reader(&mut reader) {
            assert_checksum(name, &error);
        }
        for (name, error) in errors_of_writer(&mut writer) {
            assert_checksum(name, &error);
        }
    }
}

/// The kinds that mean "try again", and what the peer gets instead.
const AGAIN: [(ErrorKind, ErrorKind); 2] = [
    (ErrorKind::WouldBlock, ErrorKind::TimedOut),
    (ErrorKind::Interrupted, ErrorKind::Other),
];

#[test]
fn b16_the_peer_of_a_half_that_ends_with_try_again_gets_another_kind() {
    for (kind, expected) in AGAIN {
        every_error(
            || kind.into(),
            |name, error| assert_eq!(error.kind(), expected, "{name}"),
        );
    }
}

#[test]
fn b16_an_error_that_means_try_again_keeps_its_message_and_its_type() {
    for (kind, expected) in AGAIN {
        every_error(
            || io::Error::new(kind, checksum()),
            |name, error| {
                assert_eq!(error.kind(), expected, "{name}");
                assert_checksum(name, error);
            },
        );
        every_error(
            || io::Error::new(kind, "no byte within 5 s"),
            |name, error| {
                assert_eq!(error.kind(), expected, "{name}");
                assert_eq!(error.to_string(), "no byte within 5 s", "{name}");
            },
        );
    }
}

/// What the timeout of a socket returns, and what a signal does.
#[cfg(target_os = "linux")]
#[test]
fn b16_an_error_of_the_system_that_means_try_again_keeps_its_message() {
    const EAGAIN: i32 = 11;
    const EINTR: i32 = 4;
    for (code, (kind, expected)) in [EAGAIN, EINTR].into_iter().zip(AGAIN) {
        let original = io::Error::from_raw_os_error(code);
        assert_eq!(original.kind(), kind);
        every_error(
            || io::Error::from_raw_os_error(code),
            |name, error| {
                assert_eq!(error.kind(), expected, "{name}");
                assert_eq!(error.to_string(), original.to_string(), "{name}");
            },
        );
    }
}

/// The reader would otherwise take a stream that broke off for a complete one.
#[test]
fn b24_a_stream_that_finishes_with_try_again_does_not_look_complete() {
    for (kind, expected) in AGAIN {
        let (mut reader, mut writer) = pipe(8);
        assert_eq!(writer.try_write(b"abc").unwrap(), 3);
        let finish = core::panic::AssertUnwindSafe(move || writer.finish_with(kind));
        let finished = std::panic::catch_unwind(finish);
        assert!(finished.is_ok(), "no panic on the path of an error");
        assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
        let end = reader.try_read(&mut [0; 8]).map_err(|error| error.kind());
        assert_eq!(end, Err(expected));
    }
}

#[test]
fn b16_an_end_with_try_again_after_the_end_changes_nothing() {
    for (kind, _) in AGAIN {
        let (mut reader, mut writer) = pipe(8);
        let handle = reader.abort_handle();
        reader.close();
        reader.abort(kind);
        writer.finish();
        writer.finish_with(kind);
        writer.abort(io::Error::new(kind, checksum()));
        handle.abort(kind);
        assert!(!handle.is_aborted());
        assert_eq!(reader.try_read(&mut [0]).unwrap(), 0);
        let written = writer.try_write(b"x").unwrap_err();
        assert_eq!(written.kind(), ErrorKind::BrokenPipe);
    }
}

/// The options are made on no path of an error.
#[test]
fn b25_options_refuse_the_kinds_that_mean_try_again() {
    for (kind, _) in AGAIN {
        let options = std::panic::catch_unwind(|| Options::new(8).error_on_drop(kind));
        assert!(options.is_err(), "{kind:?}");
    }
}
