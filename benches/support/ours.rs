//! This crate, as it comes and told to spin.

use std::time::Duration;

use async_duplex::{DuplexStream, Options, Reader, Writer};

use super::contender::{Contender, Duplex, FuturesIo};

/// The names of [`AsyncDuplex`] and [`Spinning`].
pub(crate) const OURS: &str = "async-duplex";
pub(crate) const OURS_SPINNING: &str = "async-duplex-spinning";

/// This crate, as it comes: no call spins.
pub(crate) enum AsyncDuplex {}

impl Contender for AsyncDuplex {
    type Reader = Reader;
    type Writer = Writer;
    type Family = FuturesIo;

    fn pipe(capacity: usize) -> (Reader, Writer) {
        async_duplex::pipe(capacity)
    }
}

impl Duplex for AsyncDuplex {
    type Stream = DuplexStream;

    fn duplex(capacity: usize) -> (DuplexStream, DuplexStream) {
        async_duplex::duplex(capacity)
    }
}

/// This crate, told to spin before it waits.
pub(crate) enum Spinning {}

impl Spinning {
    fn options(capacity: usize) -> Options {
        Options::new(capacity).spin_limit(Duration::from_micros(50))
    }
}

impl Contender for Spinning {
    type Reader = Reader;
    type Writer = Writer;
    type Family = FuturesIo;

    fn pipe(capacity: usize) -> (Reader, Writer) {
        Self::options(capacity).pipe()
    }
}

impl Duplex for Spinning {
    type Stream = DuplexStream;

    fn duplex(capacity: usize) -> (DuplexStream, DuplexStream) {
        Self::options(capacity).duplex()
    }
}
