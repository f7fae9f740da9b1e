//! The page of the documentation: a table, and each failure.

use core::fmt::Write as _;

use stream_check::{checks, Outcome, Report};

use crate::known::known;
use crate::streams::Kind;

const HEAD: &str = "# Who passes what

The checks of stream-check on streams of many crates. `cargo run -p conformance` runs them and
writes this page. A stream in memory has a capacity of 64 bytes where that can be set, and one
below TLS or yamux of 4096. Each failure was compared with the documentation and the source of its
crate; the sequence of calls shows it.

A check does not apply (n/a) where a stream lacks what it is about, for example a second direction
or a buffer.

| stream | version | traits | passed | n/a | failed |
| --- | --- | --- | --- | --- | --- |
";

/// The version of a package in the lock file.
fn version(package: &str) -> &str {
    let lock = include_str!("../../Cargo.lock");
    let entry = format!("name = \"{package}\"\nversion = \"");
    // The last entry is the latest version.
    lock.rsplit(&entry)
        .next()
        .and_then(|rest| rest.split('\"').next())
        .unwrap_or("?")
}

pub(crate) fn page(reports: &[(&Kind, Report)]) -> String {
    let mut page = HEAD.to_owned();
    for (kind, report) in reports {
        let count = |outcome: fn(&Outcome) -> bool| {
            report
                .checks()
                .iter()
                .filter(|checked| outcome(&checked.outcome))
                .count()
        };
        let passed = count(|outcome| matches!(outcome, Outcome::Passed));
        let other = count(|outcome| matches!(outcome, Outcome::NotApplicable(_)));
        let failed: Vec<_> = report
            .failed()
            .map(|checked| format!("`{}`", checked.name))
            .collect();
        let failed = if failed.is_empty() {
            "none".into()
        } else {
            failed.join(", ")
        };
        let (name, traits, version) = (kind.name, kind.traits, version(kind.package));
        let row = format!("| {name} | {version} | {traits} | {passed} | {other} | {failed} |");
        writeln!(page, "{row}").unwrap();
    }
    writeln!(page, "\n{} checks in all.\n\n## Failures", checks().count()).unwrap();
    for (kind, report) in reports {
        failures(&mut page, kind, report);
    }
    page
}

fn failures(page: &mut String, kind: &Kind, report: &Report) {
    for (i, checked) in report.failed().enumerate() {
        if i == 0 {
            writeln!(page, "\n### {} ({})", kind.name, kind.traits).unwrap();
        }
        let reason = known(kind.name)
            .iter()
            .find(|(name, _)| *name == checked.name);
        let reason = reason.map_or("Not compared with its documentation.", |(_, reason)| reason);
        writeln!(page, "\n`{}`: {reason}\n\n```text", checked.name).unwrap();
        for line in checked
            .failure()
            .map(ToString::to_string)
            .unwrap_or_default()
            .lines()
        {
            writeln!(page, "{}", without_count(line)).unwrap();
        }
        writeln!(page, "```").unwrap();
    }
}

/// How often a pending call was repeated differs from run to run.
fn without_count(line: &str) -> String {
    match line.split_once(" = Pending, ") {
        Some((call, count)) if count.len() > "10 times".len() => {
            format!("{call} = Pending, again and again")
        }
        _ => line.to_owned(),
    }
}
