//! A reader and a writer on two threads. Random bytes choose the calls of each: their sizes, which
//! of them wait and which are given up, the pauses between them, and how each half ends.
//!
//! Every byte must arrive in order, and each half must find an ending that has begun and that never
//! changes. If a thread is not woken, the run hangs: the caller has to guard it.
//!
//! `tests/threads.rs` and the fuzz target `two_threads` run it.

#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

mod halves;
mod side;

use core::time::Duration;
use std::thread;

use async_duplex::Options;

use super::rendezvous::Rendezvous;
use super::sizes;
use side::{Begun, How, Side, DROPPED};

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
    let on_drop = if program.error_on_drop {
        Err(DROPPED)
    } else {
        Ok(())
    };
    let begun = [Begun::default(), Begun::default()];
    let [by_reader, by_writer] = &begun;
    let rendezvous = Rendezvous::default();
    let [reading, writing] = rendezvous.threads();
    let ((received, all, is_complete), sent) = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut side = Side::new(reader, [by_reader, by_writer]);
            reading.meet();
            program.reader.iter().for_each(|step| side.step(*step));
            while program.reads_to_the_end && side.found.is_none() {
                side.read(How::from_byte(0), 7, false);
            }
            side.end(on_drop);
            (side.moved, side.all, side.is_complete())
        });
        let mut side = Side::new(writer, [by_writer, by_reader]);
        writing.meet();
        program.writer.iter().for_each(|step| side.step(*step));
        side.end(on_drop);
        let sent = side.moved;
        drop(side);
        (reader.join().expect("the reader has not panicked"), sent)
    });
    assert!(received <= sent, "{received} of {sent} bytes");
    assert_eq!(all.unwrap_or(sent), sent, "bytes after the last ones");
    assert!(
        !is_complete || received == sent,
        "{received} of {sent} bytes before the end"
    );
}
