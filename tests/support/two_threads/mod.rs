//! A reader and a writer on two threads. Random bytes choose the calls of each: their sizes, which
//! of them wait and which are given up, the pauses between them, and how each half ends.
//!
//! Every byte must arrive in order, and each half must find an ending that has begun and that never
//! changes. If a thread is not woken, the run hangs: the caller has to guard it.
//!
//! `tests/threads` and the fuzz target `two_threads` run it.

#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

mod read;
mod side;
mod write;

use core::time::Duration;
use std::thread;

use async_duplex::Options;

use super::rendezvous::Rendezvous;
use super::sizes;
use side::{Endings, DROPPED};

/// What two threads do with a pipe.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) capacity: u8,
    pub(crate) yield_every: u8,
    pub(crate) spins: bool,
    pub(crate) error_on_drop: bool,
    pub(crate) reads_to_the_end: bool,
    pub(crate) reader: Vec<[u8; 3]>,
    pub(crate) writer: Vec<[u8; 3]>,
}

pub(crate) fn run(program: &Program) {
    let capacity = sizes::capacity(program.capacity);
    let mut options = Options::new(capacity).yield_every(program.yield_every.into());
    if program.spins {
        options = options.spin_limit(Duration::from_micros(50));
    }
    if program.error_on_drop {
        options = options.error_on_drop(DROPPED);
    }
    let (reader, writer) = options.pipe();
    let endings = &Endings::new(program.error_on_drop);
    let rendezvous = Rendezvous::default();
    let [reading, writing] = rendezvous.threads();
    let (read, sent) = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            reading.meet();
            read::run(reader, &program.reader, program.reads_to_the_end, endings)
        });
        writing.meet();
        let sent = write::run(writer, &program.writer, endings);
        (reader.join().expect("the reader has not panicked"), sent)
    });
    assert!(read.received <= sent, "{} of {sent} bytes", read.received);
    if read.found_the_end {
        assert_eq!(read.received, sent, "bytes before the end");
    }
}
