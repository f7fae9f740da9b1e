//! The model: a queue of bytes, and the states of the two halves.

use core::mem;
use core::task::Poll;
use std::collections::VecDeque;
use std::io::ErrorKind;

use super::counting_waker::Outcome;
use super::data::byte;
use super::op::{Ending, Settings, DROPPED, TASKS};

/// How many bytes one call lends at least, if so many are free.
const LENT_AT_LEAST: usize = 16 << 10;

/// The errors of an abort by a half, of the writer's end with an error, and of a handle. The first
/// two are what the peer gets for [`ABORT_WITH`] and [`FINISH_WITH`].
const ABORTED: ErrorKind = ErrorKind::TimedOut;
const FINISHED_WITH: ErrorKind = ErrorKind::Other;
pub(super) const ABORT_WITH: ErrorKind = ErrorKind::WouldBlock;
pub(super) const FINISH_WITH: ErrorKind = ErrorKind::Interrupted;
pub(super) const CUT: ErrorKind = ErrorKind::ConnectionReset;

/// A byte that was sent. `None` is a byte that was committed and never written.
pub(super) type Byte = Option<u8>;

/// One direction.
pub(super) struct Model {
    pub(super) settings: Settings,
    /// The bytes that were written and not consumed, also those that were discarded.
    pub(super) queue: VecDeque<Byte>,
    /// What is in the slices that `spare_slices` lent last, without what has been committed.
    spare: VecDeque<Byte>,
    /// How many bytes were made, to make the next ones.
    made: usize,
    /// How many of them the reader was lent last and has not consumed.
    lent: usize,
    /// The number of bytes that the latest `poll_writable` asked for.
    wanted: usize,
    /// What the halves find, from the first ending on.
    end: Option<End>,
    /// Whether the reader cannot read what is unread.
    discarded: bool,
    pub(super) was_cut: bool,
    pub(super) reader: Half,
    pub(super) writer: Half,
}

/// What the halves find when the stream has ended: the reader after the last byte.
#[derive(Clone, Copy)]
struct End {
    reader: Result<(), ErrorKind>,
    writer: ErrorKind,
}

/// The state of a half.
#[derive(Default)]
pub(super) struct Half {
    pub(super) closed: bool,
    /// How many bytes the half has moved.
    position: usize,
    /// The task of the latest call that returned `Pending`, until it is woken.
    pub(super) waker: Option<usize>,
    /// The position of the other half at which that task is woken. Neither a wait for the end nor
    /// an ending changes this.
    wake_at: Option<usize>,
    /// How many times each task had to be woken.
    pub(super) wakes: [usize; TASKS],
    /// How many calls in a row did not wait.
    in_a_row: usize,
    /// The position at the latest of them.
    counted_at: usize,
}

impl Half {
    /// The result of a call for `min` bytes that finds `found`. A call of a task waits until the
    /// other half is at position `target`, and may yield.
    fn poll(
        &mut self,
        task: Option<usize>,
        found: Outcome<usize>,
        min: usize,
        target: usize,
        yield_every: usize,
    ) -> Outcome<usize> {
        match (found, task) {
            (Poll::Pending, Some(task)) => {
                self.waker = Some(task);
                // The earlier one counts, if an earlier wait goes on.
                self.wake_at = Some(self.wake_at.map_or(target, |at| at.min(target)));
                self.in_a_row = 0;
            }
            (Poll::Ready(Ok(1..)), Some(task)) if min > 0 && yield_every > 0 => {
                let counted_at = mem::replace(&mut self.counted_at, self.position);
                if self.in_a_row == 0 || counted_at != self.position {
                    self.in_a_row += 1;
                }
                if self.in_a_row > yield_every {
                    self.in_a_row = 0;
                    self.wakes[task] += 1;
                    return Poll::Pending;
                }
            }
            _ => {}
        }
        found
    }

    /// This half has moved `n` bytes.
    fn publish(&mut self, n: usize, other: &mut Half) {
        self.position += n;
        if other.wake_at.is_some_and(|at| at <= self.position) {
            other.wake_at = None;
            other.wake();
        }
    }

    fn wake(&mut self) {
        if let Some(task) = self.waker.take() {
            self.wakes[task] += 1;
        }
    }

