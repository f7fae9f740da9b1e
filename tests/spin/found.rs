//! What a half that spins finds: bytes, or the end of the stream.
//!
//! The peer acts on another thread while the half spins. If that thread is interrupted for longer
//! than the limit, the half parks. So these tests make several attempts, of which one has to
//! succeed, and check each of them for what it returns.

use core::sync::atomic::{AtomicBool, Ordering};
use core::task::Poll;
use std::io::ErrorKind;
use std::thread;

use async_duplex::{Options, Reader, Writer};

use crate::counting_waker::{failed, ready, CountingTask, Outcome, BROKEN, END};
use crate::deadline::within;
use crate::endings::{reader_ends, writer_ends, Action, ABORT};
use crate::half::{has_two_cores, Half, CAPACITY};
use crate::{DEADLINE, LONGEST};

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
        half.wait(&task, min)
    });
    match first {
        Poll::Ready(_) => (first, (task.wakes(), task.retained()) == (0, 0)),
        Poll::Pending => {
            assert_eq!(task.wakes(), 1, "a {} is not woken", H::NAME);
            (half.wait(&task, min), false)
        }
    }
}

fn bytes_are_found<H: Half>(min: usize) {
    let found = (0..ATTEMPTS).filter(|_| {
        let (mut half, mut peer) = H::pair(&Options::new(CAPACITY).spin_limit(LONGEST));
        let (found, spun) = wait_while(&mut half, min, || {
            (0..min).for_each(|_| H::give(&mut peer));
        });
        assert_eq!(found, ready(min), "a {}", H::NAME);
        assert_eq!(half.move_all(), min);
        spun
    });
    assert!(found.count() > 0, "no {} has found {min} bytes", H::NAME);
}

#[test]
fn b23_a_half_that_spins_finds_bytes_without_parking() {
    if has_two_cores() {
        within(DEADLINE, || {
            for min in 1..=CAPACITY {
                bytes_are_found::<Reader>(min);
                bytes_are_found::<Writer>(min);
            }
        });
    }
}

/// Checks that a half finds each end of its peer: `clean`, except after an abort.
fn the_end_is_found<H: Half>(ends: impl Iterator<Item = Action<H::Peer>>, clean: Outcome<usize>) {
    for (how, end) in ends {
        let expected = if how == "aborts" {
            failed(ABORT)
        } else {
            clean
        };
        let found = (0..ATTEMPTS).filter(|_| {
            let (mut half, peer) = H::pair(&Options::new(CAPACITY).spin_limit(LONGEST));
            let (found, spun) = wait_while(&mut half, 1, || drop(end(peer)));
            assert_eq!(found, expected, "the peer of a {} {how}", H::NAME);
            spun
        });
        assert!(found.count() > 0, "the peer of a {} {how}", H::NAME);
    }
}

#[test]
fn b23_a_half_that_spins_finds_the_end_without_parking() {
    if has_two_cores() {
        within(DEADLINE, || {
            the_end_is_found::<Reader>(writer_ends(), END);
            the_end_is_found::<Writer>(reader_ends(), BROKEN);
        });
    }
}

#[test]
fn b23_a_half_that_spins_finds_the_abort_of_a_handle_without_parking() {
    if !has_two_cores() {
        return;
    }
    within(DEADLINE, || {
        let found = (0..ATTEMPTS).filter(|_| {
            let (mut reader, writer) = Options::new(CAPACITY).spin_limit(LONGEST).pipe();
            let handle = writer.abort_handle();
            let abort = || handle.abort(ErrorKind::ConnectionReset);
            let (found, spun) = wait_while(&mut reader, 1, abort);
            assert_eq!(found, failed(ErrorKind::ConnectionReset));
            spun
        });
        assert!(found.count() > 0);
    });
}

/// Returns whether a half that has found bytes by spinning three times yields at the fourth.
/// `None` if it has parked, which starts the count anew.
fn yields_at_the_fourth<H: Half>() -> Option<bool> {
    const YIELD_EVERY: usize = 3;
    let options = Options::new(CAPACITY).yield_every(YIELD_EVERY);
    let (mut half, mut peer) = H::pair(&options.spin_limit(LONGEST));
    for _ in 0..YIELD_EVERY {
        let (found, spun) = wait_while(&mut half, 1, || H::give(&mut peer));
        assert_eq!((found, half.move_all()), (ready(1), 1), "a {}", H::NAME);
        if !spun {
            return None;
        }
    }
    H::give(&mut peer);
    let task = CountingTask::new();
    let yields = half.wait(&task, 1).is_pending();
    assert_eq!((task.wakes(), task.retained()), (usize::from(yields), 0));
    Some(yields)
}

#[test]
fn b18_the_time_that_a_half_spins_does_not_start_the_count_anew() {
    if has_two_cores() {
        within(DEADLINE, || {
            for attempt in [
                yields_at_the_fourth::<Reader>,
                yields_at_the_fourth::<Writer>,
            ] {
                let outcome = (0..ATTEMPTS).find_map(|_| attempt());
                assert_eq!(outcome, Some(true));
            }
        });
    }
}
