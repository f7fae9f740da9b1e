//! B7, B15, B17 and B21 between two threads. A half waits for several bytes. While its peer moves
//! fewer of them, the half waits a second time, or ends.

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "support/counting_waker.rs"]
mod counting_waker;
#[path = "support/deadline.rs"]
mod deadline;
#[path = "support/endings.rs"]
mod endings;
#[path = "support/rendezvous.rs"]
mod rendezvous;

use core::hint;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use async_duplex::{pipe, Reader, Writer};
use counting_waker::{as_poll, ready, CountingTask};
use deadline::within;
use endings::{Action, READER_ABORT, READER_ENDINGS, WRITER_ABORT, WRITER_ENDINGS};
use rendezvous::Rendezvous;

const DEADLINE: u64 = 240;

const ROUNDS: usize = if cfg!(miri) { 20 } else { 20_000 };

const CAPACITY: usize = 4;

/// The threshold of a half. The peer moves one byte, and then the rest.
const MIN: usize = 3;

/// Two waits of a half in one task.
type Waits<H> = (&'static str, fn(&CountingTask, &mut H));

const READER_WAITS: [Waits<Reader>; 3] = [
    ("bytes, then the end", |task, reader| {
        assert!(task.poll(|cx| reader.poll_readable(cx, MIN)).is_pending());
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    }),
    ("the end, then bytes", |task, reader| {
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
        assert!(task.poll(|cx| reader.poll_readable(cx, MIN)).is_pending());
    }),
    ("bytes, then more bytes", |task, reader| {
        assert!(task.poll(|cx| reader.poll_readable(cx, MIN)).is_pending());
        let more = task.poll(|cx| reader.poll_readable(cx, CAPACITY));
        assert!(more.is_pending());
    }),
];

const WRITER_WAITS: [Waits<Writer>; 3] = [
    ("room, then the end", |task, writer| {
        assert!(task.poll(|cx| writer.poll_writable(cx, MIN)).is_pending());
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
    }),
    ("the end, then room", |task, writer| {
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
        assert!(task.poll(|cx| writer.poll_writable(cx, MIN)).is_pending());
    }),
    ("room, then more room", |task, writer| {
        assert!(task.poll(|cx| writer.poll_writable(cx, MIN)).is_pending());
        let more = task.poll(|cx| writer.poll_writable(cx, CAPACITY));
        assert!(more.is_pending());
    }),
];

/// Makes the tests take turns. If two ran at a time, four threads would spin, and the two threads
/// of a test would hardly ever act at the same moment.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets `half` wait while `peer` moves one byte, and then the rest. Returns how many times `half`
/// was not woken. `restore` undoes the transfers.
fn lost_wakes<H: Send, P: Send>(
    (mut half, mut peer): (H, P),
    wait: fn(&CountingTask, &mut H),
    give: fn(&mut P, usize),
    restore: fn(&mut H),
) -> usize {
    let rendezvous = Rendezvous::default();
    let [there, here] = rendezvous.threads();
    within(DEADLINE, || {
        thread::scope(|scope| {
            let giving = scope.spawn(move || {
                for round in 0..ROUNDS {
                    there.meet();
                    (0..round % 64).for_each(|_| hint::spin_loop());
                    give(&mut peer, 1);
                    there.meet();
                    give(&mut peer, MIN - 1);
                    there.meet();
                }
                peer
            });
            let mut lost = 0;
            for _ in 0..ROUNDS {
                let task = CountingTask::new();
                here.meet();
                wait(&task, &mut half);
                here.meet();
                here.meet();
                lost += usize::from(task.wakes() == 0);
                restore(&mut half);
            }
            // The peer is dropped after the last `restore`.
            drop(giving.join().unwrap());
            lost
        })
    })
}

fn check_reader() {
    for (what, wait) in READER_WAITS {
        let give: fn(&mut Writer, usize) = |writer, n| {
            assert_eq!(as_poll(writer.try_write(&[1; MIN][..n])), ready(n));
        };
        let restore: fn(&mut Reader) = |reader| {
            assert_eq!(as_poll(reader.try_read(&mut [0; CAPACITY])), ready(MIN));
        };
        let lost = lost_wakes(pipe(CAPACITY), wait, give, restore);
        assert_eq!(lost, 0, "of {ROUNDS} waits for {what}");
    }
}

fn check_writer() {
    for (what, wait) in WRITER_WAITS {
        let (reader, mut writer) = pipe(CAPACITY);
        assert_eq!(as_poll(writer.try_write(&[1; CAPACITY])), ready(CAPACITY));
        let give: fn(&mut Reader, usize) = |reader, n| {
            assert_eq!(as_poll(reader.try_read(&mut [0; MIN][..n])), ready(n));
        };
        let restore: fn(&mut Writer) = |writer| {
            assert_eq!(as_poll(writer.try_write(&[1; CAPACITY])), ready(MIN));
        };
        let lost = lost_wakes((writer, reader), wait, give, restore);
        assert_eq!(lost, 0, "of {ROUNDS} waits for {what}");
    }
}

#[test]
fn b7_a_half_that_waits_twice_is_woken_although_its_peer_first_moves_too_few_bytes() {
    let _turn = turn();
    check_reader();
    check_writer();
}

/// What happened to the waker of a half that ended.
struct Outcome {
    /// Whether the waker was still retained after the half had ended and its peer had moved a byte.
    is_retained_at_first: bool,
    /// How many wakers are retained, and how many wakes there were, after the peer was dropped too.
    retained: usize,
    wakes: usize,
}

/// Ends a half that waits for several bytes while its peer moves one. Then the peer moves another
/// one and is dropped. Returns how many outcomes were not right.
fn wrong_outcomes<H: Send, P: Send>(
    make: fn() -> (H, P),
    wait: fn(&CountingTask, &mut H),
    give: fn(&mut P),
    end: fn(H) -> Option<H>,
    is_right: fn(&Outcome) -> bool,
) -> usize {
    let rendezvous = Rendezvous::default();
    let [there, here] = rendezvous.threads();
    let (halves, peers): (Vec<_>, Vec<_>) = (0..ROUNDS / 4).map(|_| make()).unzip();
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(move || {
                for mut peer in peers {
                    there.meet();
                    give(&mut peer);
                    there.meet();
                    there.meet();
                    give(&mut peer);
                    drop(peer);
                    there.meet();
                }
            });
            let mut wrong = 0;
            for (round, mut half) in halves.into_iter().enumerate() {
                let task = CountingTask::new();
                wait(&task, &mut half);
                here.meet();
                // The peer takes longer to move a byte than the half to end.
                (0..round % 64).for_each(|_| hint::spin_loop());
                let _half = end(half);
                here.meet();
                let is_retained_at_first = task.retained() > 0;
                here.meet();
                here.meet();
                let (retained, wakes) = (task.retained(), task.wakes());
                let outcome = Outcome {
                    is_retained_at_first,
                    retained,
                    wakes,
                };
                wrong += usize::from(!is_right(&outcome));
            }
            wrong
        })
    })
}

