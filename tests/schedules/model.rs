//! A queue of bytes, and what is known of the two halves that are at its ends.

use core::task::Poll;
use std::collections::VecDeque;
use std::io::ErrorKind;

use async_duplex::{Options, Reader, Writer};

use crate::counting_waker::{ready, CountingTask, Outcome, BROKEN};

/// What the options say.
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

/// What is known of one half.
#[derive(Default)]
pub(crate) struct Half {
    pub(crate) task: CountingTask,
    wakes: usize,
    /// How many bytes it waits for: the smallest number since its task was woken.
    wanted: Option<usize>,
    awaits_end: bool,
    /// How it has ended: closed, or aborted with a kind.
    pub(crate) end: Option<Option<ErrorKind>>,
    /// The kind with which the other half had aborted when this one had not ended yet.
    cut: Option<ErrorKind>,
    /// How many calls in a row did not have to wait.
    streak: usize,
    /// How many bytes it has moved, and had moved when a call was last counted.
    moved: usize,
    counted_at: usize,
}

impl Half {
    /// What a poll for `min` bytes comes to that has found `found`.
    fn polls(&mut self, found: Outcome<usize>, min: usize, every: usize) -> Outcome<usize> {
        match found {
            Poll::Pending => {
                self.wanted = Some(self.wanted.map_or(min, |wanted| wanted.min(min)));
                self.streak = 0;
                Poll::Pending
            }
            Poll::Ready(Ok(1..)) if every > 0 && min > 0 => {
                let again = self.streak > 0 && self.counted_at == self.moved;
                self.counted_at = self.moved;
                if again {
                    found
                } else if self.streak == every {
                    self.wakes += 1;
                    self.streak = 0;
                    Poll::Pending
                } else {
                    self.streak += 1;
                    found
                }
            }
            found => found,
        }
    }

    /// The other half has moved bytes, so that this one can move `available`. A half that has ended
    /// does not wait for its number of bytes any more: whatever moves, it is woken.
    fn peer_progressed(&mut self, available: usize) {
        let has_ended = self.end.is_some();
        if self
            .wanted
            .is_some_and(|wanted| wanted <= available || has_ended)
        {
            self.wanted = None;
            self.wakes += 1;
        }
    }

    /// Ends, unless it has ended before. Says whether it did. The half keeps its own waits.
    pub(crate) fn ends(&mut self, how: Option<ErrorKind>, other: &mut Half) -> bool {
        if self.end.is_some() {
            return false;
        }
        self.end = Some(how);
        if other.end.is_none() {
            other.cut = how;
        }
        // One task waits for both, and is woken once.
        let waits = other.wanted.take().is_some() | core::mem::take(&mut other.awaits_end);
        other.wakes += usize::from(waits);
        true
    }

    pub(crate) fn awaits_end_of(&mut self, other: &Half) -> Poll<()> {
        if other.end.is_some() {
            return Poll::Ready(());
        }
        self.awaits_end = true;
        Poll::Pending
    }

    fn check(&self) {
        assert_eq!(self.task.wakes(), self.wakes);
        let waits = usize::from(self.wanted.is_some()) + usize::from(self.awaits_end);
        assert_eq!(self.task.retained(), waits);
    }
}

/// What a call comes to that fails with the kind of an abort.
fn failed(cut: Option<ErrorKind>) -> Outcome<usize> {
    Poll::Ready(Err(cut.expect("the kind of an abort")))
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

    /// How many bytes there are to read, if there are `min` or there will not be more.
    pub(crate) fn unread(&self, min: usize) -> Outcome<usize> {
        match (self.queue.len(), self.reader.end, self.writer.end) {
            _ if self.reader.cut.is_some() => failed(self.reader.cut),
            (n, None, None) if n < min => Poll::Pending,
            (n, ..) => ready(n),
        }
    }

    /// How many bytes fit, if `min` do.
    pub(crate) fn vacant(&self, min: usize) -> Outcome<usize> {
        let vacant = self.settings.capacity - self.queue.len();
        match (self.writer.end, self.reader.end) {
            _ if self.writer.cut.is_some() => failed(self.writer.cut),
            (None, None) if vacant < min => Poll::Pending,
            (None, None) => ready(vacant),
            _ => BROKEN,
        }
    }

    pub(crate) fn poll_unread(&mut self, min: usize) -> Outcome<usize> {
        let found = self.unread(min);
        self.reader.polls(found, min, self.settings.yield_every)
    }

    pub(crate) fn poll_vacant(&mut self, min: usize) -> Outcome<usize> {
        let found = self.vacant(min);
        self.writer.polls(found, min, self.settings.yield_every)
    }

    /// The next `n` bytes, which are read.
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
