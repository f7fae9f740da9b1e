//! Sends a file, or generated noise, through an in-memory stream, and checks that it arrives
//! undamaged.
//!
//! ```text
//! cargo run --release --example transfer
//! cargo run --release --example transfer -- --runtime tokio --capacity 1MiB some/file
//! cargo run --release --example transfer -- --help
//! ```
//!
//! The two ends of a connection are two tasks or two threads. One end sends, and ends its
//! direction. The other end computes a checksum of all bytes that it receives, and sends it back.
//! The two functions are [`ends::send`] and [`ends::receive`]. They do not depend on a runtime.
//! Only [`run_both`] differs between runtimes.

mod arguments;
mod check;
mod ends;
mod input;
mod progress;

use core::fmt::Display;
use core::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use anyhow::{anyhow, Context, Result};
use async_duplex::duplex;
use futures_lite::future::block_on;

use arguments::{Command, Options, Runtime};

fn main() -> ExitCode {
    let command = match arguments::parse() {
        Ok(command) => command,
        Err(error) => {
            print_to_stderr(format_args!("error: {error:#}\n\nFor help, try '--help'."));
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Print(text) => print(text),
        Command::Transfer(options) => transfer(&options).and_then(print),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_to_stderr(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Transfers the bytes, and returns the line to print.
fn transfer(options: &Options) -> Result<String> {
    let input = input::open(&options.source, options.chunk)?;
    let bar = progress::bar(input.length);
    progress::exit_on_interrupt(bar.clone())?;
    print_to_stderr(format_args!("sending {}", input.name));

    let (near, far) = duplex(options.capacity);
    let check = options.check;
    let counted = bar.clone();
    let start = Instant::now();
    let both = run_both(
        options.runtime,
        ends::send(near, input, check, move |n| counted.inc(n)),
        ends::receive(far, check, options.chunk),
    );
    let seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();

    // If the sender fails, so does the receiver, but only the error of the sender has the reason.
    let (sent, received) = both?;
    let ends::Sent { bytes, checksum } = sent?;
    received?;
    Ok(format!(
        "{bytes} bytes in {seconds:.3} s, {}, both ends agree on {check} {checksum}",
        progress::rate(bytes, seconds),
    ))
}

/// Runs two futures to completion, at the same time.
fn run_both<A, B>(runtime: Runtime, a: A, b: B) -> Result<(A::Output, B::Output)>
where
    A: Future<Output: Send> + Send + 'static,
    B: Future<Output: Send> + Send + 'static,
{
    match runtime {
        Runtime::Smol => {
            // smol's executor. `smol::spawn` would run it on one thread only.
            let executor = async_executor::Executor::new();
            let (a, b) = (executor.spawn(a), executor.spawn(b));
            thread::scope(|scope| {
                let b = scope.spawn(|| block_on(executor.run(b)));
                let a = block_on(executor.run(a));
                Ok((a, b.join().map_err(|_| anyhow!("a task panicked"))?))
            })
        }
        Runtime::Tokio => {
            let tokio = tokio::runtime::Runtime::new().context("cannot start tokio")?;
            let (a, b) = (tokio.spawn(a), tokio.spawn(b));
            tokio.block_on(async { Ok((a.await?, b.await?)) })
        }
        Runtime::Threads => thread::scope(|scope| {
            let b = scope.spawn(|| block_on(b));
            let a = block_on(a);
            Ok((a, b.join().map_err(|_| anyhow!("a thread panicked"))?))
        }),
    }
}

fn print(text: impl Display) -> Result<()> {
    writeln!(io::stdout(), "{text}").context("cannot write the result")
}

/// Not `eprintln`, which panics if it cannot write to stderr.
fn print_to_stderr(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
