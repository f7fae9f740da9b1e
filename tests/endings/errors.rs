//! B16, B24 and B26: every call finds the error that was given, with its message, type and source.

use std::error::Error as _;
use std::io::{self, Error, ErrorKind};

use async_duplex::{pipe, Options};

use crate::support::ends::{assert_checksum, checksum, checksum_of, endings, Found, Pipe, RESET};
use crate::support::panics::panic_message;
use crate::{errors_of_reads, errors_of_writes};

/// Ends pipes with `error` in each way that gives it to a half, and calls `check` with each error
/// that a later call returns, and with its name. Calls are repeated, also after the own end.
fn every_error(error: impl Fn() -> Error, check: impl Fn(&str, &Error)) {
    for ending in endings() {
        let mut pipe = Pipe::new(ending.strict);
        ending.end(&mut pipe, error());
        let (reader, writer) = (pipe.reader.take(), pipe.writer.take());
        let mut errors = Vec::new();
        if let (Found::Given, Some(mut reader)) = (ending.reader, reader) {
            errors.extend(errors_of_reads(&mut reader));
            reader.close();
            errors.extend(errors_of_reads(&mut reader));
        }
        if let (Found::Given, Some(mut writer)) = (ending.writer, writer) {
            errors.extend(errors_of_writes(&mut writer));
            writer.finish();
            errors.extend(errors_of_writes(&mut writer));
        }
        for (name, error) in errors {
            check(&format!("{}, {name}", ending.name), &error);
        }
    }
}

#[test]
fn b24_b16_b26_every_call_finds_the_type_the_message_and_the_source_of_the_error() {
    every_error(checksum, |name, error| {
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{name}");
        assert_checksum(error, name);
    });
    // An `io::Error` of the user's with an error of the user's inside, as layers of streams make.
    let nested = || Error::new(ErrorKind::ConnectionAborted, checksum());
    every_error(nested, |name, error| {
        assert_eq!(error.kind(), ErrorKind::ConnectionAborted, "{name}");
        let payload = error.get_ref().and_then(|payload| payload.downcast_ref());
        let inner: Option<&Error> = payload.or_else(|| error.source()?.downcast_ref());
        let inner = inner.unwrap_or_else(|| panic!("{name}: the inner error is lost"));
        assert_eq!(inner.kind(), ErrorKind::InvalidData, "{name}");
        assert_checksum(inner, name);
    });
}

#[test]
fn b16_a_message_without_a_payload_and_a_code_of_the_system_are_kept() {
    // The standard library makes such errors: `read_exact` at the end of a stream.
    let error = || io::Read::read_exact(&mut &b"ab"[..], &mut [0; 3]).unwrap_err();
    assert!(error().get_ref().is_none());
    let message = error().to_string();
    assert_ne!(message, Error::from(ErrorKind::UnexpectedEof).to_string());
    every_error(error, |name, error| {
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{name}");
        assert_eq!(error.to_string(), message, "{name}");
    });
    const ENOSPC: i32 = 28;
    every_error(
        || Error::from_raw_os_error(ENOSPC),
        |name, error| assert_eq!(error.raw_os_error(), Some(ENOSPC), "{name}"),
    );
}

/// Every kind with a stable name that the system's errors have, and those that only Rust has, but
/// for the kinds that mean "try again".
#[test]
fn b16_a_kind_alone_comes_back_as_a_kind_alone() {
    let mut kinds = vec![
        ErrorKind::InvalidData,
        ErrorKind::WriteZero,
        ErrorKind::UnexpectedEof,
        ErrorKind::Other,
    ];
    for code in 1..200 {
        let kind = Error::from_raw_os_error(code).kind();
        let is_named = format!("{kind:?}") != "Uncategorized";
        if is_named && !kinds.contains(&kind) && AGAIN.iter().all(|(again, _)| *again != kind) {
            kinds.push(kind);
        }
    }
    for kind in kinds {
        let is_alone = |error: &Error| error.get_ref().is_none() && error.source().is_none();
        every_error(
            || kind.into(),
            |name, error| assert!(error.kind() == kind && is_alone(error), "{name}: {error:?}"),
        );
    }
}

/// The kinds that mean "try again", and what the peer gets instead.
const AGAIN: [(ErrorKind, ErrorKind); 2] = [
    (ErrorKind::WouldBlock, ErrorKind::TimedOut),
    (ErrorKind::Interrupted, ErrorKind::Other),
];

#[test]
fn b16_an_error_that_means_try_again_gets_another_kind_and_keeps_its_message_and_type() {
    for (kind, expected) in AGAIN {
        every_error(
            || kind.into(),
            |name, error| assert_eq!(error.kind(), expected, "{name}"),
        );
        every_error(
            || checksum_of(kind),
            |name, error| {
                assert_eq!(error.kind(), expected, "{name}");
                assert_checksum(error, name);
            },
        );
        // A message, and what the timeout of a socket returns or a signal does.
        let code = if kind == ErrorKind::WouldBlock { 11 } else { 4 };
        let mut errors: Vec<fn(ErrorKind, i32) -> Error> =
            vec![|kind, _| Error::new(kind, "no byte within 5 s")];
        if cfg!(target_os = "linux") {
            errors.push(|_, code| Error::from_raw_os_error(code));
        }
        for error in errors {
            let error = || error(kind, code);
            assert_eq!(error().kind(), kind);
            every_error(error, |name, found| {
                assert_eq!(found.kind(), expected, "{name}");
                assert_eq!(found.to_string(), error().to_string(), "{name}");
            });
        }
    }
}

/// The options are made on no path of an error, so they may panic.
#[test]
fn b25_error_on_drop_refuses_the_kinds_that_mean_try_again_and_names_them() {
    for (kind, _) in AGAIN {
        let message = panic_message(|| drop(Options::new(8).error_on_drop(kind)));
        assert!(message.contains(&format!("{kind:?}")), "{message}");
    }
}

#[test]
fn b16_the_first_reason_stands_also_one_of_the_same_half() {
    let (mut reader, mut writer) = pipe(8);
    writer.abort(checksum());
    writer.abort(RESET);
    writer.finish_with(RESET);
    writer.finish();
    let error = reader.try_read(&mut [0]).unwrap_err();
    assert_checksum(&error, "the first reason");
}
