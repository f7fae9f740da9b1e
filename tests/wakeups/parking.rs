//! B6, B7, B8 and B15: one half parks, and everything that its peer does wakes it. `oracle` has
//! every pair of waits of one half, every threshold, and the wakes of each short sequence of calls.

use async_duplex::{pipe, Reader, Writer};

use crate::support::counting_waker::CountingTask;
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
