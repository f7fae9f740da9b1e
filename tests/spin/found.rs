//! What a half that spins finds: bytes, the end of the stream, or that the limit is reached.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use core::time::Duration;
use std::io::ErrorKind;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use async_duplex::{Options, Reader, Writer};

use crate::deadline::within;
use crate::endings::{reader_ends, writer_ends, Action, ABORT};
use crate::task::{has_two_cores, measured, wait_busily, Found, Half, Task, CAPACITY};
use crate::DEADLINE;

/// With this limit, a half that spins never parks.
const UNLIMITED: Duration = Duration::MAX;

/// How long a half spins before its peer acts, unless a thread is interrupted.
const DELAY: Duration = Duration::from_micros(100);

const ROUNDS: usize = if cfg!(miri) { 3 } else { 20 };

/// Another thread, which owns the peer and acts on it shortly after each signal.
struct PeerThread<P> {
    signals: Arc<AtomicUsize>,
    thread: JoinHandle<P>,
}

/// Instead of a number of signals: the thread returns.
const STOP: usize = usize::MAX;

impl<P: Send + 'static> PeerThread<P> {
    fn new(mut peer: P, act: impl Fn(&mut P) + Send + 'static) -> Self {
        let signals = Arc::new(AtomicUsize::new(0));
        let seen = signals.clone();
        let thread = thread::spawn(move || {
            let mut handled = 0;
            loop {
                match seen.load(Ordering::Acquire) {
                    STOP => return peer,
                    signals if signals == handled => thread::yield_now(),
                    _ => {
                        wait_busily(DELAY);
                        act(&mut peer);
                        handled += 1;
                    }
                }
            }
        });
        Self { signals, thread }
    }

    fn signal(&self) {
        self.signals.fetch_add(1, Ordering::Release);
    }

    fn stop(self) -> P {
        self.signals.store(STOP, Ordering::Release);
        self.thread.join().unwrap()
    }
}

fn bytes_are_found<H: Half>(min: usize) {
    let options = Options::new(CAPACITY).spin_limit(UNLIMITED);
    let task = Task::slow();
    let (mut half, peer) = measured::<H>(&options, &task);
    let before = task.state();
    let peer = PeerThread::new(peer, H::give);
    for _ in 0..ROUNDS {
        (0..min).for_each(|_| peer.signal());
        assert_eq!(half.wait(&task, min), Poll::Ready(Ok(min)), "{}", H::NAME);
        assert_eq!(half.move_all(), min);
    }
    peer.stop();
    assert_eq!(task.state(), before, "a {} has parked", H::NAME);
}

#[test]
fn b23_a_half_that_spins_finds_bytes_without_having_parked() {
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
fn the_end_is_found<H: Half>(ends: impl Iterator<Item = Action<H::Peer>>, clean: Found) {
    let options = Options::new(CAPACITY).spin_limit(UNLIMITED);
    for (how, end) in ends {
        let expected = match how {
            "aborts" => Poll::Ready(Err(ABORT)),
            _ => clean,
        };
        let task = Task::slow();
        let (mut half, peer) = measured::<H>(&options, &task);
        let before = task.state();
        let peer = PeerThread::new(Some(peer), move |peer| {
            *peer = peer.take().and_then(end);
        });
        peer.signal();
        assert_eq!(
            half.wait(&task, 1),
            expected,
            "the peer of a {} {how}",
            H::NAME
        );
        peer.stop();
        assert_eq!(task.state(), before, "a {} has parked", H::NAME);
    }
}

#[test]
fn b23_a_half_that_spins_finds_the_end_without_having_parked() {
    if !has_two_cores() {
        return;
    }
    within(DEADLINE, || {
        the_end_is_found::<Reader>(writer_ends(), Poll::Ready(Ok(0)));
        the_end_is_found::<Writer>(reader_ends(), Poll::Ready(Err(ErrorKind::BrokenPipe)));
    });
}

/// The peer moves bytes only after the half has parked. A half that spins for ever runs into the
/// deadline.
fn a_spin_ends_by_parking<H: Half>(limit: Duration) {
    let task = Task::slow();
    let (mut half, mut peer) = measured::<H>(&Options::new(CAPACITY).spin_limit(limit), &task);
    for _ in 0..ROUNDS {
        let (wakes, _) = task.state();
        assert_eq!(half.wait(&task, 1), Poll::Pending, "{} {limit:?}", H::NAME);
        assert_eq!(task.state(), (wakes, 1), "{} {limit:?}", H::NAME);
        H::give(&mut peer);
        assert_eq!(task.state(), (wakes + 1, 0), "{} {limit:?}", H::NAME);
        assert_eq!(half.move_all(), 1);
    }
}

#[test]
fn b23_a_half_that_spins_in_vain_parks_with_any_limit() {
    let limits = [0, 1, 50, 1000].map(Duration::from_micros);
    within(DEADLINE, || {
        for limit in limits.into_iter().chain([Duration::from_nanos(1)]) {
            a_spin_ends_by_parking::<Reader>(limit);
            a_spin_ends_by_parking::<Writer>(limit);
        }
    });
}

/// Each spin succeeds long before the limit, and all of them together reach it. If the limit were
/// one for each spin, the half would not park before the deadline.
fn spins_that_succeed_end_in_a_pending<H: Half>() {
    let task = Task::slow();
    let options = Options::new(CAPACITY).spin_limit(DELAY * 2000);
    let (mut half, peer) = measured::<H>(&options, &task);
    let peer = PeerThread::new(peer, H::give);
    let before = task.state();
    loop {
        peer.signal();
        match half.wait(&task, 1) {
            Poll::Ready(Ok(1)) => assert_eq!((half.move_all(), task.state()), (1, before)),
            found => break assert_eq!(found, Poll::Pending, "{}", H::NAME),
        }
    }
    peer.stop();
}

#[test]
fn b23_the_limit_is_a_total_so_spins_that_succeed_again_and_again_end_in_a_pending() {
    if has_two_cores() {
        within(DEADLINE, || {
            spins_that_succeed_end_in_a_pending::<Reader>();
            spins_that_succeed_end_in_a_pending::<Writer>();
        });
    }
}

fn a_half_yields_although_it_spins<H: Half>() {
    const YIELD_EVERY: usize = 3;
    let options = Options::new(CAPACITY).yield_every(YIELD_EVERY);
    let task = Task::slow();
    let (mut half, peer) = measured::<H>(&options.spin_limit(UNLIMITED), &task);
    let peer = PeerThread::new(peer, H::give);
    for _ in 0..ROUNDS {
        let (wakes, retained) = task.state();
        for _ in 0..YIELD_EVERY {
            peer.signal();
            assert_eq!(half.wait(&task, 1), Poll::Ready(Ok(1)), "{}", H::NAME);
            assert_eq!(half.move_all(), 1);
        }
        assert_eq!(task.state(), (wakes, retained), "a {} has parked", H::NAME);
        peer.signal();
        assert_eq!(half.wait(&task, 1), Poll::Pending, "{}", H::NAME);
        assert_eq!(task.state(), (wakes + 1, retained), "{}", H::NAME);
        assert_eq!(half.move_all(), 1, "the half has found a byte");
    }
    peer.stop();
}

#[test]
fn b18_a_half_that_finds_bytes_by_spinning_yields_as_often_as_one_that_need_not_spin() {
    if has_two_cores() {
        within(DEADLINE, || {
            a_half_yields_although_it_spins::<Reader>();
            a_half_yields_although_it_spins::<Writer>();
        });
    }
}
