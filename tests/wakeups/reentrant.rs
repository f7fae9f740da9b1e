//! B9: a waker may use and drop either half, when it is woken and when it is dropped.

use core::task::{Poll, Waker};
use std::sync::{Arc, Mutex};
use std::thread;

use async_duplex::{Options, Reader, Writer};

use crate::support::counting_waker::{failed, ready, to_kind, CountingTask, Outcome, END};
use crate::support::data::data;
use crate::support::deadline::within;
use crate::support::ends::DROPPED;
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

/// How a writer ends, what the reader finds, and whether unread bytes are discarded.
type End = (fn(Writer), Outcome<usize>, bool);

const ENDS: [End; 4] = [
    (|writer| drop(writer), failed(DROPPED), false),
    (|mut writer| writer.finish(), END, false),
    (|mut writer| writer.finish_with(ABORT), failed(ABORT), false),
    (
        |writer| writer.abort_handle().abort(ABORT),
        failed(ABORT),
        true,
    ),
];

/// What a reader has got.
type Got = Arc<Mutex<(Vec<u8>, Option<Outcome<usize>>)>>;

/// A task that writes `left` and then ends.
fn writes_inside(writer: Writer, mut left: Vec<u8>, end: fn(Writer)) -> Arc<InlineTask> {
    let mut writer = Some(writer);
    InlineTask::new(move |cx| {
        while !left.is_empty() {
            let writer = writer.as_mut().expect("it has not ended");
            match writer.poll_write(cx, &left) {
                Poll::Ready(n) => drop(left.drain(..n.unwrap())),
                Poll::Pending => return Poll::Pending,
            }
        }
        writer.take().into_iter().for_each(end);
        Poll::Ready(())
    })
}

/// A task that peeks before each read.
fn reads_inside(mut reader: Reader, got: Got) -> Arc<InlineTask> {
    InlineTask::new(move |cx| loop {
        let (mut peeked, mut buf) = ([0; 7], [0; 7]);
        let seen = reader.peek(&mut peeked).unwrap_or(0);
        match to_kind(reader.poll_read(cx, &mut buf)) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(n @ 1..)) => {
                assert_eq!(peeked[..seen], buf[..seen]);
                got.lock().unwrap().0.extend(&buf[..n]);
            }
            end => {
                got.lock().unwrap().1 = Some(end);
                return Poll::Ready(());
            }
        }
    })
}

/// The tasks start on this thread, either of them first, and on two threads.
#[test]
fn b9_b11_b24_b25_b26_tasks_that_run_inside_wake_pass_every_byte_and_the_end() {
    let rounds = if cfg!(miri) { 5 } else { 100 };
    let bytes = data(1, 1000);
    let rows = ENDS
        .into_iter()
        .flat_map(|end| [1, 3, 1000].map(|capacity| (end, capacity)));
    for ((end, expected, discards), capacity) in rows {
        for round in 0..rounds {
            let (reader, writer) = Options::new(capacity).error_on_drop(DROPPED).pipe();
            let got = Got::default();
            let write = Waker::from(writes_inside(writer, bytes.clone(), end));
            let read = Waker::from(reads_inside(reader, got.clone()));
            within(60, || match round {
                0 => [write, read].into_iter().for_each(Waker::wake),
                1 => [read, write].into_iter().for_each(Waker::wake),
                _ => thread::scope(|scope| {
                    scope.spawn(|| write.wake());
                    read.wake();
                }),
            });
            let (received, found) = &*got.lock().unwrap();
            assert_eq!(*found, Some(expected));
            let is_part = discards && bytes.starts_with(received);
            assert!(is_part || *received == bytes);
        }
    }
}
