//! The model: two pipes, and what the settings of one end do to its calls.

use core::task::Poll;
use std::collections::VecDeque;
use std::io::ErrorKind;

use crate::counted::{Call, Counted};
use crate::direction::Direction;
use crate::queue::Queue;
use crate::settings::{Settings, KINDS};
use crate::support::counting_waker::Outcome;

/// The largest number of bytes of one arrival.
const MAX_ARRIVAL: usize = 8 << 10;

/// While at least this many bytes are in flight, no more are taken from the pipe.
const MAX_IN_FLIGHT: usize = 64 << 10;

/// The near end, which has the settings, and the two directions.
pub(crate) struct Model {
    pub(crate) to_near: Queue,
    pub(crate) to_far: Queue,
    pub(crate) now: usize,
    /// How many bytes the writes of the near end have accepted.
    pub(crate) written: usize,
    directions: [Direction; 2],
    /// `one_in`, and whether the last call of each kind was made to wait.
    pending: Option<(usize, [bool; 4])>,
    /// What is in flight: when it has arrived, and the bytes, or none at the end of the stream.
    arrivals: Option<VecDeque<(usize, VecDeque<u8>)>>,
    held: Option<Vec<u8>>,
    truncate_write: usize,
    faults: Vec<Counted>,
    error: Option<ErrorKind>,
    is_eof: bool,
    /// How many bytes of the write that fails are still to be passed on.
    truncated: usize,
    lent: usize,
}

/// What a call may do after the settings have been looked at.
enum Admitted {
    Waits,
    Fails(ErrorKind),
    /// It may move as many bytes.
    Moves(usize),
}

impl Model {
    pub(crate) fn new(capacity: usize, settings: Settings) -> Self {
        let faults = settings.faults.into_iter().zip(KINDS);
        let faults = faults.filter_map(|(fault, kind)| Some((fault?, kind)));
        Self {
            to_near: Queue::new(capacity),
            to_far: Queue::new(capacity),
            now: 0,
            written: 0,
            directions: [
                (settings.max_read, settings.read_rate),
                (settings.max_write, settings.write_rate),
            ]
            .map(|(max, rate)| Direction::new(max.map(|n| n.0), rate.map(|n| n.0))),
            pending: settings.pending.map(|(_, one_in)| (one_in.0, [false; 4])),
            arrivals: settings.latency.then(VecDeque::new),
            held: settings.holds.then(Vec::new),
            truncate_write: settings.truncate_write.map_or(0, |n| n.0),
            faults: faults
                .map(|(fault, kind)| Counted::new(fault, kind))
                .collect(),
            error: None,
            is_eof: false,
            truncated: 0,
            lent: 0,
        }
    }

    pub(crate) fn fired(&self) -> bool {
        self.error.is_some() || self.is_eof
    }

    pub(crate) fn waits_at_gate(&self, writes: bool) -> bool {
        self.directions[usize::from(writes)].waits_at_gate
    }

    pub(crate) fn close_gate(&mut self, writes: bool) {
        self.directions[usize::from(writes)].gate_is_closed = true;
    }

    /// Opens a gate, and returns whether a call was waiting there.
    pub(crate) fn open_gate(&mut self, writes: bool) -> bool {
        let direction = &mut self.directions[usize::from(writes)];
        direction.gate_is_closed = false;
        core::mem::take(&mut direction.waits_at_gate)
    }

    fn admit(&mut self, call: Call, len: usize, is_injected: bool) -> Admitted {
        if let Some(kind) = self.error {
            assert!(!is_injected);
            return Admitted::Fails(kind);
        }
        let direction = &mut self.directions[usize::from(call != Call::Read)];
        let Some(limit) = direction.admit(len, self.now) else {
            assert!(!is_injected);
            return Admitted::Waits;
        };
        if let Some((one_in, last)) = &mut self.pending {
            let last = &mut last[call as usize];
            assert!(
                !(*last && is_injected),
                "two calls in a row are made to wait"
            );
            assert!(
                *one_in > 1 || *last || is_injected,
                "no call is made to wait"
            );
            *last = is_injected;
        } else {
            assert!(!is_injected);
        }
        match is_injected {
            true => Admitted::Waits,
            false => self.fire(call, len, limit),
        }
    }

    /// Fires the faults that are due, until one of them is an error.
    fn fire(&mut self, call: Call, len: usize, mut limit: usize) -> Admitted {
        for counted in &mut self.faults {
            match counted.fire(call, len) {
                Some(left) => limit = limit.min(left),
                None if counted.is_eof() => self.is_eof = true,
                None => {
                    self.error = Some(counted.kind);
                    if call == Call::Write && !counted.counts_bytes() {
                        self.truncated = self.truncate_write.min(limit);
                    }
                    return Admitted::Fails(counted.kind);
                }
            }
        }
        Admitted::Moves(limit)
    }

    fn count(&mut self, call: Call, operations: usize, bytes: usize) {
        self.directions[usize::from(call != Call::Read)].count(bytes, self.now);
        for counted in &mut self.faults {
            counted.count(call, operations, bytes);
        }
    }

    /// What a read of up to `len` bytes can get.
    fn available(&mut self, len: usize) -> Outcome<Vec<u8>> {
        let Some(arrivals) = &mut self.arrivals else {
            let queue = &self.to_near;
            let first = |n: usize| queue.unread.iter().take(n).copied().collect();
            return queue.readable(len).map_ok(first);
        };
        if len == 0 {
            return Poll::Ready(Ok(Vec::new()));
        }
        // What the far end has sent arrives, and then the end of the stream, once.
        let mut in_flight: usize = arrivals.iter().map(|(_, bytes)| bytes.len()).sum();
        while in_flight < MAX_IN_FLIGHT && arrivals.back().is_none_or(|(_, last)| !last.is_empty())
        {
            match self.to_near.read(MAX_ARRIVAL) {
                Poll::Ready(Ok(bytes)) => {
                    in_flight += bytes.len();
                    arrivals.push_back((self.now, bytes.into()));
                }
                _ => break,
            }
        }
        match arrivals.front() {
            Some((since, bytes)) if *since < self.now => {
                Poll::Ready(Ok(bytes.iter().take(len).copied().collect()))
            }
            _ => Poll::Pending,
        }
    }

