//! B17: a half that waits for several bytes is woken when they are available, and not before.
//! `oracle` has every pair of waits of one half.

use async_duplex::{pipe, Options, Reader, Writer};

use crate::support::counting_waker::{ready, CountingTask};
use crate::support::half::{Half, Wait, ABORT, CAPACITY};

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
            let left = if *how == "aborts" || H::NAME == "writer" {
                0
            } else {
                given
            };
            let expected = if left > 0 { ready(left) } else { *found };
            assert_eq!(task.available(&mut half, CAPACITY), expected, "{how}");
        }
    }
}

#[test]
fn b17_b24_every_end_wakes_a_half_below_its_threshold_which_finds_what_is_left() {
    check_ends::<Reader>();
    check_ends::<Writer>();
}

/// A half has one waker, and of its waits that overlap the smallest number counts.
fn check_overlapping<H: Half>() {
    for numbers in [
        [4, 3, 2],
        [4, 2, 3],
        [3, 4, 2],
        [3, 2, 4],
        [2, 4, 3],
        [2, 3, 4],
    ] {
        for early in 0..=1 {
            let (old, task) = (CountingTask::new(), CountingTask::new());
            let (mut half, mut peer) = H::full();
            old.wait(&mut half, Wait::Available(numbers[0]));
            peer.give(early);
            task.wait(&mut half, Wait::Available(numbers[1]));
            task.wait(&mut half, Wait::Available(numbers[2]));
            assert_eq!((old.state(), task.state()), ((0, 0), (0, 1)), "{numbers:?}");
            peer.give(1 - early);
            assert_eq!(task.wakes(), 0, "{numbers:?}");
            peer.give(1);
            assert_eq!(task.state(), (1, 0), "{numbers:?}, {early}");
            // The wake clears the numbers from before it.
            task.wait(&mut half, Wait::Available(4));
            peer.give(1);
            assert_eq!(task.state(), (1, 1), "{numbers:?}");
            peer.give(1);
            assert_eq!((old.wakes(), task.state()), (0, (2, 0)), "{numbers:?}");
        }
    }
}

#[test]
fn b8_b17_of_waits_that_overlap_the_smallest_number_counts_until_the_wake() {
    check_overlapping::<Reader>();
    check_overlapping::<Writer>();
}

#[test]
fn b8_a_body_written_with_its_header_is_read_without_another_wake() {
    let (mut reader, mut writer) = pipe(8);
    let task = CountingTask::new();
    for round in 1..=9 {
        task.wait(&mut reader, Wait::Available(3));
        assert_eq!(writer.try_write(b"HDRbody").unwrap(), 7);
        assert_eq!(task.wakes(), round);
        assert_eq!(task.read(&mut reader, &mut [0; 3]), ready(3));
        assert_eq!(task.available(&mut reader, 4), ready(4));
        assert_eq!(task.read(&mut reader, &mut [0; 4]), ready(4));
        assert_eq!(task.wakes(), round);
    }
    writer.abort(ABORT);
    assert_eq!(task.wakes(), 9);
}
