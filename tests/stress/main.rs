//! Two threads, one pipe, and whatever the scheduler does with them.
//!
//! Each side makes random calls. A failure names the capacity and the round, which are the seed of
//! its random numbers. Some buffers are far longer than the pipe. A side that has to wait parks,
//! spins, polls again with another waker, waits for the end as well, or makes another call. The
//! outcome does not depend on time: only a side that is parked for longer than
//! [`side::PARK_LIMIT`] reports that it was not woken.

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;
mod read;
#[path = "../support/rendezvous.rs"]
mod rendezvous;
mod side;
mod write;

use core::sync::atomic::AtomicBool;
use std::thread;

use async_duplex::pipe;
use deadline::within;
use rendezvous::{Meeting, Rendezvous};
use side::Side;

/// Tiny capacities, at which the sides always wait for each other, and one that leaves some room.
const CAPACITIES: [usize; 6] = [1, 2, 3, 4, 5, 64];

/// How many pipes of each capacity are made.
const ROUNDS: usize = if cfg!(miri) {
    3
} else if cfg!(debug_assertions) {
    3000
} else {
    10_000
};

#[test]
fn b3_b7_two_threads_lose_neither_a_byte_nor_a_wake() {
    within(240, || CAPACITIES.into_iter().for_each(run_pipes));
}

/// Gives pipe after pipe to two threads, and compares what each of them saw.
fn run_pipes(capacity: usize) {
    let (readers, writers): (Vec<_>, Vec<_>) = (0..ROUNDS).map(|_| pipe(capacity)).unzip();
    let ends: Vec<_> = (0..ROUNDS).map(|_| Ends::default()).collect();
    let rendezvous = Rendezvous::default();
    let [reading, writing] = rendezvous.threads();
    let (read, written) = thread::scope(|scope| {
        let reading = scope.spawn(|| {
            run_rounds(reading, readers, |round, reader| {
                read::run(reader, Side::new("reader", capacity, round), &ends[round])
            })
        });
        let writing = scope.spawn(|| {
            run_rounds(writing, writers, |round, writer| {
                write::run(writer, Side::new("writer", capacity, round), &ends[round])
            })
        });
        (reading.join(), writing.join())
    });
    let (Ok(read), Ok(written)) = (read, written) else {
        panic!("capacity {capacity}: see above");
    };
    assert_eq!((read.len(), written.len()), (ROUNDS, ROUNDS));

    for (round, (read, written)) in read.into_iter().zip(written).enumerate() {
        let both = || format!("capacity {capacity}, round {round}: {read:?}, {written:?}");
        if read.saw_end {
            assert_eq!(read.bytes, written.bytes, "{}", both());
        }
        assert!(read.bytes <= written.bytes, "{}", both());
        // Each waker that was registered is woken at most once.
        assert!(read.wakes <= read.polls, "{}", both());
        assert!(written.wakes <= written.polls, "{}", both());
    }
}

/// Calls `round` with each of `halves`, at the same moments as the other thread, until that leaves.
fn run_rounds<H, T>(meeting: Meeting<'_>, halves: Vec<H>, round: impl Fn(usize, H) -> T) -> Vec<T> {
    let rounds = halves.len();
    let mut summaries = Vec::with_capacity(rounds);
    for (i, half) in halves.into_iter().enumerate() {
        // After its last round, the other thread may have left already.
        if !meeting.meet() && i + 1 < rounds {
            break;
        }
        summaries.push(round(i, half));
    }
    summaries
}

/// What a side did in a round.
#[derive(Debug)]
struct Summary {
    bytes: usize,
    polls: usize,
    wakes: usize,
    /// Whether the side found that its peer had ended.
    saw_end: bool,
}

/// Which of the halves has begun to end. `Relaxed`, because the pipe has to order this memory.
#[derive(Default)]
struct Ends {
    reader: AtomicBool,
    writer: AtomicBool,
}
