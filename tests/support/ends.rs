//! Everything that ends a pipe, what each half finds then, and an error of the user's.

use core::fmt;
use std::error::Error as _;
use std::io::{self, Error, ErrorKind};

use async_duplex::{pipe, AbortHandle, DuplexStream, Options, Reader, Writer};

/// The kind of `error_on_drop`.
pub(crate) const DROPPED: ErrorKind = ErrorKind::UnexpectedEof;

pub(crate) const RESET: ErrorKind = ErrorKind::ConnectionReset;

/// A pipe whose halves may be dropped.
pub(crate) struct Pipe {
    pub(crate) reader: Option<Reader>,
    pub(crate) writer: Option<Writer>,
    pub(crate) handle: AbortHandle,
}

impl Pipe {
    /// A pipe of 8 bytes. Dropping a half is an error if it is strict.
    pub(crate) fn new(strict: bool) -> Self {
        let options = Options::new(8);
        let (reader, writer) = match strict {
            true => options.error_on_drop(DROPPED).pipe(),
            false => options.pipe(),
        };
        Self {
            handle: reader.abort_handle(),
            reader: Some(reader),
            writer: Some(writer),
        }
    }

    pub(crate) fn reader(&mut self) -> &mut Reader {
        self.reader.as_mut().expect("the reader is left")
    }

    pub(crate) fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().expect("the writer is left")
    }

    /// Calls `act` with a stream that has the reader.
    fn in_stream_of_reader(&mut self, act: impl FnOnce(&mut DuplexStream)) {
        let reader = self.reader.take().expect("the reader is left");
        let mut stream = DuplexStream::new(reader, pipe(1).1);
        act(&mut stream);
        self.reader = Some(stream.split().0);
    }

    fn in_stream_of_writer(&mut self, act: impl FnOnce(&mut DuplexStream)) {
        let writer = self.writer.take().expect("the writer is left");
        let mut stream = DuplexStream::new(pipe(1).0, writer);
        act(&mut stream);
        self.writer = Some(stream.split().1);
    }
}

/// What a half finds that the ending leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found {
    /// `Ok(0)`, or `BrokenPipe`.
    Clean,
    /// The error of `error_on_drop`.
    Dropped,
    /// The error that was given.
    Given,
}

use Found::{Clean, Dropped, Given};

/// What ends a pipe.
pub(crate) struct Ending {
    pub(crate) name: &'static str,
    pub(crate) strict: bool,
    pub(crate) end: fn(&mut Pipe, Error),
    /// What the reader finds after the unread bytes.
    pub(crate) reader: Found,
    pub(crate) writer: Found,
    /// Whether the unread bytes are discarded.
    pub(crate) discards: bool,
}

/// What the reader and the writer find, and whether the unread bytes are discarded.
type Finds = (Found, Found, bool);

const CLEAN: Finds = (Clean, Clean, false);
const DROPS: Finds = (Dropped, Dropped, false);
const READER_FAILS: Finds = (Given, Clean, false);
const WRITER_ABORTS: Finds = (Given, Clean, true);
const READER_ABORTS: Finds = (Clean, Given, true);
const BOTH_FAIL: Finds = (Given, Given, true);

pub(crate) fn endings() -> impl Iterator<Item = Ending> {
    type Row = (&'static str, bool, Finds, fn(&mut Pipe, Error));
    let rows: [Row; 19] = [
        ("the writer finishes", true, CLEAN, |pipe, _| {
            pipe.writer().finish();
        }),
        (
            "the writer finishes and is dropped",
            true,
            CLEAN,
            |pipe, _| {
                pipe.writer().finish();
                pipe.writer = None;
            },
        ),
        ("the writer is dropped", false, CLEAN, |pipe, _| {
            pipe.writer = None;
        }),
        ("the strict writer is dropped", true, DROPS, |pipe, _| {
            pipe.writer = None;
        }),
        ("the writer fails", true, READER_FAILS, |pipe, error| {
            pipe.writer().finish_with(error);
        }),
        (
            "the writer fails and is dropped",
            true,
            READER_FAILS,
            |pipe, error| {
                pipe.writer().finish_with(error);
                pipe.writer = None;
            },
        ),
        ("the writer aborts", true, WRITER_ABORTS, |pipe, error| {
            pipe.writer().abort(error);
        }),
        (
            "the writer aborts and is dropped",
            true,
            WRITER_ABORTS,
            |pipe, error| {
                pipe.writer().abort(error);
                pipe.writer = None;
            },
        ),
        (
            "the writer's stream aborts",
            true,
            WRITER_ABORTS,
            |pipe, error| {
                pipe.in_stream_of_writer(|stream| stream.abort(error));
            },
        ),
        ("the reader closes", true, CLEAN, |pipe, _| {
            pipe.reader().close();
        }),
        (
            "the reader closes and is dropped",
            true,
            CLEAN,
            |pipe, _| {
                pipe.reader().close();
                pipe.reader = None;
            },
        ),
        ("the reader is dropped", false, CLEAN, |pipe, _| {
            pipe.reader = None;
        }),
        ("the strict reader is dropped", true, DROPS, |pipe, _| {
            pipe.reader = None;
        }),
        ("the reader aborts", true, READER_ABORTS, |pipe, error| {
            pipe.reader().abort(error);
        }),
        (
            "the reader aborts and is dropped",
            true,
            READER_ABORTS,
            |pipe, error| {
                pipe.reader().abort(error);
                pipe.reader = None;
            },
        ),
        (
            "the reader's stream aborts",
            true,
            READER_ABORTS,
            |pipe, error| {
                pipe.in_stream_of_reader(|stream| stream.abort(error));
            },
        ),
        ("a handle aborts", true, BOTH_FAIL, |pipe, error| {
            pipe.handle.abort(error);
        }),
        (
            "a handle of the writer's stream aborts",
            true,
            BOTH_FAIL,
            |pipe, error| {
                pipe.in_stream_of_writer(|stream| stream.abort_handle().abort(error));
            },
        ),
        (
            "a handle of the reader's stream aborts",
            true,
            BOTH_FAIL,
            |pipe, error| {
                pipe.in_stream_of_reader(|stream| stream.abort_handle().abort(error));
            },
        ),
    ];
    let ending = |(name, strict, (reader, writer, discards), end)| Ending {
        name,
        strict,
        end,
        reader,
        writer,
        discards,
    };
    rows.into_iter().map(ending)
}

/// An error of the user's, with a source.
#[derive(Debug)]
pub(crate) struct Checksum(io::Error);

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

/// An error of this kind with a message and a source.
pub(crate) fn checksum_of(kind: ErrorKind) -> Error {
    Error::new(
        kind,
        Checksum(Error::new(ErrorKind::InvalidInput, "block 7")),
    )
}

pub(crate) fn checksum() -> Error {
    checksum_of(ErrorKind::InvalidData)
}

/// Checks that `error` repeats a [`checksum`]: the user's own error is its payload or its first
/// source, and leads to the source of that.
#[track_caller]
pub(crate) fn assert_checksum(error: &Error, what: &str) {
    assert_eq!(error.to_string(), "the checksum is wrong", "{what}");
    let payload = error.get_ref().and_then(|payload| payload.downcast_ref());
    let source = || error.source()?.downcast_ref();
    let own: &Checksum = payload
        .or_else(source)
        .unwrap_or_else(|| panic!("{what}: no type"));
    assert_eq!(own.0.to_string(), "block 7", "{what}");
    assert!(
        format!("{error:?}").contains("block 7"),
        "{what}: {error:?}"
    );
}
