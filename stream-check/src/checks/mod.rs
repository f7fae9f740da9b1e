//! The checks, a file for each subject.

use core::fmt;

use crate::trial::{Trial, Verdict};

mod buffered;
mod calls;
mod cancelling;
mod closing;
mod gone;
mod threads;
#[cfg(feature = "tokio")]
mod tokio;
mod transfer;
mod two_way;
mod vectored;
mod wakers;
mod waking;

/// A check: what it asks, and where that is written.
#[non_exhaustive]
pub struct Check {
    /// The name, as in a [`Report`](crate::Report).
    pub name: &'static str,
    /// What the check asks, in a sentence.
    pub asks: &'static str,
    /// Where that is written: in the documentation of the traits or of what they are modelled on,
    /// in POSIX, or in the test suites of peers.
    pub source: &'static str,
    /// It is run a second time, with the ends exchanged, if both read and write.
    pub(crate) directed: bool,
    pub(crate) run: fn(&Trial) -> Verdict,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("name", &self.name)
            .field("asks", &self.asks)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Check {
    /// A check of one direction.
    const fn new(
        name: &'static str,
        asks: &'static str,
        source: &'static str,
        run: fn(&Trial) -> Verdict,
    ) -> Self {
        Self {
            name,
            asks,
            source,
            directed: true,
            run,
        }
    }

    /// A check of both directions at once.
    const fn undirected(mut self) -> Self {
        self.directed = false;
        self
    }
}

const GROUPS: &[&[Check]] = &[
    transfer::CHECKS,
    calls::CHECKS,
    vectored::CHECKS,
    closing::CHECKS,
    gone::CHECKS,
    waking::CHECKS,
    wakers::CHECKS,
    threads::CHECKS,
    cancelling::CHECKS,
    two_way::CHECKS,
    buffered::CHECKS,
    #[cfg(feature = "tokio")]
    tokio::CHECKS,
];

/// All checks, in the order in which they are run.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    GROUPS.iter().copied().flatten()
}
