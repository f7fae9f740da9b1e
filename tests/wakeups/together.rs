//! B7, B15 and B17: every pair of waits of one half, in one task or in two, in both orders.

use core::cmp::min;

use async_duplex::{pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask};
use crate::endings::{reader_ends, writer_ends, Action};
use crate::full_pipe;
use crate::readiness::{readable, writable};

const CAPACITY: usize = 4;

/// What a half can wait for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wait {
    /// One byte to read or to write.
    Transfer,
    /// One byte in `poll_fill_buf`.
    FillBuf,
    /// A number of bytes.
    Ready(usize),
    /// The end of the other half.
    End,
}

const WAITS: [Wait; 7] = [
    Wait::Transfer,
    Wait::FillBuf,
    Wait::Ready(1),
    Wait::Ready(2),
    Wait::Ready(3),
    Wait::Ready(CAPACITY),
    Wait::End,
];

impl Wait {
    /// The threshold of the wait, if it is one for bytes.
    fn bytes(self) -> Option<usize> {
        match self {
            Self::Transfer | Self::FillBuf => Some(1),
            Self::Ready(n) => Some(n),
            Self::End => None,
        }
    }
}

/// Calls `check` with every pair of waits, and with the lower of their thresholds: more than the
/// capacity if both wait for the end.
fn every_pair(check: impl Fn([Wait; 2], usize)) {
    for first in WAITS {
        for then in WAITS {
            let bytes = |wait: Wait| wait.bytes().unwrap_or(CAPACITY + 1);
            check([first, then], min(bytes(first), bytes(then)));
        }
    }
}

/// A half that waits, and the one that it waits for.
trait Waiting: Sized {
    type Peer;

    /// A half that can move nothing, and its peer.
    fn new() -> (Self, Self::Peer);

    /// Lets the half wait in `task`.
    fn wait(&mut self, task: &CountingTask, wait: Wait);

    /// Lets the peer move one byte, so that the half can move one more.
    fn give(peer: &mut Self::Peer);

    /// Every way in which the peer ends.
    fn ends() -> Vec<Action<Self::Peer>>;
}

impl Waiting for Reader {
    type Peer = Writer;

    fn new() -> (Self, Writer) {
        pipe(CAPACITY)
    }

    fn wait(&mut self, task: &CountingTask, wait: Wait) {
        assert!(match wait {
            Wait::Transfer => task.read(self, &mut [0; 9]).is_pending(),
            Wait::FillBuf => task.fill_buf(self).is_pending(),
            Wait::Ready(n) => readable(task, self, n).is_pending(),
            Wait::End => task.poll(|cx| self.poll_closed(cx)).is_pending(),
        });
    }

    fn give(peer: &mut Writer) {
        assert_eq!(as_poll(peer.try_write(b"x")), ready(1));
    }

    fn ends() -> Vec<Action<Writer>> {
        writer_ends().collect()
    }
}

impl Waiting for Writer {
    type Peer = Reader;

    fn new() -> (Self, Reader) {
        let (reader, writer) = full_pipe();
        (writer, reader)
    }

    fn wait(&mut self, task: &CountingTask, wait: Wait) {
        assert!(match wait {
            Wait::Transfer | Wait::FillBuf => task.write(self, b"more").is_pending(),
            Wait::Ready(n) => writable(task, self, n).is_pending(),
            Wait::End => task.poll(|cx| self.poll_closed(cx)).is_pending(),
        });
    }

    fn give(peer: &mut Reader) {
        assert_eq!(as_poll(peer.try_read(&mut [0])), ready(1));
    }

    fn ends() -> Vec<Action<Reader>> {
        reader_ends().collect()
    }
}

/// Some bytes are moved before the second wait, but fewer than either threshold.
fn check_that_enough_bytes_wake_one_task<H: Waiting>() {
    every_pair(|waits, least| {
        for early in 0..min(least, CAPACITY) {
            let (mut half, mut peer) = H::new();
            let task = CountingTask::new();
            half.wait(&task, waits[0]);
            (0..early).for_each(|_| H::give(&mut peer));
            half.wait(&task, waits[1]);
            assert_eq!(task.wakes(), 0, "{waits:?}");
            for n in early + 1..=CAPACITY {
                H::give(&mut peer);
                assert_eq!(task.wakes(), usize::from(n >= least), "{waits:?}, {n}");
            }
            let watches = usize::from(waits.contains(&Wait::End));
            assert_eq!(task.retained(), watches, "{waits:?}");
            let wakes = task.wakes();
            drop(peer);
            assert_eq!(task.wakes(), wakes + watches, "{waits:?}");
            assert_eq!(task.retained(), 0, "{waits:?}");
        }
    });
}

