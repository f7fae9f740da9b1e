//! The model: a queue of bytes, and the states of the two halves.

use core::task::Poll;
use std::collections::VecDeque;
use std::io::ErrorKind;

use super::data::byte;
use super::tasks::TASKS;

/// The result of a call, with the kind of an error.
pub(super) type Outcome<T> = Poll<Result<T, ErrorKind>>;

/// One direction.
pub(super) struct Model {
    pub(super) capacity: usize,
    pub(super) queue: VecDeque<u8>,
    /// How many bytes were written in all.
    sent: usize,
    /// How many of the bytes that `fill_buf` last returned are still unread.
    lent: usize,
    pub(super) reader: Half,
    pub(super) writer: Half,
}

/// The state of a half.
#[derive(Default)]
pub(super) struct Half {
    pub(super) closed: bool,
    /// The waiter for bytes or for free space, until it is woken.
    bytes: Option<BytesWait>,
    /// The task that waits for the end of the other half, until it is woken.
    end: Option<usize>,
    /// How many times each task had to be woken.
    pub(super) wakes: [usize; TASKS],
}

#[derive(Clone, Copy)]
struct BytesWait {
    task: usize,
    /// The threshold: the number of available bytes at which the task is woken.
    min: usize,
}

impl Half {
    /// Waits for `min` bytes. If the half waits for bytes already, the lower threshold and the
    /// latest task count.
    fn park<T>(&mut self, task: Option<usize>, min: usize) -> Poll<T> {
        if let Some(task) = task {
            let min = self.bytes.as_ref().map_or(min, |wait| min.min(wait.min));
            self.bytes = Some(BytesWait { task, min });
        }
        Poll::Pending
    }

    /// The other half has moved bytes, and `available` are available to this one. A half that has
    /// closed has no threshold any more: it is woken by every transfer.
    fn peer_progressed(&mut self, available: usize) {
        let is_due = |wait: &BytesWait| wait.min <= available || self.closed;
        if let Some(wait) = self.bytes.filter(is_due) {
            self.bytes = None;
            self.wakes[wait.task] += 1;
        }
    }

    /// The other half has ended. A task with both waiters is woken once.
    fn peer_ended(&mut self) {
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

    /// How many waiters of the half belong to `task`.
    pub(super) fn waits_of(&self, task: usize) -> usize {
        let bytes = self.bytes.filter(|wait| wait.task == task);
        usize::from(bytes.is_some()) + usize::from(self.end == Some(task))
    }

    /// A half that closes keeps its own waiters until the other half moves bytes or ends too.
    fn close(&mut self, other: &mut Half) {
        if !self.closed {
            self.closed = true;
            other.peer_ended();
        }
    }

    /// A half that is dropped loses its waiters.
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

    /// The next `len` bytes to send.
    pub(super) fn to_send(&self, len: usize) -> Vec<u8> {
        (self.sent..self.sent + len).map(byte).collect()
    }

    pub(super) fn read(&mut self, task: Option<usize>, len: usize) -> Outcome<Vec<u8>> {
        let n = len.min(self.queue.len());
        let is_over = self.reader.closed || self.writer.closed;
        if n == 0 && len > 0 && !is_over {
            return self.reader.park(task, 1);
        }
        Poll::Ready(Ok(self.take(n)))
    }

    /// Returns whether `fill_buf` is ready.
    pub(super) fn fill_buf(&mut self, task: usize) -> Poll<()> {
        if self.queue.is_empty() && !self.reader.closed && !self.writer.closed {
            return self.reader.park(Some(task), 1);
        }
        Poll::Ready(())
    }

    /// Compares the slice that `fill_buf` returned: a part of the queue, up to the wrap, which is
    /// empty only if the queue is.
    pub(super) fn check_filled(&mut self, expected: Poll<()>, lent: &[u8]) {
        assert_eq!(Poll::Ready(()), expected);
        assert_eq!(lent.is_empty(), self.queue.is_empty());
        assert!(self.queue.iter().zip(lent).all(|(a, b)| a == b));
        assert!(lent.len() <= self.queue.len());
        self.lent = lent.len();
    }

    /// Consumes `n` bytes, but no more than `fill_buf` returned. Returns how many.
    pub(super) fn consume(&mut self, n: usize) -> usize {
        self.take(n.min(self.lent)).len()
    }

    fn take(&mut self, n: usize) -> Vec<u8> {
        self.lent = self.lent.saturating_sub(n);
        let bytes = self.queue.drain(..n).collect();
        if n > 0 {
            self.writer.peer_progressed(self.free());
        }
        bytes
    }

    pub(super) fn write(&mut self, task: Option<usize>, bytes: &[u8]) -> Outcome<usize> {
        if self.reader.closed || self.writer.closed {
            return Poll::Ready(Err(ErrorKind::BrokenPipe));
        }
        let n = bytes.len().min(self.free());
        if n == 0 && !bytes.is_empty() {
            return self.writer.park(task, 1);
        }
        self.queue.extend(&bytes[..n]);
        self.sent += n;
        if n > 0 {
            self.reader.peer_progressed(self.queue.len());
        }
        Poll::Ready(Ok(n))
    }

    fn free(&self) -> usize {
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
        if self.free() < min {
            return self.writer.park(Some(task), min);
        }
        Poll::Ready(Ok(self.free()))
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
