//! Decides about each call of a [`Faulty`](super::Faulty), for all families of traits.

use std::cmp::min;
use std::task::{Context, Poll};

use std::task::ready;

use super::counter::Counter;
use super::direction::Direction;
use super::fault::{Call, Counted, Effect, Fault};
use super::pending::PendingSequence;
use std::io::{Error, ErrorKind, Result};

/// The number of operations after a fault at which [`Control`] panics. Large enough for callers
/// that drain, retry or close several layers, and small enough for a test to end.
const MAX_REFUSALS: usize = 10_000;

/// The settings of a [`Faulty`](super::Faulty) and the state of its faults.
///
/// The methods named after calls take a closure that calls the inner stream. A closure that moves
/// bytes is given the largest number of bytes that it may move. A call that is a future itself is
/// made between the two halves of such a method, `admit_…` and `finish_…`.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) reads: Direction,
    pub(super) writes: Direction,
    pub(super) truncate_write: usize,
    pending: Option<[PendingSequence; 4]>,
    faults: Vec<Fault>,
    /// The error that has fired, with its message.
    error: Option<(ErrorKind, String)>,
    /// Whether an end of the stream has fired.
    is_eof: bool,
    /// The number of bytes of the failing write that the inner stream is to receive.
    truncated_len: usize,
    /// The number of operations that have failed or found the end because of a fault.
    refusals: usize,
    /// The number of bytes that `poll_fill_buf` has lent and `consume` has not consumed.
    lent: usize,
}

impl Control {
    pub(super) fn new() -> Self {
        Self {
            reads: Direction::new(),
            writes: Direction::new(),
            truncate_write: 0,
            pending: None,
            faults: Vec::new(),
            error: None,
            is_eof: false,
            truncated_len: 0,
            refusals: 0,
            lent: 0,
        }
    }

    pub(super) fn set_pending(&mut self, seed: u64, one_in: u32) {
        self.pending = Some(PendingSequence::for_each_call(seed, one_in));
    }

    pub(super) fn add_fault(&mut self, counted: Counted, counter: Counter, effect: Effect) {
        self.faults.push(Fault {
            counted,
            counter,
            effect,
        });
    }

    pub(super) fn fired(&self) -> bool {
        self.error.is_some() || self.is_eof
    }

    pub(super) fn read(
        &mut self,
        cx: &mut Context<'_>,
        len: usize,
        read: impl FnOnce(&mut Context<'_>, usize) -> Poll<Result<usize>>,
    ) -> Poll<Result<usize>> {
        let result = match ready!(self.admit_read(cx, len))? {
            Some(limit) => ready!(read(cx, min(len, limit))),
            None => Ok(0),
        };
        self.finish_read(*result.as_ref().unwrap_or(&0));
        Poll::Ready(result)
    }

    pub(super) fn fill_buf<'a>(
        &mut self,
        cx: &mut Context<'_>,
        fill_buf: impl FnOnce(&mut Context<'_>) -> Poll<Result<&'a [u8]>>,
    ) -> Poll<Result<&'a [u8]>> {
        let result = match ready!(self.admit_read(cx, usize::MAX))? {
            Some(limit) => ready!(fill_buf(cx)).map(|buf| &buf[..min(buf.len(), limit)]),
            None => Ok(&[][..]),
        };
        self.finish_fill_buf(result.as_ref().map_or(0, |buf| buf.len()));
        Poll::Ready(result)
    }

    pub(super) fn consume(&mut self, n: usize) {
        let lent = self.lent;
        assert!(
            n <= lent,
            "cannot consume {n} bytes of the {lent} bytes that `poll_fill_buf` has lent"
        );
        self.lent -= n;
        self.count(Call::Read, 0, n);
    }

