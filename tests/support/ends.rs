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

impl Found {
    /// What every read finds after the unread bytes, if `given` is the kind of the error that was
    /// given.
    pub(crate) fn by_reads(self, given: ErrorKind) -> Result<usize, ErrorKind> {
        match self {
            Clean => Ok(0),
            Dropped => Err(DROPPED),
            Given => Err(given),
        }
    }

    pub(crate) fn by_writes(self, given: ErrorKind) -> ErrorKind {
        self.by_reads(given).err().unwrap_or(ErrorKind::BrokenPipe)
    }
}

/// Who ends a pipe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum By {
    Reader,
    Writer,
    Handle,
}

/// What ends a pipe.
pub(crate) struct Ending {
    pub(crate) name: String,
    pub(crate) by: By,
    pub(crate) strict: bool,
    /// What the reader finds after the unread bytes.
    pub(crate) reader: Found,
    pub(crate) writer: Found,
    /// Whether the unread bytes are discarded.
    pub(crate) discards: bool,
    act: fn(&mut Pipe, Error),
    /// Whether the half is dropped after that.
    drops: bool,
}

impl Ending {
    pub(crate) fn end(&self, pipe: &mut Pipe, error: Error) {
        (self.act)(pipe, error);
        match self.by {
            By::Reader if self.drops => pipe.reader = None,
            By::Writer if self.drops => pipe.writer = None,
            _ => {}
        }
    }
}

/// What the reader and the writer find, and whether the unread bytes are discarded.
type Finds = (Found, Found, bool);

const CLEAN: Finds = (Clean, Clean, false);
const DROPS: Finds = (Dropped, Dropped, false);
const READER_FAILS: Finds = (Given, Clean, false);
const WRITER_ABORTS: Finds = (Given, Clean, true);
const READER_ABORTS: Finds = (Clean, Given, true);
const BOTH_FAIL: Finds = (Given, Given, true);

pub(crate) fn endings() -> Vec<Ending> {
    type Row = (&'static str, Finds, fn(&mut Pipe, Error));
    let by_writer: [Row; 5] = [
        ("dropped", DROPS, |_, _| ()),
        ("finishes", CLEAN, |pipe, _| pipe.writer().finish()),
        ("fails", READER_FAILS, |pipe, error| {
            pipe.writer().finish_with(error);
        }),
        ("aborts", WRITER_ABORTS, |pipe, error| {
            pipe.writer().abort(error);
        }),
        ("aborts its stream", WRITER_ABORTS, |pipe, error| {
            pipe.in_stream_of_writer(|stream| stream.abort(error));
        }),
    ];
    let by_reader: [Row; 4] = [
        ("dropped", DROPS, |_, _| ()),
        ("closes", CLEAN, |pipe, _| pipe.reader().close()),
        ("aborts", READER_ABORTS, |pipe, error| {
            pipe.reader().abort(error);
        }),
        ("aborts its stream", READER_ABORTS, |pipe, error| {
            pipe.in_stream_of_reader(|stream| stream.abort(error));
        }),
    ];
    let by_handle: [Row; 3] = [
        ("of the pipe", BOTH_FAIL, |pipe, error| {
            pipe.handle.abort(error);
        }),
        ("of the writer's stream", BOTH_FAIL, |pipe, error| {
            pipe.in_stream_of_writer(|stream| stream.abort_handle().abort(error));
        }),
        ("of the reader's stream", BOTH_FAIL, |pipe, error| {
            pipe.in_stream_of_reader(|stream| stream.abort_handle().abort(error));
        }),
    ];
    let of = |by| move |row| (by, row);
    let rows = (by_writer.into_iter().map(of(By::Writer)))
        .chain(by_reader.map(of(By::Reader)))
        .chain(by_handle.map(of(By::Handle)));
    let mut endings = Vec::new();
    for (by, (how, finds, act)) in rows {
        for drops in [false, true] {
            if drops && by == By::Handle {
                continue;
            }
            let strict = how != "dropped" || drops;
            let (reader, writer, discards) = if strict { finds } else { CLEAN };
            endings.push(Ending {
                name: format!("{by:?}: {how}, drops: {drops}, strict: {strict}"),
                by,
                strict,
                reader,
                writer,
                discards,
                act,
                drops: drops || how == "dropped",
            });
        }
    }
    endings
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
