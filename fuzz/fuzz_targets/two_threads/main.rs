//! A reader and a writer on two threads. The input has the calls of each: their sizes, which of
//! them wait and which are given up, the pauses between them, and how each half ends.
//!
//! Every byte must arrive in order, and each half must find an ending that has begun and that never
//! changes. An execution in which a thread is not woken hangs, and the watchdog reports it.

#![no_main]

mod read;
#[path = "../../../tests/support/rendezvous.rs"]
mod rendezvous;
mod side;
#[path = "../support/mod.rs"]
mod support;
mod watchdog;
mod write;

use core::time::Duration;
use std::thread;

use async_duplex::Options;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use rendezvous::Rendezvous;
use side::{Endings, DROPPED};
use support::sizes::Capacity;

const SPIN_LIMIT: Duration = Duration::from_micros(50);

#[derive(Debug, Arbitrary)]
struct Input {
    capacity: Capacity,
    yield_every: u8,
    spins: bool,
    error_on_drop: bool,
    reader: Vec<read::Step>,
    reads_to_the_end: bool,
    writer: Vec<write::Step>,
}

fuzz_target!(init: watchdog::start(), |input: Input| {
    let _running = watchdog::watch();
    let mut options = Options::new(input.capacity.0).yield_every(input.yield_every.into());
    if input.spins {
        options = options.spin_limit(SPIN_LIMIT);
    }
    if input.error_on_drop {
        options = options.error_on_drop(DROPPED);
    }
    let (reader, writer) = options.pipe();
    let endings = Endings::new(input.error_on_drop);
    let rendezvous = Rendezvous::default();
    let [reading, writing] = rendezvous.threads();

    let (read, sent) = thread::scope(|scope| {
        let (endings, input) = (&endings, &input);
        let reader = scope.spawn(move || {
            reading.meet();
            read::run(reader, &input.reader, input.reads_to_the_end, endings)
        });
        writing.meet();
        let sent = write::run(writer, &input.writer, endings);
        (reader.join().expect("a panic aborts"), sent)
    });
    assert!(read.received <= sent, "{} of {sent} bytes", read.received);
    if read.found_the_end {
        assert_eq!(read.received, sent, "bytes before the end");
    }
});
