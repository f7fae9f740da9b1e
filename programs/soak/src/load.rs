//! The load: slots that each run one pair of halves after another, the counts of the whole run, and
//! the guard against pairs that make no progress.

use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::collections::HashMap;
use std::process;
use std::sync::{Arc, LazyLock, Mutex};

use anyhow::anyhow;
use fastrand::Rng;
use futures_lite::FutureExt;

use crate::pair::Pair;
use crate::places::Place;

/// How many times in a row a pair may be found without progress, once a second.
const LIMIT: u32 = 60;

/// The number of the next pair. Its sizes and ends follow from that and from the seed.
static NEXT: AtomicU64 = AtomicU64::new(0);

static PAIRS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static LOSSES: AtomicU64 = AtomicU64::new(0);

pub(crate) fn losses() -> u64 {
    LOSSES.load(Ordering::Relaxed)
}

pub(crate) fn summary() -> String {
    let pairs = PAIRS.load(Ordering::Relaxed);
    let mib = BYTES.load(Ordering::Relaxed) >> 20;
    format!("{pairs} pairs, {mib} MiB, {} losses", losses())
}

/// A pair that runs, its progress when it was looked at last, and how many times that was the same.
type Watched = (Arc<Pair>, u64, u32);

static RUNNING: LazyLock<Mutex<HashMap<u64, Watched>>> = LazyLock::new(Mutex::default);

/// To be called once a second. Ends the process if a pair hangs.
pub(crate) fn guard() {
    let mut running = RUNNING.lock().unwrap();
    let mut hang = false;
    for (number, (pair, progress, times)) in running.iter_mut() {
        let now = pair.progress();
        *times = if *progress == now { *times + 1 } else { 0 };
        *progress = now;
        if *times >= LIMIT {
            hang = true;
            eprintln!("pair {number} has made no progress for {LIMIT} s: {pair:?}");
        }
    }
    if hang {
        process::exit(3);
    }
}

/// Slots that run pairs until they are told to stop.
pub(crate) struct Load {
    stops: Arc<AtomicBool>,
    running: Arc<AtomicUsize>,
}

impl Load {
    pub(crate) fn start(slots: usize, seed: u64) -> Self {
        let load = Self {
            stops: Arc::default(),
            running: Arc::new(AtomicUsize::new(slots)),
        };
        for i in 0..slots {
            let (stops, running) = (load.stops.clone(), load.running.clone());
            let slot = async move {
                while !stops.load(Ordering::Relaxed) {
                    run_one(seed).await;
                }
                running.fetch_sub(1, Ordering::Relaxed);
            };
            [Place::Smol, Place::Tokio][i % 2].spawn(slot).detach();
        }
        load
    }

    /// Lets the pairs that have begun end, and begins no more.
    pub(crate) fn stop(&self) {
        self.stops.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed) > 0
    }
}

async fn run_one(seed: u64) {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // Neighbouring seeds give unrelated numbers only after a good mix.
    let mut rng = Rng::with_seed(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let pair = Arc::new(Pair::random(&mut rng));
    let watched = (pair.clone(), 0, 0);
    RUNNING.lock().unwrap().insert(number, watched);
    let run = AssertUnwindSafe(pair.run(&mut rng)).catch_unwind().await;
    RUNNING.lock().unwrap().remove(&number);
    PAIRS.fetch_add(1, Ordering::Relaxed);
    BYTES.fetch_add(pair.received.moved(), Ordering::Relaxed);
    if let Err(error) = run.unwrap_or_else(|_| Err(anyhow!("a check panicked"))) {
        LOSSES.fetch_add(1, Ordering::Relaxed);
        eprintln!("LOSS: {error:#}: pair {number}, {pair:?}");
    }
}
