//! This crate, with the default settings and with others.

use std::time::Duration;

use async_duplex::{Options, Reader, Writer};

use super::contender::{Contender, FuturesIo};

/// This crate.
pub(crate) enum AsyncDuplex {}

impl Contender for AsyncDuplex {
    const NAME: &'static str = "async-duplex";
    type Reader = Reader;
    type Writer = Writer;
    type Family = FuturesIo;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        async_duplex::pipe(capacity)
    }
}

/// This crate, with halves that park without spinning.
pub(crate) enum NoSpin {}

impl Contender for NoSpin {
    const NAME: &'static str = "async-duplex-no-spin";
    type Reader = Reader;
    type Writer = Writer;
    type Family = FuturesIo;

    fn pipe(capacity: usize) -> (Self::Reader, Self::Writer) {
        Options::new(capacity).spin_limit(Duration::ZERO).pipe()
    }
}
