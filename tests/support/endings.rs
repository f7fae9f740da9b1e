//! The ways in which a half ends, for tests that try each of them.

#![allow(dead_code)] // Each test crate uses what it needs.

use std::io::ErrorKind;

use async_duplex::{Reader, Writer};

/// Something that a half does, and its name. Returns the half, unless it was dropped.
pub(crate) type Action<H> = (&'static str, fn(H) -> Option<H>);

/// The clean ends of a writer.
pub(crate) const WRITER_ENDINGS: [Action<Writer>; 2] = [
    ("finishes", |mut writer| {
        writer.finish();
        Some(writer)
    }),
    ("is dropped", |writer| {
        drop(writer);
        None
    }),
];

/// The clean ends of a reader.
pub(crate) const READER_ENDINGS: [Action<Reader>; 2] = [
    ("closes", |mut reader| {
        reader.close();
        Some(reader)
    }),
    ("is dropped", |reader| {
        drop(reader);
        None
    }),
];

/// The kind that [`WRITER_ABORT`] and [`READER_ABORT`] abort with.
pub(crate) const ABORT: ErrorKind = ErrorKind::ConnectionReset;

pub(crate) const WRITER_ABORT: Action<Writer> = ("aborts", |mut writer| {
    writer.abort(ABORT);
    Some(writer)
});

pub(crate) const READER_ABORT: Action<Reader> = ("aborts", |mut reader| {
    reader.abort(ABORT);
    Some(reader)
});

/// Every way in which a writer ends.
pub(crate) fn writer_ends() -> impl Iterator<Item = Action<Writer>> {
    WRITER_ENDINGS.into_iter().chain([WRITER_ABORT])
}

/// Every way in which a reader ends.
pub(crate) fn reader_ends() -> impl Iterator<Item = Action<Reader>> {
    READER_ENDINGS.into_iter().chain([READER_ABORT])
}
