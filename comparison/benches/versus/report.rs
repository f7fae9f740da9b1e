//! The result of a case, printed and written to a file for the tables and plots.

use std::fs::File;
use std::io::{Result, Write};
use std::path::Path;

use crate::sampling::{Case, Role, Samples};
use crate::statistics::{verdict, Spread};

/// A value for each contender, and how it compares with ours. Less is better.
pub(crate) struct Finding {
    name: String,
    unit: &'static str,
    /// The number of bytes that an operation moves, where the result is a throughput.
    bytes: Option<usize>,
    /// Ours first.
    outcomes: Vec<Outcome>,
    pub(crate) remark: Option<String>,
}

struct Outcome {
    name: &'static str,
    role: Role,
    value: Spread,
    /// The ratio of theirs to ours.
    ratio: Spread,
}

impl Finding {
    fn new(name: String, unit: &'static str, values: Vec<(&'static str, Role, &[f64])>) -> Self {
        let (_, _, ours) = values[0];
        let outcome = |(name, role, theirs)| Outcome {
            name,
            role,
            value: Spread::of(theirs),
            ratio: Spread::of_ratios(theirs, ours),
        };
        Self {
            name,
            unit,
            bytes: None,
            outcomes: values.into_iter().map(outcome).collect(),
            remark: None,
        }
    }

    /// The finding of one value for each contender, ours first.
    pub(crate) fn of_values(
        name: String,
        unit: &'static str,
        values: Vec<(&'static str, f64)>,
    ) -> Self {
        let role = |index| if index == 0 { Role::Ours } else { Role::Peer };
        let values = values.iter().enumerate();
        let values =
            values.map(|(index, (name, value))| (*name, role(index), std::slice::from_ref(value)));
        Self::new(name, unit, values.collect())
    }

    /// The findings of the samples of a case.
    pub(crate) fn of_samples(case: &Case, samples: &[Samples]) -> Vec<Self> {
        let of = |name, values: fn(&Samples) -> &[f64]| {
            let entries = case.entries.iter().zip(samples);
            let values = entries.map(|(entry, samples)| (entry.name, entry.role, values(samples)));
            Self::new(name, "ns", values.collect())
        };
        let mut time = of(case.name.clone(), |samples| &samples.time);
        time.bytes = case.bytes;
        let mut findings = vec![time];
        if case.processor {
            let name = format!("processor/{}", case.name);
            findings.push(of(name, |samples| &samples.processor));
        }
        findings
    }

    /// Prints the values of all contenders, and how they compare with ours.
    fn print(&self) {
        println!("{}", self.name);
        for outcome in &self.outcomes {
            let value = outcome.value.median;
            print!("  {:<22} {value:>12.1} {}", outcome.name, self.unit);
            match outcome.role {
                Role::Ours => self.print_spread(outcome.value),
                Role::Peer => println!("  {}  {}", outcome.ratio, verdict(outcome.ratio)),
                role => println!("  {}  ({})", outcome.ratio, role.name()),
            }
        }
        if let Some(remark) = &self.remark {
            println!("  {remark}");
        }
        println!();
    }

    fn print_spread(&self, Spread { p10, median, p90 }: Spread) {
        if p10 < p90 {
            print!("   from {p10:.1} to {p90:.1}");
        }
        if let Some(bytes) = self.bytes {
            let per_kib = median / (bytes as f64 / 1024.0);
            print!("   {per_kib:.1} ns/KiB");
        }
        println!();
    }
}

/// The file that all findings are written to, if there is one.
pub(crate) struct Report(Option<File>);

impl Report {
    pub(crate) fn new(path: Option<&Path>) -> Result<Self> {
        let mut file = path.map(File::create).transpose()?;
        if let Some(file) = &mut file {
            writeln!(
                file,
                "case,contender,role,unit,median,p10,p90,ratio_median,ratio_p10,ratio_p90,verdict"
            )?;
        }
        Ok(Self(file))
    }

    /// Prints and writes at once, so that an interrupted run leaves its findings.
    pub(crate) fn add(&mut self, finding: &Finding) {
        finding.print();
        if let Some(file) = &mut self.0 {
            let rows: String = finding.outcomes.iter().map(|o| row(finding, o)).collect();
            let written = file.write_all(rows.as_bytes());
            written.expect("the file can be written to");
        }
    }
}

fn row(finding: &Finding, outcome: &Outcome) -> String {
    let (case, unit) = (&finding.name, finding.unit);
    let (value, ratio) = (outcome.value, outcome.ratio);
    let role = outcome.role.name();
    format!(
        "{case},{},{role},{unit},{:.3},{:.3},{:.3},{:.4},{:.4},{:.4},{}\n",
        outcome.name,
        value.median,
        value.p10,
        value.p90,
        ratio.median,
        ratio.p10,
        ratio.p90,
        verdict(ratio)
    )
}