#[test]
fn b17_a_task_with_two_waits_for_a_reader_is_woken_when_enough_bytes_come() {
    check_that_enough_bytes_wake_one_task::<Reader>();
}

#[test]
fn b17_a_task_with_two_waits_for_a_writer_is_woken_when_enough_space_is_freed() {
    check_that_enough_bytes_wake_one_task::<Writer>();
}

/// Some bytes are moved before the second wait and some after it, but fewer than either threshold.
fn check_that_an_end_wakes_one_task_once<H: Waiting>() {
    every_pair(|waits, least| {
        for (how, end) in H::ends() {
            for early in 0..min(least, CAPACITY) {
                for late in 0..min(least, CAPACITY) - early {
                    let (mut half, mut peer) = H::new();
                    let task = CountingTask::new();
                    half.wait(&task, waits[0]);
                    (0..early).for_each(|_| H::give(&mut peer));
                    half.wait(&task, waits[1]);
                    (0..late).for_each(|_| H::give(&mut peer));
                    assert_eq!(task.wakes(), 0, "{waits:?}");
                    drop(end(peer));
                    let state = (task.wakes(), task.retained());
                    assert_eq!(state, (1, 0), "{waits:?}, the other half {how}");
                }
            }
        }
    });
}

#[test]
fn b15_a_task_with_two_waits_for_a_reader_is_woken_once_when_the_writer_ends() {
    check_that_an_end_wakes_one_task_once::<Reader>();
}

#[test]
fn b15_a_task_with_two_waits_for_a_writer_is_woken_once_when_the_reader_ends() {
    check_that_an_end_wakes_one_task_once::<Writer>();
}

/// Waits for bytes and for the end are independent. Of two waits for bytes, or two for the end, the
/// one of the second task replaces that of the first.
fn check_two_tasks<H: Waiting>() {
    every_pair(|waits, _| {
        let replaced = (waits[0] == Wait::End) == (waits[1] == Wait::End);
        let tasks = || [CountingTask::new(), CountingTask::new()];
        let retained = |tasks: &[CountingTask; 2]| [tasks[0].retained(), tasks[1].retained()];
        let wakes = |tasks: &[CountingTask; 2]| [tasks[0].wakes(), tasks[1].wakes()];
        let registered = [usize::from(!replaced), 1];
        // A wait for bytes that replaces another one is woken at the lower threshold.
        let due = |i: usize| match (waits[0].bytes(), waits[1].bytes()) {
            (Some(first), Some(then)) => Some(min(first, then)),
            _ => waits[i].bytes(),
        };

        let (mut half, mut peer) = H::new();
        let tasks_of_bytes = tasks();
        for (task, wait) in tasks_of_bytes.iter().zip(waits) {
            half.wait(task, wait);
        }
        assert_eq!(retained(&tasks_of_bytes), registered, "{waits:?}");
        for n in 1..=CAPACITY {
            H::give(&mut peer);
            let woken = |i: usize| {
                let is_enough = due(i).map_or(false, |bytes| bytes <= n);
                registered[i] * usize::from(is_enough)
            };
            assert_eq!(wakes(&tasks_of_bytes), [woken(0), woken(1)], "{waits:?}");
        }
        drop(peer);
        assert_eq!(wakes(&tasks_of_bytes), registered, "{waits:?}");
        assert_eq!(retained(&tasks_of_bytes), [0, 0], "{waits:?}");

        for (how, end) in H::ends() {
            let (mut half, peer) = H::new();
            let tasks = tasks();
            for (task, wait) in tasks.iter().zip(waits) {
                half.wait(task, wait);
            }
            drop(end(peer));
            assert_eq!(wakes(&tasks), registered, "{waits:?}, the other half {how}");
            assert_eq!(retained(&tasks), [0, 0], "{waits:?}, the other half {how}");
        }
    });
}

#[test]
fn b15_a_readers_waits_for_bytes_and_for_the_end_are_independent_in_two_tasks() {
    check_two_tasks::<Reader>();
}

#[test]
fn b15_a_writers_waits_for_room_and_for_the_end_are_independent_in_two_tasks() {
    check_two_tasks::<Writer>();
}
