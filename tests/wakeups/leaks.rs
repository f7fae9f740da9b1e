//! B22: a half that was forgotten harms nothing else. Miri reports the leak.

use core::mem;
use core::task::Poll;

use async_duplex::{duplex, pipe, Reader, Writer};

use crate::support::counting_waker::{as_poll, ready, CountingTask, BROKEN};
use crate::support::half::{Half, Wait, CAPACITY};

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

#[test]
fn b22_the_peer_of_a_forgotten_half_moves_what_there_is_and_can_end() {
    check_peer_of_forgotten::<Reader>();
    check_peer_of_forgotten::<Writer>();
}

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
