//! B7, B8, B15 and B17: every pair of waits of one half, in one task or in two, in both orders.

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

    /// Checks that the half could move a byte.
    fn has_one(&mut self, task: &CountingTask);

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

    fn has_one(&mut self, task: &CountingTask) {
        assert!(readable(task, self, 1).is_ready());
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

    fn has_one(&mut self, task: &CountingTask) {
        assert!(writable(task, self, 1).is_ready());
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
            // A wake by bytes takes the only waker, so the end does not wake the task again.
            let watches = usize::from(least > CAPACITY);
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

/// A half has one waker, that of the latest wait. The second task is woken for what the first one
/// waited for, too: a half cannot tell that the first wait was given up.
fn check_two_tasks<H: Waiting>() {
    every_pair(|waits, least| {
        let tasks = || [CountingTask::new(), CountingTask::new()];
        let state = |tasks: &[CountingTask; 2]| {
            let [old, new] = tasks;
            ((old.wakes(), old.retained()), (new.wakes(), new.retained()))
        };
        let wait_in_both = |half: &mut H, tasks: &[CountingTask; 2]| {
            for (task, wait) in tasks.iter().zip(waits) {
                half.wait(task, wait);
            }
            assert_eq!(state(tasks), ((0, 0), (0, 1)), "{waits:?}");
        };

        let (mut half, mut peer) = H::new();
        let tasks_of_bytes = tasks();
        wait_in_both(&mut half, &tasks_of_bytes);
        for n in 1..=CAPACITY {
            H::give(&mut peer);
            let woken = usize::from(n >= least);
            let expected = ((0, 0), (woken, 1 - woken));
            assert_eq!(state(&tasks_of_bytes), expected, "{waits:?}");
        }
        drop(peer);
        assert_eq!(state(&tasks_of_bytes), ((0, 0), (1, 0)), "{waits:?}");

        for (how, end) in H::ends() {
            let (mut half, peer) = H::new();
            let tasks = tasks();
            wait_in_both(&mut half, &tasks);
            drop(end(peer));
            let expected = ((0, 0), (1, 0));
            assert_eq!(state(&tasks), expected, "{waits:?}, the other half {how}");
        }
    });
}

#[test]
fn b7_the_second_task_that_waits_for_a_reader_is_the_only_one_that_is_woken() {
    check_two_tasks::<Reader>();
}

#[test]
fn b7_the_second_task_that_waits_for_a_writer_is_the_only_one_that_is_woken() {
    check_two_tasks::<Writer>();
}

/// The half was woken for the lower number, and waits for the higher one anew.
fn check_that_a_wait_anew_counts_alone<H: Waiting>() {
    for first in 1..CAPACITY {
        for then in first + 1..=CAPACITY {
            let task = CountingTask::new();
            let (mut half, mut peer) = H::new();
            half.wait(&task, Wait::Ready(then));
            half.wait(&task, Wait::Ready(first));
            (0..first).for_each(|_| H::give(&mut peer));
            assert_eq!(task.wakes(), 1, "{first}, {then}");
            half.wait(&task, Wait::Ready(then));
            for n in first + 1..=CAPACITY {
                H::give(&mut peer);
                let woken = 1 + usize::from(n >= then);
                assert_eq!(task.wakes(), woken, "{first}, {then}, {n}");
            }
        }
    }
}

#[test]
fn b8_a_wait_after_a_wake_is_not_woken_at_the_lower_number_of_the_wait_before() {
    check_that_a_wait_anew_counts_alone::<Reader>();
    check_that_a_wait_anew_counts_alone::<Writer>();
}

/// A wait that was given up may be woken for in vain, once, and the half waits on after it.
fn check_that_a_given_up_wait_costs_one_wake_at_most<H: Waiting>() {
    for given_up in 1..=CAPACITY {
        for wait in WAITS {
            let task = CountingTask::new();
            let (mut half, mut peer) = H::new();
            half.wait(&task, Wait::Ready(given_up));
            half.wait(&task, wait);
            let mut in_vain = 0;
            for n in 1..=CAPACITY {
                let before = task.wakes();
                H::give(&mut peer);
                let woken = task.wakes() - before;
                if wait.bytes().map_or(false, |bytes| bytes <= n) {
                    assert!(woken == 1 || task.wakes() == 1, "{given_up}, {wait:?}");
                    break;
                }
                in_vain += woken;
                half.wait(&task, wait);
            }
            assert!(
                in_vain <= 1,
                "{given_up}, {wait:?}: {in_vain} wakes in vain"
            );
            if wait == Wait::End {
                drop(peer);
                assert_eq!(task.wakes(), in_vain + 1, "{given_up}");
            }
        }
    }
}

#[test]
fn b8_a_wait_that_was_given_up_costs_one_wake_in_vain_at_most() {
    check_that_a_given_up_wait_costs_one_wake_at_most::<Reader>();
    check_that_a_given_up_wait_costs_one_wake_at_most::<Writer>();
}

/// Bytes that are not enough for any wait come between the waits of a half.
fn check_three_waits<H: Waiting>() {
    for numbers in [
        [4, 3, 2],
        [4, 2, 3],
        [3, 4, 2],
        [3, 2, 4],
        [2, 4, 3],
        [2, 3, 4],
    ] {
        for early in 0..=2 {
            let task = CountingTask::new();
            let (mut half, mut peer) = H::new();
            for (i, number) in numbers.into_iter().enumerate() {
                half.wait(&task, Wait::Ready(number));
                if i + 1 == early {
                    H::give(&mut peer);
                }
            }
            assert_eq!((task.wakes(), task.retained()), (0, 1), "{numbers:?}");
            if early == 0 {
                H::give(&mut peer);
                assert_eq!(task.wakes(), 0, "{numbers:?}");
            }
            H::give(&mut peer);
            assert_eq!(
                (task.wakes(), task.retained()),
                (1, 0),
                "{numbers:?}, {early}"
            );
        }
    }
}

#[test]
fn b8_of_three_waits_that_overlap_the_smallest_number_counts() {
    check_three_waits::<Reader>();
    check_three_waits::<Writer>();
}

/// A call that succeeds neither keeps a waker nor forgets a wait of its half for more.
fn check_that_a_success_forgets_no_wait<H: Waiting>() {
    for number in 2..=CAPACITY {
        let task = CountingTask::new();
        let (mut half, mut peer) = H::new();
        H::give(&mut peer);
        half.wait(&task, Wait::Ready(number));
        half.has_one(&CountingTask::new());
        for n in 2..=CAPACITY {
            assert_eq!(task.wakes(), usize::from(n > number), "{number}, {n}");
            H::give(&mut peer);
        }
        assert_eq!((task.wakes(), task.retained()), (1, 0), "{number}");
    }
}

#[test]
fn b7_a_call_that_does_not_wait_leaves_the_waker_of_a_wait_for_more() {
    check_that_a_success_forgets_no_wait::<Reader>();
    check_that_a_success_forgets_no_wait::<Writer>();
}