    pub(super) fn write(
        &mut self,
        cx: &mut Context<'_>,
        len: usize,
        write: impl FnOnce(&mut Context<'_>, usize) -> Poll<Result<usize>>,
    ) -> Poll<Result<usize>> {
        let n = ready!(self.admit_write(cx, len))?;
        let result = ready!(write(cx, n));
        Poll::Ready(self.finish_write(result))
    }

    pub(super) fn flush(
        &mut self,
        cx: &mut Context<'_>,
        flush: impl FnOnce(&mut Context<'_>) -> Poll<Result<()>>,
    ) -> Poll<Result<()>> {
        self.call_without_bytes(cx, Call::Flush, flush)
    }

    pub(super) fn close(
        &mut self,
        cx: &mut Context<'_>,
        close: impl FnOnce(&mut Context<'_>) -> Poll<Result<()>>,
    ) -> Poll<Result<()>> {
        self.call_without_bytes(cx, Call::Close, close)
    }

    fn call_without_bytes(
        &mut self,
        cx: &mut Context<'_>,
        call: Call,
        inner: impl FnOnce(&mut Context<'_>) -> Poll<Result<()>>,
    ) -> Poll<Result<()>> {
        ready!(self.admit(cx, call))?;
        let result = ready!(inner(cx));
        self.finish(call);
        Poll::Ready(result)
    }

    /// Returns how many bytes a read may return, or `None` at an injected end of the stream.
    pub(super) fn admit_read(
        &mut self,
        cx: &mut Context<'_>,
        len: usize,
    ) -> Poll<Result<Option<usize>>> {
        let limit = ready!(self.prepare(cx, Call::Read, len));
        self.check_error()?;
        if self.is_eof {
            self.count_refusal();
            return Poll::Ready(Ok(None));
        }
        Poll::Ready(Ok(Some(limit)))
    }

    /// Ends a read of `n` bytes.
    pub(super) fn finish_read(&mut self, n: usize) {
        self.lent = 0;
        self.count(Call::Read, 1, n);
    }

    /// Ends a read that has lent `n` bytes.
    pub(super) fn finish_fill_buf(&mut self, n: usize) {
        self.lent = n;
        self.count(Call::Read, 1, 0);
    }

    /// Returns how many bytes the inner stream is to receive of a write of `len` bytes.
    pub(super) fn admit_write(&mut self, cx: &mut Context<'_>, len: usize) -> Poll<Result<usize>> {
        let limit = ready!(self.prepare(cx, Call::Write, len));
        self.truncated_len = min(self.truncated_len, len);
        if self.truncated_len > 0 {
            return Poll::Ready(Ok(self.truncated_len));
        }
        self.check_error()?;
        Poll::Ready(Ok(min(len, limit)))
    }

    /// Ends a write, and returns its result.
    pub(super) fn finish_write<E: From<Error>>(
        &mut self,
        result: std::result::Result<usize, E>,
    ) -> std::result::Result<usize, E> {
        if self.truncated_len > 0 {
            // The write fails whether or not the inner stream has accepted these bytes.
            self.truncated_len = 0;
            return Ok(self.check_error().map(|()| 0)?);
        }
        self.count(Call::Write, 1, *result.as_ref().unwrap_or(&0));
        result
    }

    /// Lets a flush or a close begin.
    pub(super) fn admit(&mut self, cx: &mut Context<'_>, call: Call) -> Poll<Result<()>> {
        // The caller has given up a truncated write that returned `Pending`.
        self.truncated_len = 0;
        ready!(self.prepare(cx, call, 0));
        Poll::Ready(self.check_error())
    }

    /// Ends a flush or a close.
    pub(super) fn finish(&mut self, call: Call) {
        self.count(call, 1, 0);
    }

    /// Returns `Pending` if the settings say so. Otherwise fires the faults that are due, and
    /// returns how many bytes the call may move. Does nothing after an error.
    fn prepare(&mut self, cx: &mut Context<'_>, call: Call, len: usize) -> Poll<usize> {
        if self.error.is_some() {
            return Poll::Ready(0);
        }
        let limit = ready!(self.direction(call).poll_admit(cx, len));
        if let Some(pending) = &mut self.pending {
            if pending[call as usize].next() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        Poll::Ready(self.fire_due(call, len, limit))
    }

    fn direction(&mut self, call: Call) -> &mut Direction {
        match call {
            Call::Read => &mut self.reads,
            Call::Write | Call::Flush | Call::Close => &mut self.writes,
        }
    }

    /// Fires each fault that is due. Returns how many bytes of `limit` the call may move before
    /// another fault is due.
    fn fire_due(&mut self, call: Call, len: usize, mut limit: usize) -> usize {
        for fault in &self.faults {
            if !fault.applies_to(call, len) {
                continue;
            }
            match (fault.counter.fire_if_due(), fault.effect) {
                (Some(remaining), _) if fault.counts_bytes() => limit = min(limit, remaining),
                (Some(_), _) => {}
                (None, Effect::Eof) => self.is_eof = true,
                (None, Effect::Error(kind)) => {
                    self.error = Some((kind, fault.message()));
                    // A fault that counts bytes has already split the write before this one.
                    if call == Call::Write && !fault.counts_bytes() {
                        self.truncated_len = min(self.truncate_write, limit);
                    }
                    break;
                }
            }
        }
        limit
    }

    /// Fails if an error has fired.
    fn check_error(&mut self) -> Result<()> {
        let error = match &self.error {
            Some((kind, message)) => Error::new(*kind, message.as_str()),
            None => return Ok(()),
        };
        self.count_refusal();
        Err(error)
    }

    fn count_refusal(&mut self) {
        self.refusals += 1;
        assert!(
            self.refusals < MAX_REFUSALS,
            "{MAX_REFUSALS} operations after a fault has fired: the caller seems to ignore it"
        );
    }

    fn count(&mut self, call: Call, operations: usize, bytes: usize) {
        self.direction(call).count(bytes);
        for fault in &self.faults {
            fault.count(call, operations, bytes);
        }
    }
}
