//! B7 and B8: one half parks, and the other one wakes it.

use core::task::Poll;

use async_duplex::{pipe, Options, Reader, Writer};

use crate::support::counting_waker::{ready, CountingTask};
use crate::support::half::{Half, Wait, CAPACITY};

const WAITS: [Wait; 3] = [Wait::Move, Wait::Available(1), Wait::End];

/// Everything that the peer does to wake a half that waits, and whether it is an end.
fn every_wake<H: Half>(check: impl Fn(&dyn Fn(H::Peer) -> Option<H::Peer>, bool)) {
    for act in H::Peer::MOVES {
        let act = |mut peer| {
            act(&mut peer, 1);
            Some(peer)
        };
        check(&act, false);
    }
    for (_, end, _) in H::Peer::ENDS {
        check(end, true);
    }
}

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
fn b7_the_latest_waker_is_woken_by_everything_that_lets_the_half_go_on() {
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

fn check_one_wake_by_the_end<H: Half>() {
    for wait in WAITS {
        let task = CountingTask::new();
        let (mut half, mut peer) = H::full();
        task.wait(&mut half, wait);
        peer.end();
        peer.end();
        peer.abort(std::io::ErrorKind::Other);
        assert!(task.poll(|cx| half.poll_move(cx, 1)).is_ready());
        drop(peer);
        assert_eq!(task.state(), (1, 0), "a {}: {wait:?}", H::NAME);
    }
}

#[test]
fn b11_b12_b15_an_end_wakes_the_half_once_and_later_ends_do_not() {
    check_one_wake_by_the_end::<Reader>();
    check_one_wake_by_the_end::<Writer>();
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
        let (front, back) = writer.spare_slices();
        front.fill(1);
        back.fill(2);
        writer.commit(0);
        reader.as_slices();
        let _ = CountingTask::new().poll(|cx| reader.poll_readable(cx, 0));
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

#[test]
fn b7_a_call_that_need_not_wait_retains_no_waker_and_wakes_nobody() {
    let rounds = if cfg!(miri) { 500 } else { 100_000 };
    let (mut reader, mut writer) = pipe(64);
    let task = CountingTask::new();
    for _ in 0..rounds {
        assert_eq!(task.write(&mut writer, &[0; 48]), ready(48));
        assert!(task.fill_buf(&mut reader).is_ready());
        assert_eq!(task.read(&mut reader, &mut [0; 48]), ready(48));
    }
    assert!(task.close(&mut writer).is_ready());
    assert_eq!(task.read(&mut reader, &mut [0]), ready(0));
    drop(reader);
    assert_eq!(task.state(), (0, 0));
}

/// A half does not wake its own task. Its peer does.
fn check_own_end<H: Half>() {
    for wait in WAITS {
        for (how, end, _) in H::ENDS {
            let task = CountingTask::new();
            let (mut half, mut peer) = H::full();
            task.wait(&mut half, wait);
            let Some(mut half) = end(half) else {
                assert_eq!(task.state(), (0, 0), "a dropped half retains no waker");
                continue;
            };
            if H::NAME == "reader" {
                assert!(peer.try_move(1).is_err(), "no byte passes any more");
            }
            assert_eq!(task.state(), (0, 1), "the {} {how}", H::NAME);
            assert!(!half.is_closed());
            task.wait(&mut half, Wait::End);
            peer.end();
            assert_eq!(task.state(), (1, 0), "the {} {how}", H::NAME);
            assert_eq!(task.poll(|cx| half.poll_closed(cx)), Poll::Ready(()));
        }
    }
}

#[test]
fn b7_b15_a_half_that_ends_keeps_its_waker_until_the_other_half_ends() {
    check_own_end::<Reader>();
    check_own_end::<Writer>();
}

/// Bytes and the end do not wake a half that waits for the end of the other one only.
#[test]
fn b15_bytes_and_room_do_not_wake_a_half_that_waits_for_the_end() {
    for fill in 0..=CAPACITY {
        let (read, write) = (CountingTask::new(), CountingTask::new());
        let (mut reader, mut writer) = pipe(CAPACITY);
        assert_eq!(writer.try_write(&b"full"[..fill]).unwrap(), fill);
        read.wait(&mut reader, Wait::End);
        write.wait(&mut writer, Wait::End);
        for _ in 0..10 {
            let _written = writer.try_write(b"full");
            assert_eq!(reader.try_read(&mut [0; 4]).unwrap(), 4);
        }
        assert_eq!(writer.try_write(&b"full"[..fill]).unwrap(), fill);
        assert_eq!((read.state(), write.state()), ((0, 1), (0, 1)));
        writer.finish();
        assert_eq!((read.state(), write.state()), ((1, 0), (0, 1)));
        assert!(read.poll(|cx| reader.poll_closed(cx)).is_ready());
        assert_eq!(read.read(&mut reader, &mut [0; 8]), ready(fill));
        drop(reader);
        assert_eq!((read.state(), write.state()), ((1, 0), (1, 0)));
    }
}
