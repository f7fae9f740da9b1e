//! B7, B15, B17 and B21 between two threads. The peer of a half that waits for several bytes moves
//! fewer of them at the very moment when the half waits for something else as well, or ends.

#![cfg(not(loom))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "support/counting_waker.rs"]
mod counting_waker;
#[path = "support/deadline.rs"]
mod deadline;
#[path = "support/endings.rs"]
mod endings;

use core::hint;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use async_duplex::{pipe, Reader, Writer};
use counting_waker::{moved, tried, CountingTask};
use deadline::within;
use endings::{Deed, READER_ABORTS, READER_ENDINGS, WRITER_ABORTS, WRITER_ENDINGS};

const DEADLINE: u64 = 60;

const ROUNDS: usize = if cfg!(miri) { 20 } else { 20_000 };

const CAPACITY: usize = 4;

/// How many bytes a half waits for. First comes one, then the rest.
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

/// Makes the tests take turns. Two at a time would have four threads spin, and the two threads of
/// each would hardly ever act at the same moment.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where two threads meet: neither goes on before the other has come.
#[derive(Default)]
struct Meeting([AtomicUsize; 2]);

impl Meeting {
    fn meet(&self, own: usize) {
        let at = self.0[own].fetch_add(1, Ordering::AcqRel) + 1;
        let mut spins = 0;
        while self.0[1 - own].load(Ordering::Acquire) < at {
            spins += 1;
            if spins < 1000 {
                hint::spin_loop();
            } else {
                // There may be only one core.
                thread::yield_now();
            }
        }
    }
}

/// Has `half` wait while `peer` moves one byte, and then the rest. Returns how many times `half`
/// was not woken. `restore` makes the pipe as it was.
fn lost_wakes<H: Send, P: Send>(
    (mut half, mut peer): (H, P),
    wait: fn(&CountingTask, &mut H),
    give: fn(&mut P, usize),
    restore: fn(&mut H),
) -> usize {
    let meeting = Meeting::default();
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..ROUNDS {
                    meeting.meet(0);
                    (0..round % 64).for_each(|_| hint::spin_loop());
                    give(&mut peer, 1);
                    meeting.meet(0);
                    give(&mut peer, MIN - 1);
                    meeting.meet(0);
                }
            });
            let mut lost = 0;
            for _ in 0..ROUNDS {
                let task = CountingTask::new();
                meeting.meet(1);
                wait(&task, &mut half);
                meeting.meet(1);
                meeting.meet(1);
                lost += usize::from(task.wakes() == 0);
                restore(&mut half);
            }
            lost
        })
    })
}

fn check_reader() {
    for (what, wait) in READER_WAITS {
        let give: fn(&mut Writer, usize) = |writer, n| {
            assert_eq!(tried(writer.try_write(&[1; MIN][..n])), moved(n));
        };
        let restore: fn(&mut Reader) = |reader| {
            assert_eq!(tried(reader.try_read(&mut [0; CAPACITY])), moved(MIN));
        };
        let lost = lost_wakes(pipe(CAPACITY), wait, give, restore);
        assert_eq!(lost, 0, "of {ROUNDS} waits for {what}");
    }
}

fn check_writer() {
    for (what, wait) in WRITER_WAITS {
        let (reader, mut writer) = pipe(CAPACITY);
        assert_eq!(tried(writer.try_write(&[1; CAPACITY])), moved(CAPACITY));
        let give: fn(&mut Reader, usize) = |reader, n| {
            assert_eq!(tried(reader.try_read(&mut [0; MIN][..n])), moved(n));
        };
        let restore: fn(&mut Writer) = |writer| {
            assert_eq!(tried(writer.try_write(&[1; CAPACITY])), moved(MIN));
        };
        let lost = lost_wakes((writer, reader), wait, give, restore);
        assert_eq!(lost, 0, "of {ROUNDS} waits for {what}");
    }
}

#[test]
fn b7_a_half_that_waits_twice_is_woken_although_its_peer_moved_too_few_bytes_meanwhile() {
    let _turn = turn();
    check_reader();
    check_writer();
}

/// What became of the waker of a half that ended.
struct Fate {
    /// Whether the waker was still kept when the half and its peer had both done what they did at
    /// the same moment.
    is_kept_at_first: bool,
    /// How many wakers are kept, and how often they were woken, when the peer has been dropped too.
    kept: usize,
    wakes: usize,
}

