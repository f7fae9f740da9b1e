//! Loads the crate for minutes, injects faults, and checks the bytes and the end of every stream.
//!
//! ```text
//! cargo run --release --example soak
//! cargo run --release --example soak -- --minutes 1 --seed 7
//! cargo run --release --example soak -- --help
//! ```
//!
//! A thousand pairs of ends exist at a time, on two work-stealing runtimes and on threads. Each has
//! a kind, random sizes, and an end or a fault that follows from the kind. When it has ended, its
//! bytes, what both halves saw and the number of its wakes are checked, and the next pair begins.
//!
//! The run begins with a warm-up. After it and at the end, all pairs have ended, so as many bytes
//! must be allocated as before. A pair that makes no progress for a minute ends the run.

#![allow(clippy::std_instead_of_alloc)] // A program has `std`.

mod arguments;
mod guard;
mod kinds;
mod load;
mod memory;
mod noise;
mod pair;
mod places;
mod receiving;
mod report;
mod sending;
mod shape;
mod side;
mod tally;

use core::time::Duration;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use arguments::{Command, Options};
use guard::Guard;
use load::Load;
use memory::Memory;

fn main() -> ExitCode {
    match arguments::parse() {
        Ok(Command::Help(text)) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Ok(Command::Soak(options)) => soak(&options),
        Err(error) => {
            eprintln!("error: {error:#}\n\nFor help, try '--help'.");
            ExitCode::from(2)
        }
    }
}

fn soak(options: &Options) -> ExitCode {
    println!("seed {}, {} pairs at a time", options.seed, options.pairs);
    places::start();
    let mut run = Run {
        options,
        start: Instant::now(),
        guard: Guard::default(),
        memory: Memory::default(),
    };
    run.load_until(options.duration / 5);
    run.memory.end_warm_up();
    run.load_until(options.duration);

    println!("{}", report::table());
    let [pairs, _, losses] = tally::sums();
    let mut ok = losses == 0;
    for check in [tally::check_wakes(), run.memory.check()] {
        match check {
            Ok(text) => println!("{text}"),
            Err(error) => {
                ok = false;
                println!("TOO MUCH: {error}");
            }
        }
    }
    let result = if ok { "passed" } else { "FAILED" };
    println!("{pairs} pairs, {losses} losses: {result}");
    ExitCode::from(u8::from(!ok))
}

struct Run<'a> {
    options: &'a Options,
    start: Instant,
    guard: Guard,
    memory: Memory,
}

impl Run<'_> {
    /// Runs pairs until this long after the start, and waits for the end of each.
    fn load_until(&mut self, end: Duration) {
        let load = Load::start(self.options.pairs, self.options.seed, self.options.only);
        while load.running() > 0 {
            thread::sleep(Duration::from_secs(1));
            if self.start.elapsed() >= end {
                load.stop();
            }
            self.guard.tick();
            let resident = self.memory.sample();
            report::progress(self.start.elapsed().as_secs(), resident);
        }
    }
}
