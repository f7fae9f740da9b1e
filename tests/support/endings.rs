//! How a half can end, for tests that go through all the ways.

#![allow(dead_code)] // Each test crate uses what it needs.

use std::io::ErrorKind;

use async_duplex::{Reader, Writer};

/// Something that a half can do, in words and in deed. What is left of the half comes back.
pub(crate) type Deed<H> = (&'static str, fn(H) -> Option<H>);

/// The clean ends of a writer.
pub(crate) const WRITER_ENDINGS: [Deed<Writer>; 2] = [
    ("closes", |mut writer| {
        writer.finish();
        Some(writer)
    }),
    ("is dropped", |writer| {
        drop(writer);
        None
    }),
];

/// The clean ends of a reader.
pub(crate) const READER_ENDINGS: [Deed<Reader>; 2] = [
    ("closes", |mut reader| {
        reader.close();
        Some(reader)
    }),
    ("is dropped", |reader| {
        drop(reader);
        None
    }),
];

/// What [`WRITER_ABORTS`] and [`READER_ABORTS`] abort with.
pub(crate) const ABORT: ErrorKind = ErrorKind::ConnectionReset;

pub(crate) const WRITER_ABORTS: Deed<Writer> = ("aborts", |mut writer| {
    writer.abort(ABORT);
    Some(writer)
});

pub(crate) const READER_ABORTS: Deed<Reader> = ("aborts", |mut reader| {
    reader.abort(ABORT);
    Some(reader)
});

/// Every way in which a writer ends.
pub(crate) fn writer_ends() -> impl Iterator<Item = Deed<Writer>> {
    WRITER_ENDINGS.into_iter().chain([WRITER_ABORTS])
}

/// Every way in which a reader ends.
pub(crate) fn reader_ends() -> impl Iterator<Item = Deed<Reader>> {
    READER_ENDINGS.into_iter().chain([READER_ABORTS])
}
