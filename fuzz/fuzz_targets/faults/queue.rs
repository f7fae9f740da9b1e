//! The model of a pipe.

use core::task::Poll;
use std::collections::VecDeque;

use crate::support::counting_waker::{ready, Outcome, BROKEN};

/// One direction between the two streams.
#[derive(Default)]
pub(crate) struct Queue {
    pub(crate) capacity: usize,
    pub(crate) unread: VecDeque<u8>,
    pub(crate) sent: usize,
    /// Whether either end has ended it.
    pub(crate) is_closed: bool,
}

impl Queue {
    /// What a read of `len` bytes returns.
    pub(crate) fn peek(&self, len: usize) -> Outcome<Vec<u8>> {
        match self.unread.is_empty() && len > 0 && !self.is_closed {
            true => Poll::Pending,
            false => ready(self.unread.iter().take(len).copied().collect()),
        }
    }

    pub(crate) fn read(&mut self, len: usize) -> Outcome<Vec<u8>> {
        self.peek(len)
            .map_ok(|bytes| self.unread.drain(..bytes.len()).collect())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Outcome<usize> {
        if self.is_closed {
            return BROKEN;
        }
        let n = bytes.len().min(self.capacity - self.unread.len());
        if n == 0 && !bytes.is_empty() {
            return Poll::Pending;
        }
        self.unread.extend(&bytes[..n]);
        self.sent += n;
        ready(n)
    }
}
