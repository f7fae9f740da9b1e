//! Counts of the whole run.

use core::sync::atomic::{AtomicU64, Ordering};

use anyhow::{ensure, Result};

use crate::kinds::Kind;
use crate::places::Place;

/// What is done to a pair, besides reads, writes and clean ends.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    CallCancelled,
    CallTimedOut,
    TaskCancelled,
    TaskPanicked,
    WakerPanicked,
    HalfDropped,
    HalfAborted,
    EndedWithError,
    CableCut,
    CallsFaulty,
    ErrorInjected,
}

impl Fault {
    pub(crate) const ALL: [(Self, &'static str); 11] = [
        (Self::CallCancelled, "calls cancelled"),
        (Self::CallTimedOut, "calls timed out"),
        (Self::TaskCancelled, "tasks cancelled"),
        (Self::TaskPanicked, "tasks panicked"),
        (Self::WakerPanicked, "wakers panicked"),
        (Self::HalfDropped, "halves dropped"),
        (Self::HalfAborted, "halves aborted"),
        (Self::EndedWithError, "ends with an error"),
        (Self::CableCut, "cables cut"),
        (Self::CallsFaulty, "short or late streams"),
        (Self::ErrorInjected, "errors injected"),
    ];
}

static FAULTS: [AtomicU64; Fault::ALL.len()] = [const { AtomicU64::new(0) }; Fault::ALL.len()];

/// Counts a fault.
pub(crate) fn count(fault: Fault) {
    FAULTS[fault as usize].fetch_add(1, Ordering::Relaxed);
}

/// How often there was a fault.
pub(crate) fn faults(fault: Fault) -> u64 {
    FAULTS[fault as usize].load(Ordering::Relaxed)
}

/// What is counted of a kind of pair, or of two places.
pub(crate) struct Row {
    pairs: AtomicU64,
    bytes: AtomicU64,
    losses: AtomicU64,
}

impl Row {
    const fn new() -> Self {
        Self {
            pairs: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            losses: AtomicU64::new(0),
        }
    }

    pub(crate) fn add(&self, bytes: u64, lost: bool) {
        self.pairs.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.losses.fetch_add(lost.into(), Ordering::Relaxed);
    }

    /// Pairs, bytes and losses.
    pub(crate) fn values(&self) -> [u64; 3] {
        [&self.pairs, &self.bytes, &self.losses].map(|value| value.load(Ordering::Relaxed))
    }
}

static KINDS: [Row; Kind::ALL.len()] = [const { Row::new() }; Kind::ALL.len()];

/// The row of a kind of pair.
pub(crate) fn kind(kind: Kind) -> &'static Row {
    &KINDS[kind as usize]
}

/// The sums of all kinds: pairs, bytes and losses.
pub(crate) fn sums() -> [u64; 3] {
    KINDS.iter().fold([0; 3], |sums, row| {
        let values = row.values();
        [0, 1, 2].map(|i| sums[i] + values[i])
    })
}

static WAKES: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];

/// Counts the wakes of a task, and the calls of its halves that had to wait.
pub(crate) fn count_wakes(wakes: u64, waits: u64) {
    for (sum, more) in WAKES.iter().zip([wakes, waits]) {
        sum.fetch_add(more, Ordering::Relaxed);
    }
}

/// Checks that there were not many more wakes than waits, over all tasks, and says how many.
pub(crate) fn check_wakes() -> Result<String> {
    let [wakes, waits] = WAKES.each_ref().map(|sum| sum.load(Ordering::Relaxed));
    let text = format!("{wakes} wakes of the tasks in which {waits} calls had to wait");
    ensure!(wakes <= waits + waits / 4, "{text}");
    Ok(text)
}

static PLACES: [[AtomicU64; Place::ALL.len()]; Place::ALL.len()] =
    [const { [const { AtomicU64::new(0) }; Place::ALL.len()] }; Place::ALL.len()];

/// The number of streams from one place to another.
pub(crate) fn streams(from: Place, to: Place) -> &'static AtomicU64 {
    &PLACES[from as usize][to as usize]
}
