//! The model: a queue of bytes, and what is known of the two halves.

use core::task::Poll;
use std::collections::VecDeque;
use std::io::ErrorKind;

use super::tasks::TASKS;

/// What a call returns, with errors reduced to their kinds.
pub(super) type Outcome<T> = Poll<Result<T, ErrorKind>>;

/// A direction.
pub(super) struct Model {
    pub(super) capacity: usize,
    pub(super) queue: VecDeque<u8>,
    /// How many bytes were ever written.
    sent: usize,
    /// How many bytes of what `fill_buf` lent last are still there.
    lent: usize,
    pub(super) reader: Half,
    pub(super) writer: Half,
}

/// What the model knows of a half.
#[derive(Default)]
pub(super) struct Half {
    pub(super) closed: bool,
    /// The task that waits for bytes or for room, until it is woken.
    bytes: Option<BytesWait>,
    /// The task that waits for the other half to end, until it is woken.
    end: Option<usize>,
    /// How often each task had to be woken.
    pub(super) wakes: [usize; TASKS],
}

#[derive(Clone, Copy)]
struct BytesWait {
    task: usize,
    /// How many bytes the task is woken for.
    min: usize,
}

impl Half {
    /// A call for `min` bytes finds fewer. If the half waits for bytes already, the smaller number
    /// counts, and the latest task.
    fn park<T>(&mut self, task: Option<usize>, min: usize) -> Poll<T> {
        if let Some(task) = task {
            let min = self.bytes.as_ref().map_or(min, |wait| min.min(wait.min));
            self.bytes = Some(BytesWait { task, min });
        }
        Poll::Pending
    }

    /// The other half has moved bytes, so that this one can move `available`. A half that has
    /// closed does not wait for its number of bytes any more: whatever moves, it is woken.
    fn progress(&mut self, available: usize) {
        let is_due = |wait: &BytesWait| wait.min <= available || self.closed;
        if let Some(wait) = self.bytes.filter(is_due) {
            self.bytes = None;
            self.wakes[wait.task] += 1;
        }
    }

    /// The other half has ended. A task that waits for both is woken once.
    fn hang_up(&mut self) {
        let bytes = self.bytes.take().map(|wait| wait.task);
        let end = self.end.take().filter(|end| bytes != Some(*end));
        for task in bytes.into_iter().chain(end) {
            self.wakes[task] += 1;
        }
    }

    fn poll_closed(&mut self, task: usize, other: &Half) -> Poll<()> {
        if other.closed {
            return Poll::Ready(());
        }
        self.end = Some(task);
        Poll::Pending
    }

    /// How many things a task waits for.
    pub(super) fn waits_of(&self, task: usize) -> usize {
        let bytes = self.bytes.filter(|wait| wait.task == task);
        usize::from(bytes.is_some()) + usize::from(self.end == Some(task))
    }

    /// A half that closes keeps its own waits, until the other half moves bytes or ends too.
    fn close(&mut self, other: &mut Half) {
        if !self.closed {
            self.closed = true;
            other.hang_up();
        }
    }

    /// A half that is dropped waits for nothing any more.
    fn drop(&mut self, other: &mut Half) {
        self.bytes = None;
        self.end = None;
        self.close(other);
    }
}

impl Model {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            queue: VecDeque::new(),
            sent: 0,
            lent: 0,
            reader: Half::default(),
            writer: Half::default(),
        }
    }

    /// The next `len` bytes of a sequence in which no shift or swap goes unnoticed.
    pub(super) fn to_send(&self, len: usize) -> Vec<u8> {
        (self.sent..self.sent + len)
            .map(|i| ((i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
            .collect()
    }

    pub(super) fn read(&mut self, task: Option<usize>, len: usize) -> Outcome<Vec<u8>> {
        let n = len.min(self.queue.len());
        let is_over = self.reader.closed || self.writer.closed;
        if n == 0 && len > 0 && !is_over {
            return self.reader.park(task, 1);
        }
        Poll::Ready(Ok(self.take(n)))
    }

    /// Whether `fill_buf` has an answer.
    pub(super) fn fill_buf(&mut self, task: usize) -> Poll<()> {
        if self.queue.is_empty() && !self.reader.closed && !self.writer.closed {
            return self.reader.park(Some(task), 1);
        }
        Poll::Ready(())
    }

    /// Compares what `fill_buf` returned. How much of the queue it is depends on where that wraps;
    /// something it must be.
    pub(super) fn lend(&mut self, expected: Poll<()>, lent: &[u8]) {
        assert_eq!(Poll::Ready(()), expected);
        assert_eq!(lent.is_empty(), self.queue.is_empty());
        assert!(self.queue.iter().zip(lent).all(|(a, b)| a == b));
        assert!(lent.len() <= self.queue.len());
        self.lent = lent.len();
    }

    /// Consumes `n` bytes, but no more than were lent, and returns how many.
    pub(super) fn consume(&mut self, n: usize) -> usize {
        self.take(n.min(self.lent)).len()
    }

    fn take(&mut self, n: usize) -> Vec<u8> {
        self.lent = self.lent.saturating_sub(n);
        let bytes = self.queue.drain(..n).collect();
        if n > 0 {
            self.writer.progress(self.vacant());
        }
        bytes
    }

    pub(super) fn write(&mut self, task: Option<usize>, bytes: &[u8]) -> Outcome<usize> {
        if self.reader.closed || self.writer.closed {
            return Poll::Ready(Err(ErrorKind::BrokenPipe));
        }
        let n = bytes.len().min(self.vacant());
        if n == 0 && !bytes.is_empty() {
            return self.writer.park(task, 1);
        }
        self.queue.extend(&bytes[..n]);
        self.sent += n;
        if n > 0 {
            self.reader.progress(self.queue.len());
        }
        Poll::Ready(Ok(n))
    }

    fn vacant(&self) -> usize {
        self.capacity - self.queue.len()
    }

    pub(super) fn readable(&mut self, task: usize, min: usize) -> Outcome<usize> {
        let n = self.queue.len();
        if n < min && !self.reader.closed && !self.writer.closed {
            return self.reader.park(Some(task), min);
        }
        Poll::Ready(Ok(n))
    }

    pub(super) fn writable(&mut self, task: usize, min: usize) -> Outcome<usize> {
        if self.reader.closed || self.writer.closed {
            return Poll::Ready(Err(ErrorKind::BrokenPipe));
        }
        if self.vacant() < min {
            return self.writer.park(Some(task), min);
        }
        Poll::Ready(Ok(self.vacant()))
    }

    pub(super) fn reader_closed(&mut self, task: usize) -> Poll<()> {
        self.reader.poll_closed(task, &self.writer)
    }

    pub(super) fn writer_closed(&mut self, task: usize) -> Poll<()> {
        self.writer.poll_closed(task, &self.reader)
    }

    pub(super) fn close_reader(&mut self) {
        self.reader.close(&mut self.writer);
    }

    pub(super) fn close_writer(&mut self) {
        self.writer.close(&mut self.reader);
    }

    pub(super) fn drop_reader(&mut self) {
        self.reader.drop(&mut self.writer);
    }

    pub(super) fn drop_writer(&mut self) {
        self.writer.drop(&mut self.reader);
    }
}
