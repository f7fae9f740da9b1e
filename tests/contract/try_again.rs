//! B16: `WouldBlock` and `Interrupted` mean "try again" to a caller, so the peer of a half that
//! ends with one of them gets another kind.

use std::io::{Error, ErrorKind};

use async_duplex::{duplex, pipe, AbortHandle, Options, Reader, Writer};

use crate::counting_waker::{as_poll, failed, ready};
use crate::every_call::{reads, writes};
use crate::panics::panic_of;
use crate::read_up_to;

/// The kinds that mean "try again", and what a peer gets in their place.
const KINDS: [(ErrorKind, ErrorKind); 2] = [
    (ErrorKind::WouldBlock, ErrorKind::TimedOut),
    (ErrorKind::Interrupted, ErrorKind::Other),
];

/// Calls `check` with each kind, and with each error of that kind: with a message and without one.
fn every_error(check: impl Fn(ErrorKind, &dyn Fn() -> Error)) {
    for (given, got) in KINDS {
        check(got, &|| Error::new(given, "the user's"));
        check(got, &|| given.into());
    }
}

/// Checks that what an error says is left, if it says anything but its kind.
#[track_caller]
fn assert_keeps_message(given: &Error, got: &Error) {
    if let Some(message) = given.get_ref() {
        assert_eq!(got.to_string(), message.to_string());
    }
}

#[test]
fn b16_a_writers_abort_with_a_kind_that_means_try_again_becomes_another_kind() {
    every_error(|kind, error| {
        let (mut reader, mut writer) = pipe(4);
        assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
        writer.abort(error());
        assert_eq!(reads(&mut reader), [failed(kind); 6]);
        assert_keeps_message(&error(), &reader.try_read(&mut [0]).unwrap_err());
    });
}

#[test]
fn b16_a_readers_abort_with_a_kind_that_means_try_again_becomes_another_kind() {
    every_error(|kind, error| {
        let (mut reader, mut writer) = pipe(4);
        reader.abort(error());
        assert_eq!(writes(&mut writer), [failed(kind); 7]);
        assert_keeps_message(&error(), &writer.try_write(b"x").unwrap_err());
    });
}

#[test]
fn b16_an_abort_of_a_stream_with_a_kind_that_means_try_again_becomes_another_kind() {
    every_error(|kind, error| {
        let (mut near, mut far) = duplex(4);
        near.abort(error());
        let (reader, writer) = far.halves();
        assert_eq!(reads(reader), [failed(kind); 6]);
        assert_eq!(writes(writer), [failed(kind); 7]);
    });
}

#[test]
fn b24_a_finish_with_a_kind_that_means_try_again_becomes_another_kind_after_the_last_byte() {
    every_error(|kind, error| {
        let (mut reader, mut writer) = pipe(4);
        assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
        writer.finish_with(error());
        assert_eq!(read_up_to(&mut reader, 2), b"ab");
        assert_eq!(reads(&mut reader), [failed(kind); 6]);
        assert_keeps_message(&error(), &reader.try_read(&mut [0]).unwrap_err());
    });
}

#[test]
fn b26_an_abort_of_a_handle_with_a_kind_that_means_try_again_becomes_another_kind() {
    let of: [fn(&Reader, &Writer) -> AbortHandle; 2] = [
        |reader, _| reader.abort_handle(),
        |_, writer| writer.abort_handle(),
    ];
    for handle in of {
        every_error(|kind, error| {
            let (mut reader, mut writer) = pipe(4);
            handle(&reader, &writer).abort(error());
            assert_eq!(reads(&mut reader), [failed(kind); 6]);
            assert_eq!(writes(&mut writer), [failed(kind); 7]);
        });
    }
}

#[test]
fn b16_an_abort_after_the_end_changes_nothing_whatever_its_kind() {
    every_error(|_, error| {
        let (mut reader, mut writer) = pipe(4);
        writer.finish();
        writer.abort(error());
        assert_eq!(reads(&mut reader), [ready(0); 6]);
        reader.abort(error());
        assert_eq!(writes(&mut writer), [failed(ErrorKind::BrokenPipe); 7]);
    });
}

#[test]
fn b25_error_on_drop_refuses_a_kind_that_means_try_again_and_names_it() {
    for (kind, _) in KINDS {
        let panic = panic_of(|| drop(Options::new(1).error_on_drop(kind)));
        let message = &panic.message;
        assert!(message.contains(&format!("{kind:?}")), "{message}");
    }
}
