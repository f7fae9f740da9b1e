//! B7, B8 and B17: one half parks, for a byte or for several, and the other one wakes it. `oracle`
//! has every pair of waits of one half, and counts the wakes of every short sequence of calls: also
//! of those that move nothing, and of transfers while a half waits for the end.

use async_duplex::{Options, Reader, Writer};

use crate::support::counting_waker::{ready, CountingTask};
use crate::support::half::{Half, Wait, CAPACITY};
use crate::wakers::every_wake;

const WAITS: [Wait; 3] = [Wait::Move, Wait::Available(1), Wait::End];

fn check_that_it_is_woken<H: Half>() {
    every_wake::<H>(|act, is_end| {
        for wait in WAITS {
            let (old, new) = (CountingTask::new(), CountingTask::new());
            let (mut half, peer) = H::full();
            old.wait(&mut half, wait);
            assert_eq!(old.state(), (0, 1));
            // The latest waker counts, and the old one is dropped. One is retained.
            for _ in 0..3 {
                new.wait(&mut half, wait);
                assert_eq!((old.state(), new.state()), ((0, 0), (0, 1)));
            }
            let _peer = act(peer);
            let woken = usize::from(is_end || wait != Wait::End);
            assert_eq!(new.state(), (woken, 1 - woken), "a {}: {wait:?}", H::NAME);
            assert!(new.poll(|cx| half.poll_move(cx, 1)).is_ready());
            assert_eq!((old.wakes(), new.wakes()), (0, woken));
        }
    });
}

#[test]
fn b7_b15_the_latest_waker_is_woken_by_everything_that_lets_the_half_go_on() {
    check_that_it_is_woken::<Reader>();
    check_that_it_is_woken::<Writer>();
}

/// Every capacity of up to 5 bytes, some offsets, every threshold, and every number of bytes up to
/// the threshold to move at a time, by every call.
fn check_threshold<H: Half>() {
    for capacity in 1..=5 {
        for offset in [0, capacity - 1, capacity] {
            for (min, step) in (1..=capacity).flat_map(|min| (1..=min).map(move |step| (min, step)))
            {
                for act in H::Peer::MOVES {
                    let task = CountingTask::new();
                    let (mut half, mut peer) = H::pair(&Options::new(capacity));
                    for _ in 0..offset {
                        peer.give(1);
                        half.give(1);
                    }
                    task.wait(&mut half, Wait::Available(min));
                    let mut given = 0;
                    while given < capacity {
                        let waits = usize::from(given < min);
                        assert_eq!(task.state(), (1 - waits, waits));
                        if given > 0 && waits > 0 {
                            // To poll again below the threshold causes no wake, now or later.
                            task.wait(&mut half, Wait::Available(min));
                        }
                        let n = step.min(capacity - given);
                        act(&mut peer, n);
                        given += n;
                    }
                    assert_eq!(task.state(), (1, 0));
                    assert_eq!(task.available(&mut half, min), ready(capacity));
                }
            }
        }
    }
}

#[test]
fn b17_a_half_is_woken_once_at_its_threshold_and_not_before() {
    check_threshold::<Reader>();
    check_threshold::<Writer>();
}

fn check_ends<H: Half>() {
    for (how, end, found) in H::Peer::ENDS {
        for given in 0..CAPACITY {
            let task = CountingTask::new();
            let (mut half, mut peer) = H::full();
            peer.give(given);
            task.wait(&mut half, Wait::Available(CAPACITY));
            let _peer = end(peer);
            assert_eq!(task.state(), (1, 0), "the peer of a {} {how}", H::NAME);
            // What is left comes before the end, but for a writer and after an abort.
            let is_lost = *how == "aborts" || H::NAME == "writer";
            let expected = if given > 0 && !is_lost {
                ready(given)
            } else {
                *found
            };
            assert_eq!(task.available(&mut half, CAPACITY), expected, "{how}");
        }
    }
}

#[test]
fn b17_b24_every_end_wakes_a_half_below_its_threshold_which_finds_what_is_left() {
    check_ends::<Reader>();
    check_ends::<Writer>();
}
