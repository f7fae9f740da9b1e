//! Two threads that use the halves of one pipe at the same moment, many times.
//!
//! A test that would hang if it failed has a deadline. None depends on how long anything takes.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

mod aborts;
mod busy;
mod random;
#[path = "../support/mod.rs"]
mod support;
mod thresholds;
mod waiting;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use support::deadline::within;
use support::rendezvous::Rendezvous;

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 240;

/// Keeps other tests with two threads waiting. Where more threads run than there are cores, two of
/// them rarely act at the same moment.
fn own_two_cores() -> MutexGuard<'static, ()> {
    static CORES: Mutex<()> = Mutex::new(());
    // A test that failed has poisoned it.
    CORES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many pairs two threads race with before they meet again. On a busy machine, threads that
/// meet more often mostly wait for the scheduler.
const BURST: usize = 100;

/// Does `theirs` on another thread and `mine` on this one, for each pair at about the same moment.
/// Returns what both returned.
fn race<A: Send, B, T: Send, R>(
    pairs: impl Iterator<Item = (A, B)>,
    theirs: impl Fn(A) -> T + Send,
    mine: impl Fn(B) -> R,
) -> Vec<(T, R)> {
    let _cores = own_two_cores();
    let (their_values, my_values): (Vec<A>, Vec<B>) = pairs.unzip();
    let rendezvous = Rendezvous::default();
    let [there, here] = rendezvous.threads();
    within(DEADLINE, || {
        thread::scope(|scope| {
            let theirs = scope.spawn(move || {
                let act = |(round, value)| {
                    if round % BURST == 0 {
                        there.meet();
                    }
                    // At a different moment each time.
                    (0..round % 32).for_each(|_| core::hint::spin_loop());
                    theirs(value)
                };
                their_values
                    .into_iter()
                    .enumerate()
                    .map(act)
                    .collect::<Vec<_>>()
            });
            let act = |(round, value)| {
                if round % BURST == 0 {
                    here.meet();
                }
                mine(value)
            };
            let mine: Vec<_> = my_values.into_iter().enumerate().map(act).collect();
            theirs.join().unwrap().into_iter().zip(mine).collect()
        })
    })
}
