//! Decides about each call of a [`Faulty`](super::Faulty), for all families of traits.

use std::cmp::min;
use std::io::{Error, ErrorKind};
use std::task::{ready, Context, Poll};

use super::direction::Direction;
use super::fault::{Call, Effect, Fault};
use super::pending::PendingSequence;

/// The number of operations after a fault at which [`Control`] panics. Large enough for callers
/// that drain, retry or close several layers, and small enough for a test to end.
const MAX_REFUSALS: usize = 10_000;

/// The settings of a [`Faulty`](super::Faulty) and the state of its faults.
///
/// A call asks the method `admit_…`, then calls the inner stream, and passes the result through the
/// method `finish_…`. A call that returns `Pending` is not finished, and is admitted again.
#[derive(Debug, Default)]
pub(super) struct Control {
    pub(super) reads: Direction,
    pub(super) writes: Direction,
    pub(super) truncate_write: usize,
    /// One sequence for each kind of call.
    pub(super) pending: Option<[PendingSequence; 4]>,
    pub(super) faults: Vec<Fault>,
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
    pub(super) fn fired(&self) -> bool {
        self.error.is_some() || self.is_eof
    }

    /// Returns how many of `len` bytes a read may return, or `None` at an injected end.
    pub(super) fn admit_read(
        &mut self,
        cx: &mut Context<'_>,
        len: usize,
    ) -> Poll<Result<Option<usize>, Error>> {
        let limit = ready!(self.prepare(cx, Call::Read, len));
        self.check_error()?;
        if self.is_eof {
            self.count_refusal();
            return Poll::Ready(Ok(None));
        }
        Poll::Ready(Ok(Some(min(len, limit))))
    }

    pub(super) fn finish_read<E>(&mut self, result: Result<usize, E>) -> Result<usize, E> {
        self.lent = 0;
        self.count(Call::Read, 1, *result.as_ref().unwrap_or(&0));
        result
    }

    /// Ends a read that lends bytes.
    pub(super) fn finish_fill_buf<'a, E>(
        &mut self,
        result: Result<&'a [u8], E>,
    ) -> Result<&'a [u8], E> {
        self.lent = result.as_ref().map_or(0, |buf| buf.len());
        self.count(Call::Read, 1, 0);
        result
    }

    pub(super) fn admit_consume(&self, n: usize) {
        let lent = self.lent;
        assert!(
            n <= lent,
            "cannot consume {n} bytes of the {lent} bytes that `poll_fill_buf` has lent"
        );
    }

    pub(super) fn finish_consume(&mut self, n: usize) {
        self.lent -= n;
        self.count(Call::Read, 0, n);
    }

    /// Returns how many bytes the inner stream is to receive of a write of `len` bytes.
    pub(super) fn admit_write(
        &mut self,
        cx: &mut Context<'_>,
        len: usize,
    ) -> Poll<Result<usize, Error>> {
        let limit = ready!(self.prepare(cx, Call::Write, len));
        self.truncated_len = min(self.truncated_len, len);
        if self.truncated_len > 0 {
            return Poll::Ready(Ok(self.truncated_len));
        }
        self.check_error()?;
        Poll::Ready(Ok(min(len, limit)))
    }

    pub(super) fn finish_write<E: From<Error>>(
        &mut self,
        result: Result<usize, E>,
    ) -> Result<usize, E> {
        if self.truncated_len > 0 {
            // The write fails whether or not the inner stream has accepted these bytes.
            self.truncated_len = 0;
            return Ok(self.check_error().map(|()| 0)?);
        }
        self.count(Call::Write, 1, *result.as_ref().unwrap_or(&0));
        result
    }

    /// Lets a flush or a close begin.
    pub(super) fn admit_end(
        &mut self,
        cx: &mut Context<'_>,
        call: Call,
    ) -> Poll<Result<(), Error>> {
        // The caller has given up a truncated write that returned `Pending`.
        self.truncated_len = 0;
        ready!(self.prepare(cx, call, 0));
        Poll::Ready(self.check_error())
    }

    pub(super) fn finish_end<E>(&mut self, call: Call, result: Result<(), E>) -> Result<(), E> {
        self.count(call, 1, 0);
        result
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
    fn check_error(&mut self) -> Result<(), Error> {
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
        for fault in &self.faults {
            fault.count(call, operations, bytes);
        }
        // Last, because it may start a timer, and the caller's code that does so may panic.
        self.direction(call).count(bytes);
    }
}