    fn poll_closed(&mut self, task: usize, other: &Half) -> Poll<()> {
        if other.closed {
            return Poll::Ready(());
        }
        self.waker = Some(task);
        Poll::Pending
    }
}

impl Model {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            queue: VecDeque::new(),
            spare: VecDeque::new(),
            made: 0,
            lent: 0,
            wanted: 0,
            end: None,
            discarded: false,
            was_cut: false,
            reader: Half::default(),
            writer: Half::default(),
        }
    }

    /// The next `len` bytes to send.
    pub(super) fn make(&mut self, len: usize) -> Vec<u8> {
        self.made += len;
        (self.made - len..self.made).map(byte).collect()
    }

    /// How many bytes the reader can read.
    pub(super) fn unread(&self) -> usize {
        match self.discarded {
            true => 0,
            false => self.queue.len(),
        }
    }

    fn free(&self) -> usize {
        self.settings.capacity - self.queue.len()
    }

    /// The number of unread bytes, if that is `min` or cannot grow any more.
    pub(super) fn readable(&mut self, task: Option<usize>, min: usize) -> Outcome<usize> {
        let found = match (self.unread(), self.end) {
            (0, Some(end)) => Poll::Ready(end.reader.map(|()| 0)),
            (n, None) if n < min => Poll::Pending,
            (n, _) => Poll::Ready(Ok(n)),
        };
        let target = self.reader.position + min;
        self.reader
            .poll(task, found, min, target, self.settings.yield_every)
    }

    /// The number of free bytes, if that is `min`.
    pub(super) fn writable(&mut self, task: Option<usize>, min: usize) -> Outcome<usize> {
        let found = match (self.free(), self.end) {
            (_, Some(end)) => Poll::Ready(Err(end.writer)),
            (n, None) if n < min => Poll::Pending,
            (n, None) => Poll::Ready(Ok(n)),
        };
        let target = (self.writer.position + min).saturating_sub(self.settings.capacity);
        self.writer
            .poll(task, found, min, target, self.settings.yield_every)
    }

    pub(super) fn poll_writable(&mut self, task: usize, min: usize) -> Outcome<usize> {
        self.wanted = min;
        self.writable(Some(task), min)
    }

    pub(super) fn read(&mut self, task: Option<usize>, len: usize) -> Outcome<Vec<Byte>> {
        if len == 0 {
            return Poll::Ready(Ok(Vec::new()));
        }
        let found = self.readable(task, 1);
        found.map_ok(|n| self.take(n.min(len)))
    }

    pub(super) fn peek(&mut self, len: usize) -> Outcome<Vec<Byte>> {
        let found = match len {
            0 => Poll::Ready(Ok(0)),
            _ => self.readable(None, 1),
        };
        found.map_ok(|n| self.queue.iter().copied().take(n.min(len)).collect())
    }

    /// Compares bytes that are lent: all unread ones, or those up to where they wrap.
    pub(super) fn check_lent(&mut self, lent: &[u8], is_all: bool) {
        let unread = self.unread();
        let least = if is_all { unread } else { unread.min(1) };
        assert!((least..=unread).contains(&lent.len()));
        assert!(is_same(&self.queue, lent));
        if !lent.is_empty() {
            self.lent = lent.len();
        }
    }

    /// How many of `n` bytes can be consumed. What was lent can be consumed after an abort, too.
    pub(super) fn consumable(&self, n: usize) -> usize {
        n.min(self.unread().max(self.lent))
    }

    /// Consumes `n` bytes. Returns `false` if that panics, and `None` if it is not specified: of
    /// the bytes that were discarded, some may be lent.
    pub(super) fn consume(&mut self, n: usize) -> Option<bool> {
        if n > self.queue.len() {
            return Some(false);
        }
        (n == self.consumable(n)).then(|| {
            self.take(n);
            true
        })
    }

    fn take(&mut self, n: usize) -> Vec<Byte> {
        self.lent = self.lent.saturating_sub(n);
        let bytes = self.queue.drain(..n).collect();
        self.reader.publish(n, &mut self.writer);
        bytes
    }

    pub(super) fn write(&mut self, task: Option<usize>, bytes: &[u8]) -> Outcome<usize> {
        let found = self.writable(task, bytes.len().min(1));
        found.map_ok(|n| {
            let n = n.min(bytes.len());
            if n > 0 {
                self.spare.clear();
            }
            self.send(bytes[..n].iter().copied().map(Some).collect())
        })
    }

    fn send(&mut self, bytes: Vec<Byte>) -> usize {
        let n = bytes.len();
        self.queue.extend(bytes);
        self.writer.publish(n, &mut self.reader);
        n
    }

    /// The writer was lent `len` bytes, and has written `bytes` after the first `skip` of them.
    pub(super) fn lend_spare(&mut self, len: usize, skip: usize, bytes: &[u8]) {
        let free = if self.end.is_some() { 0 } else { self.free() };
        let least = free.min(self.wanted.max(LENT_AT_LEAST));
        assert!((least..=free).contains(&len), "{len} of {free} bytes");
        self.spare = VecDeque::from(vec![None; len]);
        for (to, byte) in self.spare.iter_mut().skip(skip).zip(bytes) {
            *to = Some(*byte);
        }
    }

    /// Commits `n` bytes. Returns whether so many are free: if not, a commit panics. After the end
    /// the bytes are discarded.
    pub(super) fn commit(&mut self, n: usize) -> bool {
        let fits = n <= self.free();
        if fits && self.end.is_none() {
            let bytes = (0..n).map(|_| self.spare.pop_front().flatten()).collect();
            self.send(bytes);
        }
        fits
    }

    /// How many of `n` bytes can be written into `spare` and committed.
    pub(super) fn fitting(&self, n: usize, spare: usize) -> usize {
        match self.end {
            Some(_) => n.min(self.free()),
            None => n.min(spare),
        }
    }

    pub(super) fn reader_closed(&mut self, task: usize) -> Poll<()> {
        self.reader.poll_closed(task, &self.writer)
    }

    pub(super) fn writer_closed(&mut self, task: usize) -> Poll<()> {
        self.writer.poll_closed(task, &self.reader)
    }

    /// The first ending of a half stands, and so does the first one of the stream.
    pub(super) fn end_reader(&mut self, how: Ending) {
        if !mem::replace(&mut self.reader.closed, true) {
            self.discarded |= matches!(how, Ending::Abort);
            let writer = match how {
                Ending::Abort => ABORTED,
                Ending::Drop if self.settings.error_on_drop => DROPPED,
                _ => ErrorKind::BrokenPipe,
            };
            let reader = Ok(());
            self.end.get_or_insert(End { reader, writer });
            self.writer.wake();
        }
        if matches!(how, Ending::Drop) {
            self.reader.waker = None;
        }
    }

    pub(super) fn end_writer(&mut self, how: Ending) {
        if !mem::replace(&mut self.writer.closed, true) {
            self.discarded |= self.end.is_none() && matches!(how, Ending::Abort);
            let reader = match how {
                Ending::Abort => Err(ABORTED),
                Ending::FinishWith => Err(FINISHED_WITH),
                Ending::Drop if self.settings.error_on_drop => Err(DROPPED),
                _ => Ok(()),
            };
            let writer = ErrorKind::BrokenPipe;
            self.end.get_or_insert(End { reader, writer });
            self.reader.wake();
        }
        if matches!(how, Ending::Drop) {
            self.writer.waker = None;
        }
    }

    /// A handle aborts the direction, unless it has ended.
    pub(super) fn cut(&mut self) {
        if self.end.is_none() {
            self.end = Some(End {
                reader: Err(CUT),
                writer: CUT,
            });
            (self.discarded, self.was_cut) = (true, true);
            for half in [&mut self.reader, &mut self.writer] {
                half.closed = true;
                half.wake();
            }
        }
    }
}

/// Whether `got` are the first of `sent`. A byte that was never written may have any value.
pub(super) fn is_same<'a>(sent: impl IntoIterator<Item = &'a Byte>, got: &[u8]) -> bool {
    let mut pairs = sent.into_iter().zip(got);
    pairs.all(|(sent, got)| sent.map_or(true, |sent| sent == *got))
}
