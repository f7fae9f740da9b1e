//! B21: a pipe retains no waker that it will not wake, and never wakes the task of a half that has
//! been dropped.

use async_duplex::{duplex, Reader, Writer};

use crate::support::counting_waker::CountingTask;
use crate::support::half::{Half, Wait};

/// Bytes, the end, or both in either order.
const WAITS: [&[Wait]; 4] = [
    &[Wait::Move],
    &[Wait::End],
    &[Wait::Available(2), Wait::End],
    &[Wait::End, Wait::Move],
];

fn check_dropped<H: Half>() {
    for waits in WAITS {
        for (how, end, _) in H::ENDS {
            for (peer_how, peer_end, _) in H::Peer::ENDS {
                let task = CountingTask::new();
                let (mut half, mut peer) = H::full();
                waits.iter().for_each(|wait| task.wait(&mut half, *wait));
                drop(end(half));
                assert_eq!(task.state(), (0, 0), "the {} {how}", H::NAME);
                let _moved = peer.try_move(1);
                drop(peer_end(peer));
                assert_eq!(task.state(), (0, 0), "the peer {peer_how}");
            }
        }
    }
}

#[test]
fn b21_a_dropped_half_retains_no_waker_of_any_of_its_waits_and_is_not_woken() {
    check_dropped::<Reader>();
    check_dropped::<Writer>();
}

#[test]
fn b21_a_dropped_stream_retains_no_waker_of_either_direction() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut left, mut right) = duplex(4);
    left.try_write(b"full").unwrap();
    read.wait(left.reader(), Wait::Move);
    write.wait(left.writer(), Wait::Move);
    drop(left);
    assert_eq!((read.state(), write.state()), ((0, 0), (0, 0)));
    assert_eq!(right.try_read(&mut [0; 8]).unwrap(), 4);
    drop(right);
    assert_eq!((read.state(), write.state()), ((0, 0), (0, 0)));
}

/// The half ends, then waits for the end of its peer, and is dropped before it.
fn check_waker_after_the_end<H: Half>() {
    let task = CountingTask::new();
    let (mut half, mut peer) = H::full();
    half.end();
    task.wait(&mut half, Wait::End);
    assert_eq!(task.retained(), 1);
    drop(half);
    peer.end();
    assert_eq!(task.state(), (0, 0));
}

#[test]
fn b21_a_waker_registered_after_the_half_ended_is_dropped_with_it() {
    check_waker_after_the_end::<Reader>();
    check_waker_after_the_end::<Writer>();
}
