//! Bytes in flight: read from the inner stream, but not yet due.

use std::cmp::min;
use std::collections::VecDeque;
use std::fmt;
use std::io::{Error, Result};
use std::task::{ready, Context, Poll};

use super::timer::{poll_end, Delay, Exclusive, Timer};

/// The largest number of bytes of one arrival.
const MAX_ARRIVAL: usize = 8 * 1024;

/// While at least this many bytes are in flight, no more are read from the inner stream.
const MAX_IN_FLIGHT: usize = 64 * 1024;

/// Delays what the inner stream returns. Every arrival has its own timer, so that several can be in
/// flight.
#[derive(Debug)]
pub(super) struct Latency {
    timer: Timer,
    arrivals: VecDeque<Arrival>,
    /// The number of bytes of all arrivals.
    in_flight: usize,
    /// An error of the inner stream, to be returned after the arrivals before it.
    error: Exclusive<Option<Error>>,
    /// The buffer that the inner stream reads into.
    buf: Exclusive<Box<[u8]>>,
}

/// What one read of the inner stream has returned: bytes, or none at the end of the stream.
struct Arrival {
    /// `None` once the timer has ended.
    delay: Option<Delay>,
    /// The bytes that are not consumed.
    bytes: Vec<u8>,
}

impl Latency {
    pub(super) fn new(timer: Timer) -> Self {
        Self {
            timer,
            arrivals: VecDeque::new(),
            in_flight: 0,
            error: Exclusive::new(None),
            buf: Exclusive::new(vec![0; MAX_ARRIVAL].into_boxed_slice()),
        }
    }

    /// Reads bytes that are due into `buf`. `read` reads from the inner stream.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
        read: impl FnMut(&mut Context<'_>, &mut [u8]) -> Poll<Result<usize>>,
    ) -> Poll<Result<usize>> {
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        ready!(self.poll_fill_buf(cx, read))?;
        Poll::Ready(Ok(self.read(buf)))
    }

    /// Lends bytes that are due. `read` reads from the inner stream.
    pub(super) fn poll_fill_buf(
        &mut self,
        cx: &mut Context<'_>,
        mut read: impl FnMut(&mut Context<'_>, &mut [u8]) -> Poll<Result<usize>>,
    ) -> Poll<Result<&[u8]>> {
        // The timer of an arrival starts when it is found. So look before waiting for another.
        while self.may_fetch() {
            match read(cx, self.buf()) {
                Poll::Ready(Ok(n)) => self.push(n),
                Poll::Ready(Err(error)) => *self.error.get_mut() = Some(error),
                Poll::Pending => break,
            }
        }
        if self.is_empty() {
            return match self.error.get_mut().take() {
                Some(error) => Poll::Ready(Err(error)),
                None => Poll::Pending,
            };
        }
        ready!(self.poll_first(cx));
        Poll::Ready(Ok(self.first()))
    }

    /// Whether no arrival is in flight or due.
    pub(super) fn is_empty(&self) -> bool {
        self.arrivals.is_empty()
    }

    /// Returns the buffer for a read of the inner stream.
    pub(super) fn buf(&mut self) -> &mut [u8] {
        self.buf.get_mut()
    }

    /// Reads bytes of the first arrival, which is due.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> usize {
        let bytes = self.first();
        let n = min(buf.len(), bytes.len());
        buf[..n].copy_from_slice(&bytes[..n]);
        self.consume(n);
        n
    }

    pub(super) fn consume(&mut self, n: usize) {
        if n == 0 {
            return;
        }
        let bytes = &mut self.arrivals[0].bytes;
        bytes.drain(..n);
        self.in_flight -= n;
        if bytes.is_empty() {
            self.arrivals.pop_front();
        }
    }

    /// Waits until the first arrival is due.
    pub(super) fn poll_first(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        poll_end(&mut self.arrivals[0].delay, cx)
    }

    /// Lends the bytes of the first arrival, which is due: none at the end of the stream.
    pub(super) fn first(&self) -> &[u8] {
        &self.arrivals[0].bytes
    }

    /// Adds an arrival: the first `n` bytes of the buffer, or the end of the stream. If the timer
    /// panics, the arrival is kept, and due at once.
    pub(super) fn push(&mut self, n: usize) {
        let bytes = self.buf()[..n].to_vec();
        self.arrivals.push_back(Arrival { delay: None, bytes });
        self.in_flight += n;
        let delay = self.timer.start();
        self.arrivals.back_mut().expect("it has been added").delay = Some(delay);
    }

    /// Whether the inner stream is to be read. Not after its end, which stays the last arrival.
    fn may_fetch(&mut self) -> bool {
        let last = self.arrivals.back();
        let has_ended = last.is_some_and(|last| last.bytes.is_empty());
        self.error.get_mut().is_none() && !has_ended && self.in_flight < MAX_IN_FLIGHT
    }
}

impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival")
            .field("is_due", &self.delay.is_none())
            .field("len", &self.bytes.len())
            .finish()
    }
}
