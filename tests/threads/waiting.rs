//! B7, B15, B17 and B21: a half waits for several bytes. While its peer moves fewer of them, the
//! half waits a second time, or ends.

use core::hint::spin_loop;
use core::iter::repeat_with;
use std::thread;

use async_duplex::{Reader, Writer};

use crate::support::counting_waker::CountingTask;
use crate::support::deadline::within;
use crate::support::half::{Half, Wait, CAPACITY};
use crate::support::rendezvous::Rendezvous;
use crate::{own_two_cores, DEADLINE};

const ROUNDS: usize = if cfg!(miri) { 20 } else { 20_000 };

/// The threshold of a half. The peer moves one byte, and then the rest.
const MIN: usize = 3;

/// Two waits of a half in one task.
const WAITS: [[Wait; 2]; 3] = [
    [Wait::Available(MIN), Wait::End],
    [Wait::End, Wait::Available(MIN)],
    [Wait::Available(MIN), Wait::Available(CAPACITY)],
];

/// Lets a half wait twice while its peer moves one byte, and then the rest.
fn check_two_waits<H: Half>() {
    for waits in WAITS {
        let (mut half, mut peer) = H::full();
        let rendezvous = Rendezvous::default();
        let [there, here] = rendezvous.threads();
        within(DEADLINE, || {
            thread::scope(|scope| {
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        there.meet();
                        (0..round % 64).for_each(|_| spin_loop());
                        peer.give(1);
                        there.meet();
                        peer.give(MIN - 1);
                        there.meet();
                    }
                    // The half may need its peer for the last transfer.
                    there.meet();
                });
                for _ in 0..ROUNDS {
                    let task = CountingTask::new();
                    here.meet();
                    waits
                        .into_iter()
                        .for_each(|wait| task.wait(&mut half, wait));
                    here.meet();
                    here.meet();
                    assert!(task.wakes() > 0, "a {} is not woken: {waits:?}", H::NAME);
                    half.give(MIN);
                }
                here.meet();
            });
        });
    }
}

#[test]
fn b7_a_half_that_waits_twice_is_woken_although_its_peer_first_moves_too_few_bytes() {
    let _cores = own_two_cores();
    check_two_waits::<Reader>();
    check_two_waits::<Writer>();
}

/// Ends a half that waits for several bytes while its peer moves one. Then the peer moves another
/// one and is dropped.
fn check_own_end<H: Half>() {
    for (how, end, _) in H::ENDS {
        let pairs = repeat_with(|| {
            let (mut half, peer) = H::full();
            let task = CountingTask::new();
            task.wait(&mut half, Wait::Available(MIN));
            (peer, (task, half))
        });
        let moves = |mut peer: H::Peer| {
            let _moved_or_failed = peer.try_move(1);
            peer
        };
        let ended = crate::race(pairs.take(ROUNDS / 4), moves, |(task, half)| {
            (task, end(half))
        });
        for (mut peer, (task, half)) in ended {
            let _moved_or_failed = peer.try_move(1);
            let is_dropped = half.is_none();
            assert!(!is_dropped || task.retained() == 0, "the {} {how}", H::NAME);
            drop(peer);
            assert_eq!(task.retained(), 0, "the {} {how}", H::NAME);
            // The peer may hold the waker when the half is dropped. Then it wakes it, once.
            let least = usize::from(!is_dropped);
            assert!((least..=1).contains(&task.wakes()), "the {} {how}", H::NAME);
        }
    }
}

#[test]
fn b7_b21_a_half_that_ends_is_woken_once_and_a_dropped_one_retains_no_waker() {
    check_own_end::<Reader>();
    check_own_end::<Writer>();
}
