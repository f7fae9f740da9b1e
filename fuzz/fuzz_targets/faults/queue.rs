//! The model of a pipe.

use core::task::Poll;
use std::collections::VecDeque;
use std::io::ErrorKind;

use crate::support::counting_waker::Outcome;

/// One direction between the two streams.
pub(crate) struct Queue {
    capacity: usize,
    pub(crate) unread: VecDeque<u8>,
    pub(crate) sent: usize,
    /// Whether either end has ended it.
    pub(crate) is_closed: bool,
}

impl Queue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            unread: VecDeque::new(),
            sent: 0,
            is_closed: false,
        }
    }

    /// How many of `len` bytes a read returns.
    pub(crate) fn readable(&self, len: usize) -> Outcome<usize> {
        let n = len.min(self.unread.len());
        match n == 0 && len > 0 && !self.is_closed {
            true => Poll::Pending,
            false => Poll::Ready(Ok(n)),
        }
    }

    pub(crate) fn take(&mut self, n: usize) -> Vec<u8> {
        self.unread.drain(..n).collect()
    }

    pub(crate) fn read(&mut self, len: usize) -> Outcome<Vec<u8>> {
        self.readable(len).map_ok(|n| self.take(n))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Outcome<usize> {
        if self.is_closed {
            return Poll::Ready(Err(ErrorKind::BrokenPipe));
        }
        let n = bytes.len().min(self.capacity - self.unread.len());
        if n == 0 && !bytes.is_empty() {
            return Poll::Pending;
        }
        self.unread.extend(&bytes[..n]);
        self.sent += n;
        Poll::Ready(Ok(n))
    }
}