    fn take(&mut self, n: usize) {
        let Some(arrivals) = &mut self.arrivals else {
            self.to_near.take(n);
            return;
        };
        if n > 0 {
            let (_, first) = &mut arrivals[0];
            first.drain(..n);
            if first.is_empty() {
                arrivals.pop_front();
            }
        }
    }

    /// A read into buffers of these lengths.
    pub(crate) fn read(&mut self, lens: &[usize], is_injected: bool) -> Outcome<Vec<u8>> {
        let len = lens.iter().sum();
        let read = self.read_some(len, is_injected, |limit| {
            // Bytes that were in flight are read into the first buffer that is not empty.
            let first = lens.iter().copied().find(|len| *len > 0);
            (limit.min(len), limit.min(first.unwrap_or(0)))
        });
        if let Poll::Ready(Ok(bytes)) = &read {
            self.lent = 0;
            self.count(Call::Read, 1, bytes.len());
            if !self.is_eof {
                self.take(bytes.len());
            }
        }
        read
    }

    /// Returns the bytes of which `fill_buf` has to return a part.
    pub(crate) fn fill_buf(&mut self, is_injected: bool) -> Outcome<Vec<u8>> {
        let filled = self.read_some(usize::MAX, is_injected, |limit| (limit, limit));
        if filled.is_ready() {
            self.count(Call::Read, 1, 0);
        }
        filled
    }

    fn read_some(
        &mut self,
        len: usize,
        is_injected: bool,
        lens: impl FnOnce(usize) -> (usize, usize),
    ) -> Outcome<Vec<u8>> {
        match self.admit(Call::Read, len, is_injected) {
            Admitted::Waits => Poll::Pending,
            Admitted::Fails(kind) => Poll::Ready(Err(kind)),
            Admitted::Moves(_) if self.is_eof => Poll::Ready(Ok(Vec::new())),
            Admitted::Moves(limit) => {
                let (of_pipe, of_arrival) = lens(limit);
                let n = if self.arrivals.is_some() {
                    of_arrival
                } else {
                    of_pipe
                };
                self.available(n)
            }
        }
    }

    /// `fill_buf` has lent `n` bytes.
    pub(crate) fn lend(&mut self, n: usize) {
        self.lent = n;
    }

    /// Returns whether `n` bytes were lent, and consumes them.
    pub(crate) fn consume(&mut self, n: usize) -> bool {
        if n > self.lent {
            return false;
        }
        self.lent -= n;
        self.count(Call::Read, 0, n);
        self.take(n);
        true
    }

    pub(crate) fn write(&mut self, bytes: &[u8], is_injected: bool) -> Outcome<usize> {
        match self.admit(Call::Write, bytes.len(), is_injected) {
            Admitted::Waits => Poll::Pending,
            Admitted::Fails(kind) => {
                self.truncated = self.truncated.min(bytes.len());
                let written = self.write_some(&bytes[..self.truncated]);
                if self.truncated > 0 && written.is_pending() {
                    return Poll::Pending;
                }
                self.truncated = 0;
                Poll::Ready(Err(kind))
            }
            Admitted::Moves(limit) => {
                let written = self.write_some(&bytes[..limit.min(bytes.len())]);
                if let Poll::Ready(result) = written {
                    self.written += result.unwrap_or(0);
                    self.count(Call::Write, 1, result.unwrap_or(0));
                }
                written
            }
        }
    }

    /// Writes to the pipe, or holds the bytes back.
    fn write_some(&mut self, bytes: &[u8]) -> Outcome<usize> {
        match &mut self.held {
            None => self.to_far.write(bytes),
            Some(held) => {
                held.extend(bytes);
                Poll::Ready(Ok(bytes.len()))
            }
        }
    }

    pub(crate) fn flush(&mut self, is_injected: bool) -> Outcome<()> {
        self.call_without_bytes(Call::Flush, is_injected)
    }

    pub(crate) fn close(&mut self, is_injected: bool) -> Outcome<()> {
        self.call_without_bytes(Call::Close, is_injected)
    }

    fn call_without_bytes(&mut self, call: Call, is_injected: bool) -> Outcome<()> {
        // The caller has given up a write that was truncated.
        self.truncated = 0;
        match self.admit(call, 0, is_injected) {
            Admitted::Waits => return Poll::Pending,
            Admitted::Fails(kind) => return Poll::Ready(Err(kind)),
            Admitted::Moves(_) => {}
        }
        let released = self.release();
        if released.is_ready() {
            self.count(call, 1, 0);
        }
        if call == Call::Close && released == Poll::Ready(Ok(())) {
            self.to_far.is_closed = true;
        }
        released
    }

    /// Passes on what was held back.
    fn release(&mut self) -> Outcome<()> {
        while let Some(held) = self.held.as_mut().filter(|held| !held.is_empty()) {
            match self.to_far.write(held) {
                Poll::Ready(Ok(n)) => drop(held.drain(..n)),
                Poll::Ready(Err(kind)) => return Poll::Ready(Err(kind)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }

    pub(crate) fn far_read(&mut self, len: usize) -> Outcome<Vec<u8>> {
        self.to_far.read(len)
    }
}
