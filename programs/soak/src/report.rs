//! The progress line, and the closing table.

use core::fmt::Write as _;
use core::sync::atomic::Ordering;
use std::io::{self, IsTerminal, Write};

use crate::kinds::Kind;
use crate::places::Place;
use crate::tally::{self, Fault};

/// Prints how far the run is: over the line before on a terminal, otherwise on a line of its own.
pub(crate) fn progress(seconds: u64, resident: Option<u64>) {
    let [pairs, bytes, losses] = tally::sums();
    let resident = resident.map_or(String::new(), |kib| format!(", {} MiB resident", kib >> 10));
    let faults: u64 = Fault::ALL
        .iter()
        .map(|&(fault, _)| tally::faults(fault))
        .sum();
    let line = format!(
        "{seconds} s: {pairs} pairs, {} MiB, {faults} faults, {losses} losses{resident}",
        bytes >> 20,
    );
    let mut out = io::stdout().lock();
    // A closed output does not end the run.
    let _ = if out.is_terminal() {
        write!(out, "\r{line}\x1b[K").and_then(|()| out.flush())
    } else {
        writeln!(out, "{line}")
    };
}

/// The closing table.
pub(crate) fn table() -> String {
    let mut table = String::new();
    let mut row = |name: &str, [pairs, bytes, losses]: [u64; 3]| {
        let mib = bytes as f64 / f64::from(1 << 20);
        let _ = writeln!(table, "{name:31} {pairs:>10} {mib:>12.1} {losses:>7}");
    };
    for kind in Kind::ALL {
        row(kind.name(), tally::kind(kind).values());
    }
    row("all", tally::sums());

    let mut text = format!(
        "\n{:31} {:>10} {:>12} {:>7}\n",
        "pairs", "number", "MiB", "losses"
    );
    text.push_str(&table);
    let _ = writeln!(text, "\n{:31} {:>10}", "faults", "number");
    for (fault, name) in Fault::ALL {
        let _ = writeln!(text, "{name:31} {:>10}", tally::faults(fault));
    }
    let _ = writeln!(text, "\n{:31} {:>10}", "streams", "number");
    for from in Place::ALL {
        for to in Place::ALL {
            let name = format!("from {} to {}", from.name(), to.name());
            let streams = tally::streams(from, to).load(Ordering::Relaxed);
            let _ = writeln!(text, "{name:31} {streams:>10}");
        }
    }
    text
}
