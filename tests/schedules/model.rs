//! A queue of bytes, and the states of the two halves.

use core::task::Poll;
use std::collections::VecDeque;
use std::io::ErrorKind;

use async_duplex::{Options, Reader, Writer};

use crate::counting_waker::{failed, ready, CountingTask, Outcome, BROKEN};

/// The options of a pipe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) capacity: usize,
    pub(crate) yield_every: usize,
}

impl Settings {
    pub(crate) fn pipe(self) -> (Reader, Writer) {
        Options::new(self.capacity)
            .yield_every(self.yield_every)
            .pipe()
    }
}

/// The state of a half.
#[derive(Default)]
pub(crate) struct Half {
    pub(crate) task: CountingTask,
    wakes: usize,
    /// The threshold of its waiter: the lowest one since its task was woken.
    threshold: Option<usize>,
    awaits_end: bool,
    /// The end of the half: clean, or an abort with a kind.
    pub(crate) end: Option<Option<ErrorKind>>,
    /// The kind of an abort of the other half that came before the end of this one.
    peer_abort: Option<ErrorKind>,
    /// How many calls in a row did not wait.
    in_a_row: usize,
    /// How many bytes the half has moved, and how many when a call was last counted.
    moved: usize,
    counted_at: usize,
}

impl Half {
    /// The result of a poll for `min` bytes that found `found`.
    fn poll(&mut self, found: Outcome<usize>, min: usize, every: usize) -> Outcome<usize> {
        match found {
            Poll::Pending => {
                self.threshold = Some(self.threshold.map_or(min, |threshold| threshold.min(min)));
                self.in_a_row = 0;
                Poll::Pending
            }
            Poll::Ready(Ok(1..)) if every > 0 && min > 0 => {
                let again = self.in_a_row > 0 && self.counted_at == self.moved;
                self.counted_at = self.moved;
                if again {
                    found
                } else if self.in_a_row == every {
                    self.wakes += 1;
                    self.in_a_row = 0;
                    Poll::Pending
                } else {
                    self.in_a_row += 1;
                    found
                }
            }
            found => found,
        }
    }

    /// The other half has moved bytes, and `available` are available to this one. A half that has
    /// ended has no threshold any more: it is woken by every transfer.
    fn peer_progressed(&mut self, available: usize) {
        let has_ended = self.end.is_some();
        if self
            .threshold
            .is_some_and(|threshold| threshold <= available || has_ended)
        {
            self.threshold = None;
            self.wakes += 1;
        }
    }

    /// Ends the half, unless it has ended before. Returns whether it did. The half keeps its own
    /// waiters.
    pub(crate) fn end_with(&mut self, how: Option<ErrorKind>, other: &mut Half) -> bool {
        if self.end.is_some() {
            return false;
        }
        self.end = Some(how);
        if other.end.is_none() {
            other.peer_abort = how;
        }
        // A task that waits for both is woken once.
        let waits = other.threshold.take().is_some() | core::mem::take(&mut other.awaits_end);
        other.wakes += usize::from(waits);
        true
    }

    pub(crate) fn await_end_of(&mut self, other: &Half) -> Poll<()> {
        if other.end.is_some() {
            return Poll::Ready(());
        }
        self.awaits_end = true;
        Poll::Pending
    }

    fn check(&self) {
        assert_eq!(self.task.wakes(), self.wakes);
        let waits = usize::from(self.threshold.is_some()) + usize::from(self.awaits_end);
        assert_eq!(self.task.retained(), waits);
    }
}

pub(crate) struct Model {
    pub(crate) settings: Settings,
    pub(crate) queue: VecDeque<u8>,
    pub(crate) reader: Half,
    pub(crate) writer: Half,
    /// The next byte to write.
    next: u8,
}

impl Model {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            queue: VecDeque::new(),
            reader: Half::default(),
            writer: Half::default(),
            next: 0,
        }
    }

    /// The number of unread bytes, if that is `min` or cannot grow any more.
    pub(crate) fn unread(&self, min: usize) -> Outcome<usize> {
        if let Some(kind) = self.reader.peer_abort {
            return failed(kind);
        }
        match (self.queue.len(), self.reader.end, self.writer.end) {
            (n, None, None) if n < min => Poll::Pending,
            (n, ..) => ready(n),
        }
    }

    /// The number of free bytes, if that is `min`.
    pub(crate) fn free(&self, min: usize) -> Outcome<usize> {
        if let Some(kind) = self.writer.peer_abort {
            return failed(kind);
        }
        let free = self.settings.capacity - self.queue.len();
        match (self.writer.end, self.reader.end) {
            (None, None) if free < min => Poll::Pending,
            (None, None) => ready(free),
            _ => BROKEN,
        }
    }

    pub(crate) fn poll_unread(&mut self, min: usize) -> Outcome<usize> {
        let found = self.unread(min);
        self.reader.poll(found, min, self.settings.yield_every)
    }

    pub(crate) fn poll_free(&mut self, min: usize) -> Outcome<usize> {
        let found = self.free(min);
        self.writer.poll(found, min, self.settings.yield_every)
    }

    /// Removes the next `n` bytes.
    pub(crate) fn take(&mut self, n: usize) -> Vec<u8> {
        let bytes = self.queue.drain(..n).collect();
        self.reader.moved += n;
        if n > 0 {
            self.writer
                .peer_progressed(self.settings.capacity - self.queue.len());
        }
        bytes
    }

    /// The next `n` bytes to write.
    pub(crate) fn offer(&self, n: usize) -> Vec<u8> {
        (0..n).map(|i| self.next.wrapping_add(i as u8)).collect()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.queue.extend(bytes);
        self.writer.moved += bytes.len();
        self.next = self.next.wrapping_add(bytes.len() as u8);
        if !bytes.is_empty() {
            self.reader.peer_progressed(self.queue.len());
        }
    }

    pub(crate) fn check(&self, reader: &Reader, writer: &Writer) {
        self.reader.check();
        self.writer.check();
        assert_eq!(reader.len(), self.queue.len());
        assert_eq!(reader.is_closed(), self.writer.end.is_some());
        assert_eq!(writer.is_closed(), self.reader.end.is_some());
        let discarded = [self.reader.end, self.writer.end]
            .iter()
            .any(|end| end.flatten().is_some());
        assert!(discarded || writer.len() == self.queue.len());
    }
}
