//! Endings with a reason: errors that keep their message and source (B16), errors after the last
//! byte (B24), halves that are dropped without having been ended (B25), and handles that abort a
//! pipe from outside (B26).

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/deadline.rs"]
mod deadline;
mod dropped;
mod finish_with;
mod handle;
mod handle_threads;
mod reasons;

use core::fmt;
use core::task::Poll;
use std::error::Error as _;
use std::io::{self, Error, ErrorKind};

use async_duplex::{Reader, Writer};
use counting_waker::CountingTask;

const RESET: ErrorKind = ErrorKind::ConnectionReset;

/// An error of the user's, with a source.
#[derive(Debug)]
struct Checksum(io::Error);

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the checksum is wrong")
    }
}

impl std::error::Error for Checksum {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// An error with a message and a source.
fn checksum() -> Error {
    let source = Error::new(ErrorKind::InvalidInput, "block 7");
    Error::new(ErrorKind::InvalidData, Checksum(source))
}

/// Checks that `error` repeats [`checksum`]: the user's own error is its first source, and what
/// that has as its source is the second.
#[track_caller]
fn assert_checksum(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert_eq!(error.to_string(), "the checksum is wrong");
    let own = error.source().expect("the error has a source");
    let own = own.downcast_ref::<Checksum>().expect("the user's type");
    let source = own.source().expect("the user's error has a source");
    assert_eq!(source.to_string(), "block 7");
    assert!(format!("{error:?}").contains("block 7"), "{error:?}");
}

/// The kind of the error that a call returns. Panics if it returns none.
#[track_caller]
fn kind_of_error(result: Poll<io::Result<usize>>) -> ErrorKind {
    match result {
        Poll::Ready(result) => result.unwrap_err().kind(),
        Poll::Pending => panic!("a call waits"),
    }
}

/// The kinds of the errors that every call of a reader returns. Panics if one returns no error.
fn kinds_of_reader(reader: &mut Reader) -> [ErrorKind; 5] {
    let task = CountingTask::new();
    let mut buf = [0; 4];
    [
        reader.try_read(&mut buf).unwrap_err().kind(),
        reader.peek(&mut buf).unwrap_err().kind(),
        kind_of_error(task.poll(|cx| reader.poll_read(cx, &mut buf))),
        kind_of_error(task.poll(|cx| reader.poll_readable(cx, 1))),
        kind_of_error(task.poll(|cx| reader.poll_fill_buf(cx).map_ok(<[u8]>::len))),
    ]
}

/// The kinds of the errors that every call of a writer returns. Panics if one returns no error.
fn kinds_of_writer(writer: &mut Writer) -> [ErrorKind; 4] {
    let task = CountingTask::new();
    [
        writer.try_write(b"x").unwrap_err().kind(),
        writer.try_write(b"").unwrap_err().kind(),
        kind_of_error(task.poll(|cx| writer.poll_write(cx, b"x"))),
        kind_of_error(task.poll(|cx| writer.poll_writable(cx, 1))),
    ]
}
