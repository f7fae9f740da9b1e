//! B7 and B8: random calls, with a model that predicts which half waits and which one is woken.

use core::cmp::min;
use core::task::Poll;

use async_duplex::{pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, Outcome};

/// The state of a half in the model.
#[derive(Default)]
struct Side {
    task: CountingTask,
    parked: bool,
    wakes: usize,
}

impl Side {
    /// The other half has made progress.
    fn peer_progressed(&mut self) {
        self.wakes += usize::from(self.parked);
        self.parked = false;
    }

    fn check(&self) {
        assert_eq!(self.task.wakes(), self.wakes);
        assert_eq!(self.task.retained(), usize::from(self.parked));
    }
}

/// A pipe, and its expected state.
struct Model {
    reader: Reader,
    writer: Writer,
    unread: usize,
    read: Side,
    write: Side,
}

impl Model {
    fn new(capacity: usize) -> Self {
        let (reader, writer) = pipe(capacity);
        Self {
            reader,
            writer,
            unread: 0,
            read: Side::default(),
            write: Side::default(),
        }
    }

    fn read(&mut self, n: usize, polled: bool) {
        let mut buf = [0; 32];
        let outcome = if polled {
            self.read.task.read(&mut self.reader, &mut buf[..n])
        } else {
            as_poll(self.reader.try_read(&mut buf[..n]))
        };
        let expected = min(n, self.unread);
        assert_eq!(outcome, expected_outcome(expected));
        if expected == 0 {
            self.read.parked |= polled;
        } else {
            self.unread -= expected;
            self.write.peer_progressed();
        }
    }

    fn write(&mut self, n: usize, polled: bool) {
        let bytes = &[0; 32][..n];
        let outcome = if polled {
            self.write.task.write(&mut self.writer, bytes)
        } else {
            as_poll(self.writer.try_write(bytes))
        };
        let expected = min(n, self.writer.capacity() - self.unread);
        assert_eq!(outcome, expected_outcome(expected));
        if expected == 0 {
            self.write.parked |= polled;
        } else {
            self.unread += expected;
            self.read.peer_progressed();
        }
    }

    fn check(&self) {
        self.read.check();
        self.write.check();
        assert_eq!(self.reader.len(), self.unread);
    }
}

/// The result of a call that can move `n` bytes.
fn expected_outcome(n: usize) -> Outcome<usize> {
    match n {
        0 => Poll::Pending,
        n => ready(n),
    }
}

#[test]
fn b7_b8_in_random_operations_no_call_waits_and_no_task_is_woken_without_need() {
    let operations = if cfg!(miri) { 500 } else { 100_000 };
    for capacity in [1, 2, 5, 16] {
        let mut model = Model::new(capacity);
        let mut random: u32 = 1;
        for _ in 0..operations {
            // A linear congruential generator. Its upper bits are the most random.
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let n = 1 + (random >> 27) as usize % (capacity + 2);
            let polled = random >> 25 & 3 != 0;
            if random >> 24 & 1 == 0 {
                model.write(n, polled);
            } else {
                model.read(n, polled);
            }
            model.check();
        }
        let (read, write) = (model.read.wakes, model.write.wakes);
        assert!(
            read > operations / 100 && write > operations / 100,
            "both waited"
        );
    }
}

#[test]
fn b7_writes_and_reads_in_turn_never_wait() {
    let rounds = if cfg!(miri) { 500 } else { 100_000 };
    let (mut reader, mut writer) = pipe(64);
    let task = CountingTask::new();
    for _ in 0..rounds {
        assert_eq!(task.write(&mut writer, &[0; 48]), ready(48));
        assert_eq!(task.read(&mut reader, &mut [0; 48]), ready(48));
    }
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}
