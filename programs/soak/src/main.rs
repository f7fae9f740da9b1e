//! Loads the crate for minutes, and checks the bytes and the end of every stream.
//!
//! ```text
//! cargo run --release --example soak
//! cargo run --release --example soak -- --minutes 1 --seed 7
//! ```
//!
//! A thousand pipes exist at a time, whose halves run on two work-stealing runtimes and on threads.
//! Each has random sizes and random ends: a half finishes, aborts, panics, is dropped or cancelled,
//! or a handle cuts the pipe. The program checks the bytes and what both halves saw.
//!
//! No pipe is left after a warm-up and at the end. As many bytes must be allocated at both times.
//! A pipe that makes no progress for a minute ends the run.

#![allow(clippy::std_instead_of_alloc)] // A program has `std`.

mod load;
mod memory;
mod moving;
mod noise;
mod pair;
mod places;

use core::time::Duration;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use anyhow::{ensure, Result};
use lexopt::prelude::*;

use load::Load;
use memory::Allocated;

const HELP: &str = "\
Usage: soak [--minutes MINUTES | --seconds SECONDS] [--pairs PAIRS] [--seed SEED]

Ten minutes, 1000 pairs of halves at a time and a random seed are the default.
The exit status is 1 if a byte or an end was lost or memory was leaked, and 3 after a hang.";

struct Arguments {
    duration: Duration,
    pairs: usize,
    seed: u64,
}

/// Parses the command line. Returns `None` if it asks for help.
fn parse() -> Result<Option<Arguments>> {
    let mut arguments = Arguments {
        duration: Duration::from_secs(600),
        pairs: 1000,
        seed: fastrand::u64(..),
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("minutes") => {
                let minutes: u64 = parser.value()?.parse()?;
                arguments.duration = Duration::from_secs(minutes.saturating_mul(60));
            }
            Long("seconds") => arguments.duration = Duration::from_secs(parser.value()?.parse()?),
            Long("pairs") => arguments.pairs = parser.value()?.parse()?,
            Long("seed") => arguments.seed = parser.value()?.parse()?,
            _ => return Err(argument.unexpected().into()),
        }
    }
    let is_enough = arguments.pairs > 0 && arguments.duration >= Duration::from_secs(2);
    ensure!(is_enough, "at least one pair and two seconds are needed");
    Ok(Some(arguments))
}

fn main() -> ExitCode {
    match parse() {
        Ok(None) => println!("{HELP}"),
        Ok(Some(arguments)) => return soak(&arguments),
        Err(error) => {
            eprintln!("error: {error:#}\n\n{HELP}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn soak(arguments: &Arguments) -> ExitCode {
    let Arguments {
        duration,
        pairs,
        seed,
    } = *arguments;
    println!("seed {seed}, {pairs} pairs at a time");
    places::start();
    let start = Instant::now();
    let load_until = |end: Duration| {
        let load = Load::start(pairs, seed);
        while load.is_running() {
            thread::sleep(Duration::from_secs(1));
            if start.elapsed() >= end {
                load.stop();
            }
            load::guard();
            println!("{} s: {}", start.elapsed().as_secs(), load::summary());
        }
    };
    load_until(duration / 5);
    let warm_up = Allocated::now();
    load_until(duration);

    let leaked = Allocated::now().since(warm_up);
    match &leaked {
        Ok(text) => println!("{text}"),
        Err(error) => println!("TOO MUCH: {error}"),
    }
    let passed = load::losses() == 0 && leaked.is_ok();
    let result = if passed { "passed" } else { "FAILED" };
    println!("{}: {result}", load::summary());
    ExitCode::from(u8::from(!passed))
}