/// Has `end` end a half that waits for several bytes while its peer moves one. Then the peer moves
/// one more and is dropped. Returns how many times `is_right` said no.
fn wrong_fates<H: Send, P: Send>(
    make: fn() -> (H, P),
    wait: fn(&CountingTask, &mut H),
    give: fn(&mut P),
    end: fn(H) -> Option<H>,
    is_right: fn(&Fate) -> bool,
) -> usize {
    let meeting = Meeting::default();
    let (halves, peers): (Vec<_>, Vec<_>) = (0..ROUNDS / 4).map(|_| make()).unzip();
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(|| {
                for mut peer in peers {
                    meeting.meet(0);
                    give(&mut peer);
                    meeting.meet(0);
                    meeting.meet(0);
                    give(&mut peer);
                    drop(peer);
                    meeting.meet(0);
                }
            });
            let mut wrong = 0;
            for (round, mut half) in halves.into_iter().enumerate() {
                let task = CountingTask::new();
                wait(&task, &mut half);
                meeting.meet(1);
                // The peer takes longer to move a byte than the half to end.
                (0..round % 64).for_each(|_| hint::spin_loop());
                let _half = end(half);
                meeting.meet(1);
                let is_kept_at_first = task.kept() > 0;
                meeting.meet(1);
                meeting.meet(1);
                let (kept, wakes) = (task.kept(), task.wakes());
                let fate = Fate {
                    is_kept_at_first,
                    kept,
                    wakes,
                };
                wrong += usize::from(!is_right(&fate));
            }
            wrong
        })
    })
}

/// Checks the [`wrong_fates`] of readers that wait for several bytes.
fn check_readers_that_end(end: Deed<Reader>, is_right: fn(&Fate) -> bool) {
    let wait: fn(&CountingTask, &mut Reader) = |task, reader| {
        assert!(task.poll(|cx| reader.poll_readable(cx, MIN)).is_pending());
    };
    let give: fn(&mut Writer) = |writer| {
        let _written_or_broken = writer.try_write(b"x");
    };
    let (what, end) = end;
    let wrong = wrong_fates(|| pipe(CAPACITY), wait, give, end, is_right);
    assert_eq!(wrong, 0, "of {} readers, each of which {what}", ROUNDS / 4);
}

/// Checks the [`wrong_fates`] of writers that wait for several bytes of room.
fn check_writers_that_end(end: Deed<Writer>, is_right: fn(&Fate) -> bool) {
    let wait: fn(&CountingTask, &mut Writer) = |task, writer| {
        assert_eq!(tried(writer.try_write(&[1; CAPACITY])), moved(CAPACITY));
        assert!(task.poll(|cx| writer.poll_writable(cx, MIN)).is_pending());
    };
    let give: fn(&mut Reader) = |reader| {
        let _read_or_failed = reader.try_read(&mut [0]);
    };
    let (what, end) = end;
    let wrong = wrong_fates(|| swapped(pipe(CAPACITY)), wait, give, end, is_right);
    assert_eq!(wrong, 0, "of {} writers, each of which {what}", ROUNDS / 4);
}

/// The peer may hold the waker at the moment of the drop. Then it wakes it, once.
#[test]
fn b21_a_dropped_half_keeps_no_waker_although_its_peer_moved_too_few_bytes_meanwhile() {
    let _turn = turn();
    let is_right: fn(&Fate) -> bool =
        |fate| !fate.is_kept_at_first && fate.kept == 0 && fate.wakes <= 1;
    check_readers_that_end(READER_ENDINGS[1], is_right);
    check_writers_that_end(WRITER_ENDINGS[1], is_right);
}

#[test]
fn b7_a_half_that_closes_or_aborts_is_woken_once_although_its_peer_moved_bytes_meanwhile() {
    let _turn = turn();
    let is_right: fn(&Fate) -> bool = |fate| fate.kept == 0 && fate.wakes == 1;
    for end in [READER_ENDINGS[0], READER_ABORTS] {
        check_readers_that_end(end, is_right);
    }
    for end in [WRITER_ENDINGS[0], WRITER_ABORTS] {
        check_writers_that_end(end, is_right);
    }
}

fn swapped<A, B>((a, b): (A, B)) -> (B, A) {
    (b, a)
}
