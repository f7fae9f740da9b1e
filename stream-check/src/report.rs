//! What the checks have found.

use core::fmt;

use crate::checks::checks;

/// The outcome of each check.
#[derive(Clone, Debug)]
#[must_use = "a report says nothing by itself: print it, or call one of its assertions"]
pub struct Report {
    pub(crate) checks: Vec<Checked>,
}

/// A check and its outcome.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Checked {
    /// The name of the check.
    pub name: &'static str,
    /// What the check asks, in a sentence.
    pub asks: &'static str,
    /// Where that is written.
    pub source: &'static str,
    /// What it has found.
    pub outcome: Outcome,
}

/// What a check has found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The streams do what the check asks.
    Passed,
    /// They do not.
    Failed(Failure),
    /// The check does not apply to these streams, for this reason.
    NotApplicable(String),
}

/// How streams have failed a check.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// What the check expected.
    pub expected: String,
    /// What it has seen instead.
    pub seen: String,
    /// The calls on the pair, in order, with their results. A long sequence is cut in the middle.
    /// There are none where several threads made calls at a time.
    pub calls: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "expected: {}", self.expected)?;
        write!(f, "seen:     {}", self.seen)?;
        for call in &self.calls {
            write!(f, "\n    {call}")?;
        }
        Ok(())
    }
}

impl Checked {
    /// How the streams have failed the check, if they have.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            Outcome::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Outcome::Passed => write!(f, "passed   {}", self.name),
            Outcome::NotApplicable(why) => write!(f, "-        {}: {why}", self.name),
            Outcome::Failed(failure) => {
                let (asks, source) = (self.asks, self.source);
                write!(f, "FAILED   {}\n  {asks}\n  ({source})", self.name)?;
                for line in failure.to_string().lines() {
                    write!(f, "\n  {line}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for checked in &self.checks {
            writeln!(f, "{checked}")?;
        }
        let failed = self.failed().count();
        let passed = |checked: &&Checked| matches!(checked.outcome, Outcome::Passed);
        let passed = self.checks.iter().filter(passed).count();
        let rest = self.checks.len() - failed - passed;
        write!(f, "{passed} passed, {failed} failed, {rest} not applicable")
    }
}

impl Report {
    /// Each check that was run, in order.
    pub fn checks(&self) -> &[Checked] {
        &self.checks
    }

    /// Each check that has failed.
    pub fn failed(&self) -> impl Iterator<Item = &Checked> {
        self.checks
            .iter()
            .filter(|checked| checked.failure().is_some())
    }

    /// Panics, with the report, if a check has failed.
    #[track_caller]
    pub fn assert_conforms(&self) {
        self.assert_all_but(&[]);
    }

    /// Panics, with the report, if a check has failed that is not in the list of known deviations,
    /// each a name and a reason, or if one in the list has not failed.
    ///
    /// A check that was not run, because of [`only`](crate::Checks::only), may be in the list.
    #[track_caller]
    pub fn assert_all_but(&self, known: &[(&str, &str)]) {
        let mut wrong = Vec::new();
        for checked in self.failed() {
            if !known.iter().any(|(name, _)| *name == checked.name) {
                wrong.push(checked.to_string());
            }
        }
        for (name, reason) in known {
            let listed = known.iter().filter(|(other, _)| other == name).count();
            let run = self.checks.iter().find(|checked| checked.name == *name);
            wrong.push(if !checks().any(|check| check.name == *name) {
                format!("there is no check `{name}`")
            } else if reason.trim().is_empty() || listed > 1 {
                format!("the known deviation `{name}` needs one reason, once")
            } else if run.is_some_and(|checked| checked.failure().is_none()) {
                format!("`{name}` does not fail, but is a known deviation: {reason}")
            } else {
                continue;
            });
        }
        let wrong = wrong.join("\n");
        assert!(wrong.is_empty(), "the streams do not conform:\n{wrong}");
    }
}
