//! The model: two pipes, and what the settings of one end do to its calls.

use core::task::{ready, Poll};
use std::collections::VecDeque;
use std::io::ErrorKind;

use crate::counted::{Call, Counted};
use crate::direction::Direction;
use crate::queue::Queue;
use crate::settings::{Settings, KINDS};
use crate::support::counting_waker::{failed, ready as done, Outcome};

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
    /// Of the reads and of the writes.
    pub(crate) directions: [Direction; 2],
    /// Calls are made to wait if it is not 0, and every second one if it is 1.
    one_in: usize,
    /// Whether the last call of each kind was made to wait.
    injected: [bool; 4],
    /// What is in flight: when it has arrived, and the bytes, or none at the end of the stream.
    arrivals: Option<VecDeque<(usize, VecDeque<u8>)>>,
    held: Option<Vec<u8>>,
    truncate_write: usize,
    faults: Vec<Counted>,
    error: Option<ErrorKind>,
    is_eof: bool,
    /// How many bytes of the write that fails are still to be passed on.
    truncated: usize,
    /// How many bytes `fill_buf` has lent.
    pub(crate) lent: usize,
}

impl Model {
    pub(crate) fn new(capacity: usize, settings: &Settings) -> Self {
        let queue = || Queue {
            capacity,
            ..Queue::default()
        };
        let directions = [
            (settings.max_read, settings.read_rate),
            (settings.max_write, settings.write_rate),
        ];
        let faults = settings.faults.iter().zip(KINDS);
        let faults = faults.filter_map(|(fault, kind)| Some(Counted::new((*fault)?, kind)));
        Self {
            to_near: queue(),
            to_far: queue(),
            now: 0,
            written: 0,
            directions: directions.map(|(max, rate)| Direction {
                max: max.map(|n| n.0),
                rate: rate.map(|n| n.0),
                ..Direction::default()
            }),
            one_in: settings.pending.map_or(0, |(_, one_in)| one_in.0),
            injected: [false; 4],
            arrivals: settings.latency.then(VecDeque::new),
            held: settings.holds.then(Vec::new),
            truncate_write: settings.truncate_write.map_or(0, |n| n.0),
            faults: faults.collect(),
            error: None,
            is_eof: false,
            truncated: 0,
            lent: 0,
        }
    }

    pub(crate) fn fired(&self) -> bool {
        self.error.is_some() || self.is_eof
    }

    /// Returns how many bytes a call may move, after the settings have been looked at.
    fn admit(&mut self, call: Call, len: usize, is_injected: bool) -> Outcome<usize> {
        if let Some(kind) = self.error {
            assert!(!is_injected);
            return failed(kind);
        }
        let direction = &mut self.directions[usize::from(call != Call::Read)];
        let Some(limit) = direction.admit(len, self.now) else {
            assert!(!is_injected);
            return Poll::Pending;
        };
        let last = &mut self.injected[call as usize];
        assert!(
            !is_injected || (self.one_in > 0 && !*last),
            "two calls in a row wait"
        );
        assert!(
            self.one_in != 1 || *last || is_injected,
            "no call is made to wait"
        );
        *last = is_injected;
        match is_injected {
            true => Poll::Pending,
            false => Poll::Ready(self.fire(call, len, limit)),
        }
    }

