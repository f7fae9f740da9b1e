//! B21 and B22: a pipe retains no waker that it will not wake, and never wakes the task of a half
//! that has been dropped. A half that was forgotten harms nothing else.

use core::mem;
use core::task::Poll;

use async_duplex::{duplex, pipe, Reader, Writer};

use crate::support::counting_waker::{as_poll, ready, CountingTask, BROKEN};
use crate::support::half::{Half, Wait, CAPACITY};

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
                let mut half = end(half);
                if let Some(half) = &mut half {
                    // It may wait again, after its own end.
                    task.wait(half, Wait::End);
                }
                drop(half);
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

#[cfg(not(miri))] // Miri reports the leak.
fn check_peer_of_forgotten<H: Half>() {
    let (task, own) = (CountingTask::new(), CountingTask::new());
    let (mut half, mut peer) = H::full();
    own.wait(&mut half, Wait::Move);
    mem::forget(half);
    // It moves what there is, and then waits for the half as for one that does nothing.
    assert_eq!(task.move_up_to(&mut peer, 3), ready(3));
    assert_eq!(own.state(), (1, 0));
    assert_eq!(task.move_up_to(&mut peer, 3), ready(CAPACITY - 3));
    task.wait(&mut peer, Wait::Move);
    assert!(!peer.is_closed());
    peer.end();
    assert!(task.poll(|cx| peer.poll_move(cx, 1)).is_ready());
    drop(peer);
    assert_eq!((task.state(), own.state()), ((0, 0), (1, 0)));
}

#[cfg(not(miri))]
#[test]
fn b22_the_peer_of_a_forgotten_half_moves_what_there_is_and_can_end() {
    check_peer_of_forgotten::<Reader>();
    check_peer_of_forgotten::<Writer>();
}

#[cfg(not(miri))]
#[test]
fn b22_forgetting_one_half_of_a_stream_leaves_the_other_direction_and_other_pipes_open() {
    let (left, mut right) = duplex(4);
    let (mut other_reader, mut other_writer) = pipe(4);
    let (mut reader, writer) = left.into_split();
    mem::forget(writer);
    let task = CountingTask::new();
    for _ in 0..10 {
        assert_eq!(task.write(&mut right, b"abcd"), ready(4));
        assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(4));
        assert_eq!(as_poll(other_writer.try_write(b"abcd")), ready(4));
        assert_eq!(as_poll(other_reader.try_read(&mut [0; 8])), ready(4));
    }
    drop(reader);
    assert_eq!(task.write(&mut right, b"x"), BROKEN);
    assert_eq!(task.read(&mut right, &mut [0]), Poll::Pending);
}