/// Ends readers that wait for several bytes.
fn check_readers_that_end(end: Action<Reader>, is_right: fn(&Outcome) -> bool) {
    let wait: fn(&CountingTask, &mut Reader) = |task, reader| {
        assert!(task.poll(|cx| reader.poll_readable(cx, MIN)).is_pending());
    };
    let give: fn(&mut Writer) = |writer| {
        let _written_or_broken = writer.try_write(b"x");
    };
    let (what, end) = end;
    let wrong = wrong_outcomes(|| pipe(CAPACITY), wait, give, end, is_right);
    assert_eq!(wrong, 0, "of {} readers, each of which {what}", ROUNDS / 4);
}

/// Ends writers that wait for several free bytes.
fn check_writers_that_end(end: Action<Writer>, is_right: fn(&Outcome) -> bool) {
    let wait: fn(&CountingTask, &mut Writer) = |task, writer| {
        assert_eq!(as_poll(writer.try_write(&[1; CAPACITY])), ready(CAPACITY));
        assert!(task.poll(|cx| writer.poll_writable(cx, MIN)).is_pending());
    };
    let give: fn(&mut Reader) = |reader| {
        let _read_or_failed = reader.try_read(&mut [0]);
    };
    let (what, end) = end;
    let wrong = wrong_outcomes(|| swapped(pipe(CAPACITY)), wait, give, end, is_right);
    assert_eq!(wrong, 0, "of {} writers, each of which {what}", ROUNDS / 4);
}

/// The peer may hold the waker when the half is dropped. Then it wakes it, once.
#[test]
fn b21_a_dropped_half_retains_no_waker_although_its_peer_moves_bytes_meanwhile() {
    let _turn = turn();
    let is_right: fn(&Outcome) -> bool =
        |outcome| !outcome.is_retained_at_first && outcome.retained == 0 && outcome.wakes <= 1;
    check_readers_that_end(READER_ENDINGS[1], is_right);
    check_writers_that_end(WRITER_ENDINGS[1], is_right);
}

#[test]
fn b7_a_half_that_ends_is_woken_once_although_its_peer_moves_bytes_meanwhile() {
    let _turn = turn();
    let is_right: fn(&Outcome) -> bool = |outcome| outcome.retained == 0 && outcome.wakes == 1;
    for end in [READER_ENDINGS[0], READER_ABORT] {
        check_readers_that_end(end, is_right);
    }
    for end in [WRITER_ENDINGS[0], WRITER_ABORT] {
        check_writers_that_end(end, is_right);
    }
}

fn swapped<A, B>((a, b): (A, B)) -> (B, A) {
    (b, a)
}
