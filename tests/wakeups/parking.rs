//! B7, B8 and B17: one half parks, for a byte or for several, and the other one wakes it. `oracle`
//! has every pair of waits of one half, and their ends.

use async_duplex::{pipe, Options, Reader, Writer};

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

/// A thousand transfers and the end.
fn check_one_wake<H: Half>() {
    let task = CountingTask::new();
    let (mut half, mut peer) = H::pair(&Options::new(2000));
    for round in 1..=3 {
        task.wait(&mut half, Wait::Move);
        (0..1000).for_each(|_| peer.give(1));
        assert_eq!(task.state(), (round, 0));
        assert_eq!(task.move_up_to(&mut half, 2000), ready(1000));
    }
    task.wait(&mut half, Wait::Move);
    peer.give(1);
    peer.end();
    peer.end();
    drop(peer);
    assert_eq!(task.state(), (4, 0), "bytes and the end are one wake, too");
}

#[test]
fn b8_a_parked_half_is_woken_once_for_a_thousand_transfers_and_the_end() {
    check_one_wake::<Reader>();
    check_one_wake::<Writer>();
}

fn check_wait_for_the_end<H: Half>() {
    let task = CountingTask::new();
    let (mut half, mut peer) = H::full();
    task.wait(&mut half, Wait::End);
    for _ in 0..10 {
        peer.give(CAPACITY);
        half.give(CAPACITY);
    }
    peer.give(1);
    assert_eq!(task.state(), (0, 1), "a {}", H::NAME);
    peer.end();
    assert_eq!(task.state(), (1, 0), "a {}", H::NAME);
    assert!(task.poll(|cx| half.poll_closed(cx)).is_ready());
}

#[test]
fn b15_a_wait_for_the_end_is_woken_by_the_end_alone() {
    check_wait_for_the_end::<Reader>();
    check_wait_for_the_end::<Writer>();
}

fn check_that_nothing_wakes<H: Half>() {
    let (own, peers) = (CountingTask::new(), CountingTask::new());
    let (mut half, mut peer) = H::full();
    own.wait(&mut half, Wait::Move);
    // Calls of either half that move nothing.
    assert_eq!(peer.try_move(0).unwrap_or(0), 0);
    assert!(half.try_move(1).is_err());
    assert!(peers.poll(|cx| peer.poll_closed(cx)).is_pending());
    assert!(peers.available(&mut peer, 0).is_ready());
    assert!(!peer.is_closed() && !format!("{half:?} {peer:?}").is_empty());
    assert_eq!((own.state(), peers.state()), ((0, 1), (0, 1)));
    // Another pipe.
    let (_other_half, mut other_peer) = H::full();
    other_peer.give(1);
    assert_eq!(own.state(), (0, 1));
}

#[test]
fn b8_calls_that_change_nothing_and_other_pipes_wake_no_task() {
    check_that_nothing_wakes::<Reader>();
    check_that_nothing_wakes::<Writer>();
}

#[test]
fn b6_b8_a_flush_and_borrowed_slices_wake_no_task_and_leave_a_half_parked() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe(CAPACITY);
    let borrow = |reader: &mut Reader, writer: &mut Writer| {
        assert!(CountingTask::new().flush(writer).is_ready());
        writer.spare_slices();
        writer.commit(0);
        reader.as_slices();
        reader.consume(0);
    };
    read.wait(&mut reader, Wait::Move);
    borrow(&mut reader, &mut writer);
    assert_eq!(read.state(), (0, 1));
    writer.commit(CAPACITY);
    assert_eq!(read.state(), (1, 0));
    write.wait(&mut writer, Wait::Move);
    borrow(&mut reader, &mut writer);
    assert_eq!(write.state(), (0, 1));
    reader.consume(1);
    assert_eq!(write.state(), (1, 0));
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
        let (old, task) = (CountingTask::new(), CountingTask::new());
        let (mut half, mut peer) = H::full();
        old.wait(&mut half, Wait::Available(numbers[0]));
        task.wait(&mut half, Wait::Available(numbers[1]));
        task.wait(&mut half, Wait::Available(numbers[2]));
        assert_eq!((old.state(), task.state()), ((0, 0), (0, 1)), "{numbers:?}");
        peer.give(1);
        assert_eq!(task.wakes(), 0, "{numbers:?}");
        peer.give(1);
        assert_eq!(task.state(), (1, 0), "{numbers:?}");
        // The wake clears the numbers from before it.
        task.wait(&mut half, Wait::Available(4));
        peer.give(1);
        assert_eq!(task.state(), (1, 1), "{numbers:?}");
    }
}

#[test]
fn b8_b17_of_waits_that_overlap_the_smallest_number_counts_until_the_wake() {
    check_overlapping::<Reader>();
    check_overlapping::<Writer>();
}
