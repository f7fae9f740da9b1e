//! The pairs that stand, and the guard against pairs that make no progress.

use core::time::Duration;
use std::collections::HashMap;
use std::process;
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

use crate::pair::Pair;

/// How many seconds a pair may make no progress. They are counted in ticks of a second each, so
/// that the time in which the whole process is stopped does not count.
const LIMIT: u32 = 60;

static PAIRS: LazyLock<Mutex<HashMap<u64, Arc<Pair>>>> = LazyLock::new(Mutex::default);

/// Watches `pair` until it leaves.
pub(crate) fn enter(pair: &Arc<Pair>) {
    PAIRS.lock().unwrap().insert(pair.number, pair.clone());
}

pub(crate) fn leave(pair: &Pair) {
    PAIRS.lock().unwrap().remove(&pair.number);
}

/// The progress of each pair, and for how many ticks it has been the same.
#[derive(Default)]
pub(crate) struct Guard {
    seen: HashMap<u64, (u64, u32)>,
}

impl Guard {
    /// To be called once a second. Ends the process if a pair hangs.
    pub(crate) fn tick(&mut self) {
        let pairs: Vec<_> = PAIRS.lock().unwrap().values().cloned().collect();
        let mut seen = HashMap::with_capacity(pairs.len());
        let mut hanging = Vec::new();
        for pair in pairs {
            let progress = pair.progress();
            let ticks = match self.seen.get(&pair.number) {
                Some(&(before, ticks)) if before == progress => ticks + 1,
                _ => 0,
            };
            seen.insert(pair.number, (progress, ticks));
            if ticks >= LIMIT {
                hanging.push(pair);
            }
        }
        self.seen = seen;
        if !hanging.is_empty() {
            fail(&hanging);
        }
    }
}

/// Shows the pairs and their halves, and ends the process.
fn fail(hanging: &[Arc<Pair>]) -> ! {
    let standing = PAIRS.lock().unwrap().len();
    let count = hanging.len();
    eprintln!("\n{count} of {standing} pairs have made no progress for {LIMIT} s");
    for pair in hanging.iter().take(20) {
        eprintln!("{pair:?}");
        pair.show_halves();
        thread::sleep(Duration::from_millis(200));
    }
    process::exit(3)
}
