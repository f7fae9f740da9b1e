//! The printed report: a table for each case when it is done, and a line for each case at the end.

use crate::field::Role;
use crate::findings::{Finding, Outcome};
use crate::statistics::Spread;

/// Prints the values of all contenders, and how they compare with ours.
pub(crate) fn print(finding: &Finding) {
    let unit = finding.unit.name();
    println!("{}", finding.label.name);
    let ours = finding.ours();
    let Spread { p10, median, p90 } = ours.value;
    print!("  {:<22} {median:>12.1} {unit}", ours.name);
    if p10 < p90 {
        print!("   from {p10:.1} to {p90:.1}");
    }
    if let Some(bytes) = finding.bytes {
        let per_kib = median / 1000.0 / (bytes as f64 / 1024.0);
        print!("   {per_kib:.4} µs/KiB");
    }
    println!();
    for outcome in finding.others() {
        let value = outcome.value.median;
        let remark = match outcome.role {
            Role::Floor => format!("{}  of the floor", ratio(outcome.ratio.inverse())),
            Role::Variant => format!("{}  (ours, not a peer)", ratio(outcome.ratio)),
            Role::Unbounded => format!("{}  (holds more)", verdict(outcome)),
            Role::Peer | Role::Ours => verdict(outcome),
        };
        println!("  {:<22} {value:>12.1} {unit}  {remark}", outcome.name);
    }
    println!();
}

/// Prints, for each case, the best of the peers and the floor.
///
/// The minimum of several noisy values is too small, so where all peers are equal, the best one
/// looks better than it is. The error is in favour of the peers.
pub(crate) fn summarize(findings: &[Finding]) {
    println!(
        "the best peer of each case: how many times as much as ours it takes; ours of the floor\n"
    );
    for finding in findings {
        let ours = finding.ours().value.median;
        let unit = finding.unit.name();
        print!("{:<36} {ours:>12.1} {unit:<5}", finding.label.name);
        if let Some(peer) = finding.best_peer() {
            print!("  {:<18} {}", peer.name, verdict(peer));
        }
        if let Some(floor) = finding.floor() {
            print!("  {} {}", floor.name, ratio(floor.ratio.inverse()));
        }
        println!();
    }
}

fn verdict(outcome: &Outcome) -> String {
    format!("{}  {:<6}", ratio(outcome.ratio), outcome.verdict)
}

fn ratio(Spread { p10, median, p90 }: Spread) -> String {
    // Enough digits for a ratio of a hundredth.
    let digits = if median < 0.1 { 4 } else { 2 };
    let spread = if p10 < p90 {
        format!("{p10:.digits$} to {p90:.digits$}")
    } else {
        String::new()
    };
    format!("×{median:<7.digits$} {spread:<16}")
}
