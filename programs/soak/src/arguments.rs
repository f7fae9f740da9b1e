//! The arguments of the command line.

use core::time::Duration;

use anyhow::{bail, Context, Result};
use lexopt::prelude::*;

use crate::kinds::Kind;

const HELP: &str = "\
Loads async-duplex, injects faults, and checks the bytes and the end of every stream.

Usage: soak [OPTIONS]

Options:
      --minutes <MINUTES>  How long to run [default: 10]
      --seconds <SECONDS>  The same in seconds
      --pairs <PAIRS>      Pairs of ends that exist at a time [default: 1000]
      --seed <SEED>        Seed of sizes and faults [default: a random one, which is printed]
      --kind <KIND>        Only this kind of pair, a name from the closing table
  -h, --help               Print help

The exit status is 1 if a byte or an end was lost or memory was leaked, and 3 after a hang.";

/// What the program is to do.
pub(crate) enum Command {
    Help(&'static str),
    Soak(Options),
}

/// The settings of a run.
pub(crate) struct Options {
    pub(crate) duration: Duration,
    pub(crate) pairs: usize,
    pub(crate) seed: u64,
    pub(crate) only: Option<Kind>,
}

pub(crate) fn parse() -> Result<Command> {
    let mut options = Options {
        duration: Duration::from_secs(600),
        pairs: 1000,
        seed: fastrand::u64(..),
        only: None,
    };
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help(HELP)),
            Long("minutes") => {
                let minutes: u64 = arguments.value()?.parse()?;
                options.duration = Duration::from_secs(minutes.saturating_mul(60));
            }
            Long("seconds") => options.duration = Duration::from_secs(arguments.value()?.parse()?),
            Long("pairs") => options.pairs = arguments.value()?.parse()?,
            Long("seed") => options.seed = arguments.value()?.parse()?,
            Long("kind") => {
                let name = arguments.value()?.string()?;
                let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
                options.only = Some(kind.with_context(|| format!("there is no kind '{name}'"))?);
            }
            _ => return Err(argument.unexpected().into()),
        }
    }
    if options.pairs == 0 || options.duration < Duration::from_secs(2) {
        bail!("at least one pair and two seconds are needed");
    }
    Ok(Command::Soak(options))
}
