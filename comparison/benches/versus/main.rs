//! Compares this crate with the others, in turns: the ratio of their time to ours.
//!
//! ```text
//! cargo bench --bench versus
//! cargo bench --bench versus -- --full --csv versus.csv
//! cargo bench --bench versus -- round-trip stream/two-threads
//! cargo bench --bench versus -- neighbours work
//! ```
//!
//! Each contender has one short turn in each round, and only the turns of one round are compared.
//! If the machine is busy with other work for a while, this affects all turns of a round. The
//! program prints the median of the ratios, and the spread from the 10th to the 90th percentile. If
//! the spread covers 1, it prints `level`, and never a difference.
//!
//! The short form takes two and a half minutes, the full one twenty. The spread is meaningful after
//! about a dozen rounds.

#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

#[allow(unsafe_code)]
mod allocator;
mod cases;
mod csv;
mod effort;
mod field;
mod findings;
mod jobs;
mod memory;
#[path = "../peers/mod.rs"]
mod peers;
mod processor;
mod report;
mod rtrb;
mod sampling;
mod statistics;
#[path = "../../../benches/support/mod.rs"]
mod support;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use tokio::runtime::Runtime;

use cases::cases;
use csv::Csv;
use field::entries;
use findings::{Finding, Unit};
use sampling::{measure, Plan};
use support::executor::Peer;
use support::workloads::Stream;
use work::Stage;

/// Compares pipes.
#[derive(Parser)]
struct Options {
    /// Only the cases whose name contains one of these
    filter: Vec<String>,
    /// All cases, with more and longer samples
    #[arg(long)]
    full: bool,
    /// The number of samples of each contender in each case
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Write all results to this file, too
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Measure; `cargo bench` passes this
    #[arg(long, hide = true)]
    bench: bool,
    /// Run each case once, and measure nothing
    #[arg(long, hide = true)]
    test: bool,
}

impl Options {
    fn plan(&self) -> Plan {
        let (rounds, sample) = if self.full { (31, 15) } else { (7, 4) };
        Plan {
            rounds: self.rounds.map_or(rounds, usize::from),
            sample: Duration::from_millis(sample),
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.filter.is_empty() || self.filter.iter().any(|part| name.contains(part))
    }
}

fn main() {
    if memory::did_a_job() {
        return;
    }
    let options = Options::parse();
    let stage = Stage {
        peer: Peer::start(),
        runtime: Runtime::new().expect("there are threads left"),
    };
    // `cargo test --benches` only checks that everything runs.
    if options.bench && !options.test {
        compare(&options, &stage);
    } else {
        try_out(&options, &stage);
    }
}

fn compare(options: &Options, stage: &Stage) {
    let mut csv = options
        .csv
        .as_deref()
        .map(|path| Csv::create(path).expect("the file can be made"));
    let mut findings = Vec::new();
    let mut found = |finding: Finding| {
        report::print(&finding);
        if let Some(csv) = &mut csv {
            csv.write(&finding).expect("the file can be written to");
        }
        findings.push(finding);
    };
    // Memory first, before other cases have left anything but waiting threads.
    memory::look(options.full, |name| options.wants(name), &mut found);
    effort::count(|name| options.wants(name), &mut found);
    for case in cases(options.full) {
        if options.wants(&case.label.name) {
            let entries = entries(case.work);
            let samples = measure(case.work, &entries, stage, options.plan(), |sample| {
                sample()
            });
            let values = (Unit::Nanoseconds, case.work.bytes());
            let contenders = entries.iter().map(|entry| (entry.name, entry.role));
            found(Finding::of_samples(
                case.label, values, contenders, &samples,
            ));
        }
    }
    processor::compare(
        stage,
        options.plan(),
        |name| options.wants(name),
        &mut found,
    );
    jobs::compare(
        options.plan().rounds,
        |name| options.wants(name),
        &mut found,
    );
    report::summarize(&findings);
}

/// Runs each case with each contender, with as few operations as possible.
fn try_out(options: &Options, stage: &Stage) {
    memory::try_out();
    effort::efforts(
        Stream {
            chunk: 64,
            capacity: 128,
        },
        4,
    );
    let wanted = |case: &cases::Case| options.wants(&case.label.name);
    for case in cases(true).into_iter().filter(wanted) {
        for entry in entries(case.work) {
            (entry.time)(case.work, stage, case.work.unit());
        }
    }
    jobs::try_out(|name| options.wants(name));
}
