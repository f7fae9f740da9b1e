//! What a half that spins finds: bytes, or the end of the stream.
//!
//! The peer acts on another thread while the half spins. If that thread is interrupted for longer
//! than the limit, the half parks. So these tests make several attempts, of which one has to
//! succeed, and check each of them for what it returns.

use core::sync::atomic::{AtomicBool, Ordering};
use core::task::Poll;
use std::thread;

use async_duplex::{Reader, Writer};

use crate::support::counting_waker::{failed, ready, CountingTask, Outcome};
use crate::support::deadline::within;
use crate::support::half::{Half, ABORT};
use crate::{spinning, CAPACITY, DEADLINE, LONGEST};

const ATTEMPTS: usize = 50;

/// Waits for `min` bytes while `act` runs on another thread. Returns what the half finds, and
/// whether it has found it without having parked. What a half that parks finds is what it finds
/// after the other thread has finished.
fn wait_while<H: Half>(
    half: &mut H,
    min: usize,
    act: impl FnOnce() + Send,
) -> (Outcome<usize>, bool) {
    let task = CountingTask::new();
    let waiting = &AtomicBool::new(false);
    let first = thread::scope(|scope| {
        scope.spawn(move || {
            while !waiting.load(Ordering::Acquire) {
                core::hint::spin_loop();
            }
            act();
        });
        waiting.store(true, Ordering::Release);
        task.available(half, min)
    });
    match first {
        Poll::Ready(_) => (first, task.state() == (0, 0)),
        Poll::Pending => {
            assert_eq!(task.wakes(), 1, "a {} is not woken", H::NAME);
            (task.available(half, min), false)
        }
    }
}

/// Makes attempts until one has found it without parking. On a machine with one core, none does.
fn one_of_the_attempts(mut attempt: impl FnMut() -> bool) {
    let two_cores = thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
    let found = within(DEADLINE, || (0..ATTEMPTS).any(|_| attempt()));
    assert!(found || !two_cores, "every attempt has parked");
}

fn check_bytes<H: Half>() {
    for min in 1..=CAPACITY {
        one_of_the_attempts(|| {
            let (mut half, mut peer) = H::pair(&spinning(LONGEST));
            let give = || (0..min).for_each(|_| peer.give(1));
            let (found, spun) = wait_while(&mut half, min, give);
            assert_eq!(found, ready(min), "a {}", H::NAME);
            half.give(min);
            spun
        });
    }
}

fn check_ends<H: Half>() {
    for (how, end, expected) in H::Peer::ENDS {
        one_of_the_attempts(|| {
            let (mut half, peer) = H::pair(&spinning(LONGEST));
            let (found, spun) = wait_while(&mut half, 1, || drop(end(peer)));
            assert_eq!(found, *expected, "the peer of a {} {how}", H::NAME);
            spun
        });
    }
    one_of_the_attempts(|| {
        let (mut half, _peer) = H::pair(&spinning(LONGEST));
        let handle = half.abort_handle();
        let (found, spun) = wait_while(&mut half, 1, || handle.abort(ABORT));
        assert_eq!(found, failed(ABORT));
        spun
    });
}

#[test]
fn b23_a_half_that_spins_finds_bytes_and_every_end_without_parking() {
    check_bytes::<Reader>();
    check_bytes::<Writer>();
    check_ends::<Reader>();
    check_ends::<Writer>();
}

/// A half that has found bytes by spinning three times yields at the fourth.
fn check_yield<H: Half>() {
    one_of_the_attempts(|| {
        let (mut half, mut peer) = H::pair(&spinning(LONGEST).yield_every(3));
        for _ in 0..3 {
            let (found, spun) = wait_while(&mut half, 1, || peer.give(1));
            assert_eq!(found, ready(1), "a {}", H::NAME);
            half.give(1);
            if !spun {
                // To park starts the count anew.
                return false;
            }
        }
        peer.give(1);
        let task = CountingTask::new();
        assert_eq!(task.available(&mut half, 1), Poll::Pending);
        assert_eq!(task.state(), (1, 0));
        true
    });
}

#[test]
fn b18_the_time_that_a_half_spins_does_not_start_the_count_anew() {
    check_yield::<Reader>();
    check_yield::<Writer>();
}
