//! Two things that two threads do at the same moment, many times.

use core::hint::{black_box, spin_loop};
use core::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::deadline::within;
use crate::DEADLINE;

/// Steps of about a nanosecond by which one of the threads begins later, in turn.
const DELAYS: usize = 100;

/// Does `theirs` on another thread and `mine` on this one, for each pair at the same moment or at
/// most some 100 ns apart. Returns what `mine` returned.
pub(crate) fn race<A: Send, B, R>(
    pairs: impl Iterator<Item = (A, B)>,
    theirs: impl Fn(A) + Send,
    mine: impl Fn(B) -> R,
) -> Vec<R> {
    let (their_values, my_values): (Vec<A>, Vec<B>) = pairs.unzip();
    let arrived = &AtomicUsize::new(0);
    // Spins, because a thread that has to be woken comes microseconds later than the other.
    let meet = move |round: usize| {
        arrived.fetch_add(1, Ordering::SeqCst);
        for spins in 1.. {
            if arrived.load(Ordering::SeqCst) >= 2 * (round + 1) {
                break;
            }
            if spins % 200 == 0 {
                thread::yield_now();
            }
            spin_loop();
        }
    };
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(move || {
                for (round, value) in their_values.into_iter().enumerate() {
                    meet(round);
                    delay(round % (2 * DELAYS));
                    theirs(value);
                }
            });
            let mut results = Vec::new();
            for (round, value) in my_values.into_iter().enumerate() {
                meet(round);
                delay(DELAYS);
                results.push(mine(value));
            }
            results
        })
    })
}

fn delay(steps: usize) {
    for step in 0..steps {
        black_box(step);
    }
}
