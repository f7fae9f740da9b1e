//! A queue of bytes, and what is known of the two halves that are at its ends.

use core::task::Poll;
use std::collections::VecDeque;
use std::io::ErrorKind;

use async_duplex::{Options, Reader, Writer};

use crate::counting_waker::{moved, CountingTask, Outcome, BROKEN};

/// What the options say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) capacity: usize,
    pub(crate) low_water: usize,
    pub(crate) yield_every: usize,
}

impl Settings {
    pub(crate) fn pipe(self) -> (Reader, Writer) {
        let options = Options::new(self.capacity);
        let options = options.low_water(self.low_water);
        options.yield_every(self.yield_every).pipe()
    }
}

/// What is known of one half.
#[derive(Default)]
pub(crate) struct Half {
    pub(crate) task: CountingTask,
    wakes: usize,
    /// Whether its waker is kept.
    has_waker: bool,
    /// How many bytes it waits for, and with how many it could do.
    wanted: Option<usize>,
    needed: usize,
    awaits_end: bool,
    /// How it has ended: closed, or aborted with a kind.
    pub(crate) end: Option<Option<ErrorKind>>,
    /// How many calls in a row did not have to wait.
    streak: usize,
    /// How many bytes it has moved, and had moved when a call was last counted.
    moved: usize,
    counted_at: usize,
}

impl Half {
    /// What a poll comes to that has found so much, and otherwise waits for `wanted`, while it needs
    /// only `min`.
    fn polls(
        &mut self,
        found: Outcome<usize>,
        min: usize,
        wanted: usize,
        every: usize,
    ) -> Outcome<usize> {
        match found {
            Poll::Pending => {
                self.has_waker = true;
                self.wanted = Some(wanted);
                self.needed = min;
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

    /// The other half goes to sleep: this one is not left to sleep over its low-water mark.
    fn is_let_off(&mut self, ready: usize) {
        if self.wanted.is_some() && self.needed <= ready {
            self.wake();
        }
    }

    fn wake(&mut self) {
        self.wanted = None;
        self.wakes += usize::from(core::mem::take(&mut self.has_waker));
    }

    /// The other half has moved bytes, so that there is so much to be moved by this one.
    fn has_news(&mut self, ready: usize) {
        if self.wanted.is_some_and(|wanted| wanted <= ready) {
            self.wake();
        }
    }

    /// Ends, unless it has ended before. Says whether it did.
    pub(crate) fn ends(&mut self, how: Option<ErrorKind>, other: &mut Half) -> bool {
        if self.end.is_some() {
            return false;
        }
        self.end = Some(how);
        if other.wanted.is_some() || other.awaits_end {
            other.wake();
        }
        true
    }

    pub(crate) fn awaits_end_of(&mut self, other: &Half) -> Poll<()> {
        if other.end.is_some() {
            return Poll::Ready(());
        }
        self.awaits_end = true;
        self.has_waker = true;
        Poll::Pending
    }

    fn check(&self) {
        assert_eq!(self.task.wakes(), self.wakes);
        assert_eq!(self.task.kept(), usize::from(self.has_waker));
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

    /// How many bytes there are to read, if there are `min` or there will not be more.
    pub(crate) fn unread(&self, min: usize) -> Outcome<usize> {
        match (self.queue.len(), self.reader.end, self.writer.end) {
            (_, None, Some(Some(kind))) => Poll::Ready(Err(kind)),
            (n, None, None) if n < min => Poll::Pending,
            (n, ..) => moved(n),
        }
    }

    /// How many bytes fit, if `min` do.
    pub(crate) fn vacant(&self, min: usize) -> Outcome<usize> {
        let vacant = self.settings.capacity - self.queue.len();
        match (self.writer.end, self.reader.end) {
            (Some(_), _) | (None, Some(None)) => BROKEN,
            (None, Some(Some(kind))) => Poll::Ready(Err(kind)),
            (None, None) if vacant < min => Poll::Pending,
            (None, None) => moved(vacant),
        }
    }

    pub(crate) fn poll_unread(&mut self, min: usize) -> Outcome<usize> {
        let found = self.unread(min);
        let sleeps = found.is_pending();
        let polled = self
            .reader
            .polls(found, min, min, self.settings.yield_every);
        if sleeps {
            self.let_writer_off();
        }
        polled
    }

    /// The reader has gone to sleep.
    pub(crate) fn let_writer_off(&mut self) {
        let vacant = self.settings.capacity - self.queue.len();
        self.writer.is_let_off(vacant);
    }

    pub(crate) fn poll_vacant(&mut self, min: usize) -> Outcome<usize> {
        let (found, settings) = (self.vacant(min), self.settings);
        let wanted = min.max(settings.low_water);
        self.writer.polls(found, min, wanted, settings.yield_every)
    }

    /// The next `n` bytes, which are read.
    pub(crate) fn take(&mut self, n: usize) -> Vec<u8> {
        let bytes = self.queue.drain(..n).collect();
        self.reader.moved += n;
        if n > 0 {
            self.writer
                .has_news(self.settings.capacity - self.queue.len());
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
            self.reader.has_news(self.queue.len());
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
