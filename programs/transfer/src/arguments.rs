//! The arguments of the command line.

use std::path::PathBuf;

use anyhow::{bail, Context, Result};
use lexopt::prelude::*;

use crate::check::Check;
use crate::input::Source;

const GIB: u64 = 1 << 30;

const VERSION: &str = concat!("transfer ", env!("CARGO_PKG_VERSION"));

const HELP: &str = "\
Sends a file, or generated noise, through an in-memory stream, and checks that it arrives undamaged.

Usage: transfer [OPTIONS] [FILE]

Arguments:
  [FILE]  The file to send; without it, noise

Options:
      --size <SIZE>        Size of the noise [default: 1GiB]
      --runtime <RUNTIME>  Runtime of the two ends [default: smol]
                             smol: two tasks on smol's executor with two threads
                             tokio: two tasks on a multi-threaded tokio runtime
                             threads: no runtime, two threads that block
      --capacity <SIZE>    Capacity of the stream, in each direction [default: 64KiB]
      --chunk <SIZE>       Size of the parts that are read and sent [default: 64KiB]
      --check <CHECK>      Checksum that both ends compute [default: xxh3]
                             xxh3: about as fast as a copy
                             sha256: slower than the stream
  -h, --help               Print help
  -V, --version            Print version

Sizes are in bytes, or have a unit: 64KiB, 10MiB, 1GiB, 2TiB, or K, M, G and T for short.
Upper and lower case are the same.";

/// What the program is to do.
pub(crate) enum Command {
    Print(&'static str),
    Transfer(Options),
}

/// The settings of a transfer.
pub(crate) struct Options {
    pub(crate) source: Source,
    pub(crate) runtime: Runtime,
    pub(crate) capacity: usize,
    pub(crate) chunk: usize,
    pub(crate) check: Check,
}

/// The runtime of the two ends.
#[derive(Clone, Copy)]
pub(crate) enum Runtime {
    Smol,
    Tokio,
    Threads,
}

pub(crate) fn parse() -> Result<Command> {
    let mut file = None;
    let mut noise = None;
    let mut runtime = Runtime::Smol;
    let mut capacity = 64 << 10;
    let mut chunk = 64 << 10;
    let mut check = Check::Xxh3;

    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Print(HELP)),
            Short('V') | Long("version") => return Ok(Command::Print(VERSION)),
            Long("size") => noise = Some(value(&mut arguments, "--size", size)?),
            Long("runtime") => runtime = value(&mut arguments, "--runtime", runtime_of)?,
            Long("capacity") => capacity = value(&mut arguments, "--capacity", buffer_size)?,
            Long("chunk") => chunk = value(&mut arguments, "--chunk", buffer_size)?,
            Long("check") => check = value(&mut arguments, "--check", check_of)?,
            Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            _ => return Err(argument.unexpected().into()),
        }
    }
    let source = match (file, noise) {
        (Some(_), Some(_)) => bail!("--size cannot be used with a file"),
        (Some(path), None) => Source::File(path),
        (None, size) => Source::Noise(size.unwrap_or(GIB)),
    };
    Ok(Command::Transfer(Options {
        source,
        runtime,
        capacity,
        chunk,
        check,
    }))
}

/// Parses the value of the option `name`.
fn value<T>(
    arguments: &mut lexopt::Parser,
    name: &'static str,
    parse: fn(&str) -> Result<T>,
) -> Result<T> {
    let text = arguments.value()?.string()?;
    parse(&text).with_context(|| format!("invalid value '{text}' for {name}"))
}

fn runtime_of(text: &str) -> Result<Runtime> {
    match text {
        "smol" => Ok(Runtime::Smol),
        "tokio" => Ok(Runtime::Tokio),
        "threads" => Ok(Runtime::Threads),
        _ => bail!("must be one of smol, tokio, threads"),
    }
}

fn check_of(text: &str) -> Result<Check> {
    match text {
        "xxh3" => Ok(Check::Xxh3),
        "sha256" => Ok(Check::Sha256),
        _ => bail!("must be one of xxh3, sha256"),
    }
}

/// Parses a size such as `4096`, `64KiB` or `1g`.
fn size(text: &str) -> Result<u64> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = &text[..text.len() - unit.len()];
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kib" => 10,
        "m" | "mib" => 20,
        "g" | "gib" => 30,
        "t" | "tib" => 40,
        _ => bail!("not a size such as 4096, 64KiB, 10MiB, 1GiB or 2TiB"),
    };
    let bytes = number.parse::<u64>()?.checked_mul(1 << shift);
    bytes.with_context(|| format!("more than {} bytes", u64::MAX))
}

/// Parses the size of a buffer, which has to fit into memory.
fn buffer_size(text: &str) -> Result<usize> {
    match size(text)? {
        n @ 1..=GIB => Ok(n as usize),
        _ => bail!("must be from 1 byte to 1 GiB"),
    }
}
