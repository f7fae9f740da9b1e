//! B9: a waker may use and drop either half, when it is woken and when it is dropped.

use core::task::{Poll, Waker};
use std::sync::{Arc, Mutex};

use async_duplex::{pipe, Reader, Writer};

use crate::support::counting_waker::{failed, ready, CountingTask};
use crate::support::half::{Half, Wait, ABORT, CAPACITY};
use crate::wakers::{every_wake, on_drop, on_wake, wait_with, InlineTask, Shared};

fn check_use_inside<H: Half>() {
    for act in H::Peer::MOVES {
        let (half, mut peer) = H::full();
        let (half, task) = (Shared::new(half), CountingTask::new());
        let waker = on_wake({
            let (half, task) = (half.clone(), task.clone());
            move || {
                half.with(|half| {
                    assert_eq!(task.move_up_to(half, 9), ready(3));
                    // It can park again.
                    task.wait(half, Wait::Move);
                });
            }
        });
        half.with(|half| wait_with(waker, half, Wait::Move));
        act(&mut peer, 3);
        assert_eq!(task.state(), (0, 1));
        peer.give(CAPACITY);
        assert_eq!(task.state(), (1, 0));
    }
}

#[test]
fn b9_a_half_can_be_used_from_inside_its_own_wake_and_park_again() {
    check_use_inside::<Reader>();
    check_use_inside::<Writer>();
}

/// A waker that drops or ends the half when it is woken, or drops it when it is dropped after that,
/// still within the call of the peer.
fn check_end_inside<H: Half>() {
    let ends: [fn(&Shared<H>); 3] = [
        |half| drop(half.take()),
        |half| half.with(H::end),
        |half| half.with(|half| half.abort(ABORT)),
    ];
    for (end, by_wake) in ends
        .map(|end| (end, true))
        .into_iter()
        .chain([(ends[0], false)])
    {
        every_wake::<H>(|act, _| {
            let (half, peer) = H::full();
            let half = Shared::new(half);
            let ending = half.clone();
            let waker = match by_wake {
                true => on_wake(move || end(&ending)),
                false => on_drop(move || end(&ending)),
            };
            half.with(|half| wait_with(waker, half, Wait::Move));
            if let Some(mut peer) = act(peer) {
                assert!(peer.is_closed());
                while let Ok(1..) = peer.try_move(1) {}
            }
        });
    }
}

#[test]
fn b9_a_half_can_be_dropped_or_ended_from_inside_its_own_wake_and_dropped_with_its_waker() {
    check_end_inside::<Reader>();
    check_end_inside::<Writer>();
}

fn check_drop_of_peer<H: Half>() {
    let (mut half, peer) = H::full();
    let peer = Shared::new(peer);
    let waker = on_drop({
        let peer = peer.clone();
        move || {
            let mut peer = peer.take();
            assert!(peer.is_closed(), "the half is gone");
            while let Ok(1..) = peer.try_move(1) {}
        }
    });
    wait_with(waker, &mut half, Wait::Move);
    drop(half);
    assert!(peer.is_taken());
}

#[test]
fn b9_the_waker_of_a_dropped_half_may_use_and_drop_its_peer() {
    check_drop_of_peer::<Reader>();
    check_drop_of_peer::<Writer>();
}

/// The waker is replaced, and the old one moves bytes. The half must not stay parked. It may be
/// woken although its call is ready: its task may have registered the old waker for those bytes.
fn check_replaced_waker_that_moves<H: Half>() {
    let (mut half, peer) = H::full();
    let (peer, task) = (Shared::new(peer), CountingTask::new());
    let waker = on_drop({
        let peer = peer.clone();
        move || peer.with(|peer| peer.give(3))
    });
    wait_with(waker, &mut half, Wait::Move);
    let first = task.move_up_to(&mut half, 9);
    assert_eq!(task.wakes(), 1, "{first:?}");
    if first.is_pending() {
        assert_eq!(task.move_up_to(&mut half, 9), ready(3));
    }
    assert!(!format!("{half:?}").contains("waits: true"));
    peer.with(|peer| peer.give(1));
    assert_eq!(task.wakes(), 1, "it has found bytes after parking");
    // After that, the pipe works as before.
    let task = CountingTask::new();
    assert_eq!(task.move_up_to(&mut half, 9), ready(1));
    task.wait(&mut half, Wait::Move);
    peer.with(|peer| peer.give(1));
    assert_eq!(task.state(), (1, 0));
}

#[test]
fn b8_b9_a_replaced_waker_may_move_bytes_which_wake_once() {
    check_replaced_waker_that_moves::<Reader>();
    check_replaced_waker_that_moves::<Writer>();
}

fn check_replaced_waker_that_ends<H: Half>() {
    for wait in [Wait::Move, Wait::End] {
        for by_handle in [false, true] {
            let task = CountingTask::new();
            let (mut half, peer) = H::full();
            let handle = half.abort_handle();
            let mut left = None;
            let waker = if by_handle {
                left = Some(peer);
                on_drop(move || handle.abort(ABORT))
            } else {
                let peer = Mutex::new(Some(peer));
                on_drop(move || drop(peer.lock().unwrap().take()))
            };
            wait_with(waker, &mut half, wait);
            let is_ready = match wait {
                Wait::End => task.poll(|cx| half.poll_closed(cx)).is_ready(),
                _ => task.poll(|cx| half.poll_move(cx, 1)).is_ready(),
            };
            assert!(is_ready || task.wakes() == 1);
            assert_eq!(task.retained(), 0);
            let found = task.move_up_to(&mut half, 1);
            assert_eq!(found == failed(ABORT), by_handle, "{found:?}");
            assert!(half.is_closed() && found.is_ready());
            drop(left);
            assert!(task.wakes() <= 1);
        }
    }
}

#[test]
fn b9_b26_a_replaced_waker_may_drop_the_peer_or_abort_the_pipe() {
    check_replaced_waker_that_ends::<Reader>();
    check_replaced_waker_that_ends::<Writer>();
}

#[test]
fn b9_two_tasks_that_run_each_other_from_inside_wake_pass_every_byte() {
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(1000).collect();
    for capacity in [1, 3, 1000] {
        for writer_first in [true, false] {
            let received = Arc::new(Mutex::new(Vec::<u8>::new()));
            let (mut reader, mut writer) = pipe(capacity);
            let mut left = bytes.clone();
            let write = InlineTask::new(move |cx| {
                while !left.is_empty() {
                    match writer.poll_write(cx, &left) {
                        Poll::Ready(n) => drop(left.drain(..n.unwrap())),
                        Poll::Pending => return Poll::Pending,
                    }
                }
                writer.finish();
                Poll::Ready(())
            });
            let sink = received.clone();
            let read = InlineTask::new(move |cx| loop {
                let mut buf = [0; 7];
                match reader.poll_read(cx, &mut buf).map(Result::unwrap) {
                    Poll::Ready(0) => return Poll::Ready(()),
                    Poll::Ready(n) => sink.lock().unwrap().extend(&buf[..n]),
                    Poll::Pending => return Poll::Pending,
                }
            });
            let mut tasks = [write, read];
            if !writer_first {
                tasks.reverse();
            }
            tasks
                .iter()
                .for_each(|task| Waker::from(task.clone()).wake());
            assert!(tasks.iter().all(|task| task.is_done()));
            assert!(*received.lock().unwrap() == bytes);
        }
    }
}
