//! The load: slots that each run one pair after another.

use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::Arc;

use anyhow::anyhow;
use fastrand::Rng;
use futures_lite::FutureExt;

use crate::kinds::{self, Kind};
use crate::pair::Pair;
use crate::places::{Place, Task};
use crate::{guard, tally};

/// The number of the next pair. Its sizes and faults follow from that and from the seed.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// How many losses are described.
const DESCRIBED: u64 = 20;

/// Slots that run pairs until they are told to stop.
pub(crate) struct Load {
    stops: Arc<AtomicBool>,
    running: Arc<AtomicUsize>,
}

impl Load {
    pub(crate) fn start(slots: usize, seed: u64, only: Option<Kind>) -> Self {
        let load = Self {
            stops: Arc::default(),
            running: Arc::new(AtomicUsize::new(slots)),
        };
        for i in 0..slots {
            let (stops, running) = (load.stops.clone(), load.running.clone());
            let slot = async move {
                while !stops.load(Ordering::Relaxed) {
                    run_one(seed, only).await;
                }
                running.fetch_sub(1, Ordering::Relaxed);
            };
            match [Place::Smol, Place::Tokio][i % 2].spawn(slot) {
                Task::Smol(task) => task.detach(),
                // Dropping the handle detaches it.
                Task::Tokio(_) | Task::Thread(_) => {}
            }
        }
        load
    }

    /// Lets the pairs that have begun end, and begins no more.
    pub(crate) fn stop(&self) {
        self.stops.store(true, Ordering::Relaxed);
    }

    /// The number of slots that have not stopped.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }
}

async fn run_one(seed: u64, only: Option<Kind>) {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // Neighbouring seeds give unrelated numbers only after a good mix.
    let mut rng = Rng::with_seed(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let kind = Kind::ALL[rng.usize(0..Kind::ALL.len())];
    let pair = Arc::new(Pair::new(number, only.unwrap_or(kind)));
    guard::enter(&pair);
    let run = AssertUnwindSafe(kinds::run(&pair, &mut rng)).catch_unwind();
    let result = run
        .await
        .unwrap_or_else(|_| Err(anyhow!("a check panicked")));
    guard::leave(&pair);
    let row = tally::kind(pair.kind);
    row.add(pair.bytes(), result.is_err());
    if let Err(error) = result {
        if row.values()[2] <= DESCRIBED {
            eprintln!("\nLOSS: {error:#}\n  {pair:?}");
        }
    }
}