    /// Fires the faults that are due, until one of them is an error.
    fn fire(&mut self, call: Call, len: usize, mut limit: usize) -> Result<usize, ErrorKind> {
        for counted in &mut self.faults {
            match counted.fire(call, len) {
                Some(left) => limit = limit.min(left),
                None if counted.is_eof() => self.is_eof = true,
                None => {
                    self.error = Some(counted.kind);
                    if call == Call::Write && !counted.counts_bytes() {
                        self.truncated = self.truncate_write.min(limit);
                    }
                    return Err(counted.kind);
                }
            }
        }
        Ok(limit)
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
            return self.to_near.peek(len);
        };
        if len == 0 {
            return done(Vec::new());
        }
        // What the far end has sent arrives, and then the end of the stream, once.
        let mut in_flight: usize = arrivals.iter().map(|(_, bytes)| bytes.len()).sum();
        while in_flight < MAX_IN_FLIGHT && arrivals.back().is_none_or(|(_, last)| !last.is_empty())
        {
            let Poll::Ready(Ok(bytes)) = self.to_near.read(MAX_ARRIVAL) else {
                break;
            };
            in_flight += bytes.len();
            arrivals.push_back((self.now, bytes.into()));
        }
        match arrivals.front() {
            Some((since, bytes)) if *since < self.now => {
                done(bytes.iter().take(len).copied().collect())
            }
            _ => Poll::Pending,
        }
    }

    fn take(&mut self, n: usize) {
        match &mut self.arrivals {
            None => drop(self.to_near.unread.drain(..n)),
            Some(arrivals) if n > 0 => {
                let (_, first) = &mut arrivals[0];
                first.drain(..n);
                if first.is_empty() {
                    arrivals.pop_front();
                }
            }
            Some(_) => {}
        }
    }

    /// What a read into buffers of `len` bytes gets, of which it fills `most` bytes at most.
    fn peek(&mut self, len: usize, most: usize, is_injected: bool) -> Outcome<Vec<u8>> {
        let limit = ready!(self.admit(Call::Read, len, is_injected))?;
        match self.is_eof {
            true => done(Vec::new()),
            false => self.available(limit.min(most)),
        }
    }

    /// A read into buffers of these lengths.
    pub(crate) fn read(&mut self, lens: &[usize], is_injected: bool) -> Outcome<Vec<u8>> {
        let len = lens.iter().sum();
        // Bytes that were in flight are read into the first buffer that is not empty.
        let first = lens.iter().copied().find(|len| *len > 0);
        let most = self.arrivals.as_ref().map_or(len, |_| first.unwrap_or(0));
        let bytes = ready!(self.peek(len, most, is_injected))?;
        self.lent = 0;
        self.count(Call::Read, 1, bytes.len());
        self.take(bytes.len());
        done(bytes)
    }

    /// Returns the bytes of which `fill_buf` has to return a part.
    pub(crate) fn fill_buf(&mut self, is_injected: bool) -> Outcome<Vec<u8>> {
        let bytes = ready!(self.peek(usize::MAX, usize::MAX, is_injected))?;
        self.count(Call::Read, 1, 0);
        done(bytes)
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
        match ready!(self.admit(Call::Write, bytes.len(), is_injected)) {
            Err(kind) => {
                self.truncated = self.truncated.min(bytes.len());
                let written = self.write_some(&bytes[..self.truncated]);
                if self.truncated > 0 && written.is_pending() {
                    return Poll::Pending;
                }
                self.truncated = 0;
                failed(kind)
            }
            Ok(limit) => {
                let result = ready!(self.write_some(&bytes[..limit.min(bytes.len())]));
                self.written += result.unwrap_or(0);
                self.count(Call::Write, 1, result.unwrap_or(0));
                Poll::Ready(result)
            }
        }
    }

    /// Writes to the pipe, or holds the bytes back.
    fn write_some(&mut self, bytes: &[u8]) -> Outcome<usize> {
        let Some(held) = &mut self.held else {
            return self.to_far.write(bytes);
        };
        held.extend(bytes);
        done(bytes.len())
    }

    /// A flush or a close.
    pub(crate) fn end(&mut self, call: Call, is_injected: bool) -> Outcome<()> {
        // The caller has given up a write that was truncated.
        self.truncated = 0;
        ready!(self.admit(call, 0, is_injected))?;
        let released = ready!(self.release());
        self.count(call, 1, 0);
        self.to_far.is_closed |= call == Call::Close && released.is_ok();
        Poll::Ready(released)
    }

    /// Passes on what was held back.
    fn release(&mut self) -> Outcome<()> {
        while let Some(held) = self.held.as_mut().filter(|held| !held.is_empty()) {
            let n = ready!(self.to_far.write(held))?;
            held.drain(..n);
        }
        done(())
    }
}
