//! A reader and a writer on two threads. Random bytes choose the calls of each: their sizes, which
//! of them wait and which are given up, the pauses between them, and how each half ends.
//!
//! Every byte must arrive in order, and each half must find an ending that has begun and that never
//! changes. If a thread is not woken, the run hangs: the caller has to guard it.
//!
//! `tests/threads.rs` and the fuzz target `two_threads` run it on the threads of `std`, and
//! `src/interleavings` on those of shuttle: `super::thread` is either.

#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

mod halves;
mod side;

use core::time::Duration;
use std::vec::Vec; // The library's own tests have no prelude with it.

use async_duplex::Options;

use super::data::byte;
use super::rendezvous::Rendezvous;
use super::{sizes, thread};
use halves::ENDS;
use side::{Begun, How, Side, DROPPED};

/// What two threads do with a pipe.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) capacity: u8,
    /// How much of the capacity the reader may wait for. The rest is the writer's.
    pub(crate) readable: u8,
    pub(crate) yield_every: u8,
    pub(crate) spins: bool,
    pub(crate) error_on_drop: bool,
    /// Whether the reader reads up to the end, and halves that have ended wait for their peers.
    pub(crate) goes_to_the_end: bool,
    pub(crate) reader: Vec<[u8; 3]>,
    pub(crate) writer: Vec<[u8; 3]>,
}

impl Program {
    pub(crate) fn new(mut random: impl FnMut() -> u8) -> Self {
        Self {
            // Tiny ones, at which the threads always wait for each other, among others.
            capacity: random() & [3, u8::MAX][usize::from(random() % 2)],
            readable: random(),
            yield_every: random() / 8 * u8::from(random() % 4 == 0),
            spins: random() % 3 == 0,
            error_on_drop: random() % 2 == 0,
            goes_to_the_end: random() % 2 == 0,
            reader: steps(&mut random),
            writer: steps(&mut random),
        }
    }
}

/// Calls of one half, many or few, so that many pipes end soon after their start. Others end with
/// the last call or the drop, so that long programs do more than to find an end.
fn steps(random: &mut impl FnMut() -> u8) -> Vec<[u8; 3]> {
    let len = random() >> (random() % 8);
    let mut steps: Vec<_> = (0..len).map(|_| [(); 3].map(|()| random())).collect();
    if random() % 2 == 0 {
        steps.iter_mut().for_each(|[kind, ..]| *kind %= ENDS);
        let ends = random() % 2 == 0;
        if let Some([last, ..]) = steps.last_mut().filter(|_| ends) {
            *last = ENDS + random() % ENDS.wrapping_neg();
        }
    }
    steps
}

pub(crate) fn run(program: &Program) {
    let capacity = sizes::capacity(program.capacity);
    // If both together were larger than the capacity and one more, each half could wait for the
    // other.
    let readable = 1 + usize::from(program.readable) * capacity / 256;
    let writable = capacity + 1 - readable;
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
    let last = How {
        task: 0,
        waits: program.goes_to_the_end,
    };
    let begun = [Begun::default(), Begun::default()];
    let [by_reader, by_writer] = &begun;
    let rendezvous = Rendezvous::default();
    let [reading, writing] = rendezvous.threads();
    let ((received, all, is_complete), sent) = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut side = Side::new(reader, readable, [by_reader, by_writer]);
            reading.meet();
            program.reader.iter().for_each(|step| side.step(*step));
            while program.goes_to_the_end && side.found.is_none() {
                side.read(last, 7, false);
            }
            side.closed(last, |reader, cx| reader.poll_closed(cx));
            side.end(on_drop);
            (side.moved, side.all, side.is_complete())
        });
        let mut side = Side::new(writer, writable, [by_writer, by_reader]);
        writing.meet();
        program.writer.iter().for_each(|step| side.step(*step));
        side.closed(last, |writer, cx| writer.poll_closed(cx));
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
