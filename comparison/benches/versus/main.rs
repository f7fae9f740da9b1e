//! Compares this crate with the others, in turns: the ratio of their time to ours.
//!
//! ```text
//! cargo bench --bench versus
//! cargo bench --bench versus -- --full --csv /tmp/all.csv
//! cargo bench --bench versus -- work memory/unread
//! ```
//!
//! Each contender has one short turn in each round, and only the turns of one round are compared.
//! If the machine is busy with other work for a while, this affects all turns of a round. The
//! program prints the median of the ratios, and the spread from the 10th to the 90th percentile. If
//! the spread covers 1, it prints `level`, and never a difference. The spread is meaningful after
//! about a dozen rounds, so only with `--full`.

#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

#[allow(unsafe_code)]
mod allocator;
mod duplexes;
mod memory;
mod neighbours;
#[path = "../peers/mod.rs"]
mod peers;
mod pipes;
mod report;
mod sampling;
mod statistics;
#[path = "../../../benches/support/mod.rs"]
mod support;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

use report::{Finding, Report};
use sampling::{measure, Case, Plan};
use support::executor::Peer;

/// The capacities of the pipes that are made.
const CAPACITIES: [usize; 5] = [64, 4 << 10, 64 << 10, 1 << 20, 64 << 20];

const HELP: &str = "\
Usage: cargo bench --bench versus -- [--full] [--rounds N] [--csv FILE] [WORD…]

Compares pipes in the cases whose name contains one of the words, or in all.
--full takes more and longer samples, --rounds sets their number, --csv writes all results.";

struct Options {
    words: Vec<String>,
    full: bool,
    rounds: Option<usize>,
    csv: Option<PathBuf>,
    /// Otherwise, each case runs once, and nothing is measured.
    measures: bool,
}

impl Options {
    fn parse() -> Result<Self, lexopt::Error> {
        let mut options = Self {
            words: Vec::new(),
            full: false,
            rounds: None,
            csv: None,
            measures: false,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("full") => options.full = true,
                Long("rounds") => options.rounds = Some(parser.value()?.parse()?),
                Long("csv") => options.csv = Some(parser.value()?.into()),
                // Only `cargo bench` passes this. `cargo test --benches` does not.
                Long("bench") => options.measures = true,
                Value(word) => options.words.push(word.string()?),
                _ => return Err(format!("{}\n{HELP}", argument.unexpected()).into()),
            }
        }
        Ok(options)
    }

    fn plan(&self, case: &Case) -> Plan {
        let (rounds, sample, longer) = if self.full { (31, 15, 100) } else { (7, 4, 40) };
        // A runtime takes longer to start and to settle.
        let is_longer = case.name.starts_with("work") || case.name.starts_with("neighbours");
        let sample = if is_longer { longer } else { sample };
        Plan {
            rounds: self.rounds.unwrap_or(rounds).max(1),
            sample: Duration::from_millis(sample),
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| name.contains(word))
    }
}

fn main() -> Result<(), lexopt::Error> {
    if memory::did_a_job() {
        return Ok(());
    }
    let options = Options::parse()?;
    let peer = Peer::start();
    if options.measures {
        let report = Report::new(options.csv.as_deref());
        compare(&options, &peer, &mut report.expect("the file can be made"));
    } else {
        try_out(&options, &peer);
    }
    Ok(())
}

/// All cases but those of memory, the most important ones first.
fn cases() -> Vec<Case> {
    let mut cases = duplexes::real_work();
    cases.extend(duplexes::between_threads());
    cases.extend(pipes::between_threads());
    cases.push(duplexes::neighbour());
    cases.extend(duplexes::lives());
    cases.extend(pipes::lives());
    cases.extend(pipes::on_one_thread());
    cases
}

fn compare(options: &Options, peer: &Peer, report: &mut Report) {
    for case in cases() {
        if options.wants(&case.name) {
            let samples = measure(&case, peer, options.plan(&case));
            let findings = Finding::of_samples(&case, &samples);
            findings.iter().for_each(|finding| report.add(finding));
        }
    }
    memory::look(|name| options.wants(name), |finding| report.add(finding));
}

/// Runs each case with each contender, with as few operations as possible.
fn try_out(options: &Options, peer: &Peer) {
    for case in cases().iter().filter(|case| options.wants(&case.name)) {
        for entry in &case.entries {
            (entry.run)(peer, case.least);
        }
    }
    memory::try_out();
}
