//! What decides about each call of a [`Faulty`](super::Faulty), whichever traits it comes through.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::min;
use core::task::{Context, Poll};

use futures_core::ready;

use super::plan::Counter;
use crate::io::{Error, ErrorKind, Result};

/// How many operations may meet a fault that has fired. Enough for whoever drains, retries or
/// closes several layers; few enough for a test to end.
const PATIENCE: usize = 10_000;

/// Which sort of call it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Read,
    Write,
    Flush,
    Close,
}

/// What a fault counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Operations,
    Reads,
    BytesRead,
    BytesWritten,
}

/// What a fault does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    Error(ErrorKind),
    Eof,
}

impl Effect {
    #[track_caller]
    pub(super) fn error(kind: ErrorKind) -> Self {
        assert!(
            !matches!(kind, ErrorKind::WouldBlock | ErrorKind::Interrupted),
            "a poll may not fail with {kind:?}"
        );
        Self::Error(kind)
    }
}

#[derive(Debug)]
struct Fault {
    counted: Counted,
    counter: Counter,
    effect: Effect,
}

impl Fault {
    /// Whether a call for `len` bytes, which is what it has buffers for, can set it off.
    fn heeds(&self, call: Call, len: usize) -> bool {
        match self.counted {
            Counted::Operations => true,
            Counted::Reads => call == Call::Read,
            Counted::BytesRead => call == Call::Read && len > 0,
            Counted::BytesWritten => call == Call::Write && len > 0,
        }
    }

    fn counts_bytes(&self) -> bool {
        matches!(self.counted, Counted::BytesRead | Counted::BytesWritten)
    }

    fn message(&self) -> String {
        let n = self.counter.allowed();
        match self.counted {
            Counted::Operations => format!("injected fault at operation {}", n + 1),
            Counted::Reads => format!("injected fault at read {}", n + 1),
            Counted::BytesRead => format!("injected fault after {n} bytes read"),
            Counted::BytesWritten => format!("injected fault after {n} bytes written"),
        }
    }
}

/// The settings of a [`Faulty`](super::Faulty) and what has become of them.
///
/// The methods named after calls take a closure that calls the inner stream; where that moves
/// bytes, it is told how many it may.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) max_read: usize,
    pub(super) max_write: usize,
    pub(super) truncate_write: usize,
    /// For each sort of call.
    hold_ups: Option<[HoldUps; 4]>,
    faults: Vec<Fault>,
    /// The error that has fired, with its message.
    broken: Option<(ErrorKind, String)>,
    /// How many bytes of the write that fails are still to be passed on.
    last_write: usize,
    ended: bool,
    /// How many operations have met a fault that has fired.
    refused: usize,
    /// How many bytes `poll_fill_buf` has shown that are not consumed.
    shown: usize,
}

impl Control {
    pub(super) fn new() -> Self {
        Self {
            max_read: usize::MAX,
            max_write: usize::MAX,
            truncate_write: 0,
            hold_ups: None,
            faults: Vec::new(),
            broken: None,
            last_write: 0,
            ended: false,
            refused: 0,
            shown: 0,
        }
    }

    pub(super) fn hold_up(&mut self, seed: u64, one_in: u32) {
        // Mixed first, or the writes of one seed would be the reads of the next.
        let start = mix(seed);
        self.hold_ups = Some([0, 1, 2, 3].map(|call| HoldUps {
            state: start.wrapping_add(call),
            one_in,
            held_up: false,
        }));
    }

    pub(super) fn add(&mut self, counted: Counted, counter: Counter, effect: Effect) {
        self.faults.push(Fault {
            counted,
            counter,
            effect,
        });
    }

    pub(super) fn fired(&self) -> bool {
        self.broken.is_some() || self.ended
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
        self.shown = 0;
        self.count(Call::Read, 1, *result.as_ref().unwrap_or(&0));
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
        self.shown = result.as_ref().map_or(0, |buf| buf.len());
        self.count(Call::Read, 1, 0);
        Poll::Ready(result)
    }

    pub(super) fn consume(&mut self, bytes: usize) {
        let shown = self.shown;
        assert!(
            bytes <= shown,
            "cannot consume {bytes} bytes of the {shown} bytes that were shown"
        );
        self.shown -= bytes;
        self.count(Call::Read, 0, bytes);
    }

    pub(super) fn write(
        &mut self,
        cx: &mut Context<'_>,
        len: usize,
        write: impl FnOnce(&mut Context<'_>, usize) -> Poll<Result<usize>>,
    ) -> Poll<Result<usize>> {
        let mut limit = 0;
        if self.broken.is_none() {
            ready!(self.pause(cx, Call::Write));
            limit = self.strike(Call::Write, len);
        }
        let prefix = min(self.last_write, len);
        if prefix > 0 {
            // The write fails, whatever the inner stream says to this.
            let _: Result<usize> = ready!(write(cx, prefix));
            self.last_write = 0;
            return Poll::Ready(self.refuse().map(|()| 0));
        }
        self.last_write = 0;
        self.refuse()?;

        let result = ready!(write(cx, min(len, limit)));
        self.count(Call::Write, 1, *result.as_ref().unwrap_or(&0));
        Poll::Ready(result)
    }

    pub(super) fn flush(
        &mut self,
        cx: &mut Context<'_>,
        flush: impl FnOnce(&mut Context<'_>) -> Poll<Result<()>>,
    ) -> Poll<Result<()>> {
        self.plainly(cx, Call::Flush, flush)
    }

    pub(super) fn close(
        &mut self,
        cx: &mut Context<'_>,
        close: impl FnOnce(&mut Context<'_>) -> Poll<Result<()>>,
    ) -> Poll<Result<()>> {
        self.plainly(cx, Call::Close, close)
    }

    /// A call that moves no bytes.
    fn plainly(
        &mut self,
        cx: &mut Context<'_>,
        call: Call,
        inner: impl FnOnce(&mut Context<'_>) -> Poll<Result<()>>,
    ) -> Poll<Result<()>> {
        // A write that still waits to be truncated has been given up.
        self.last_write = 0;
        ready!(self.admit(cx, call, 0))?;
        let result = ready!(inner(cx));
        self.count(call, 1, 0);
        Poll::Ready(result)
    }

    /// How many bytes a read may return, or none at the end of the stream.
    fn admit_read(&mut self, cx: &mut Context<'_>, len: usize) -> Poll<Result<Option<usize>>> {
        let limit = ready!(self.admit(cx, Call::Read, len))?;
        if self.ended {
            self.lose_patience();
            return Poll::Ready(Ok(None));
        }
        Poll::Ready(Ok(Some(limit)))
    }

    /// Whether a call may go on to the inner stream, and move how many bytes.
    fn admit(&mut self, cx: &mut Context<'_>, call: Call, len: usize) -> Poll<Result<usize>> {
        let mut limit = 0;
        if self.broken.is_none() {
            ready!(self.pause(cx, call));
            limit = self.strike(call, len);
        }
        Poll::Ready(self.refuse().map(|()| limit))
    }

    /// Holds a call up, if it is its turn.
    fn pause(&mut self, cx: &mut Context<'_>, call: Call) -> Poll<()> {
        if let Some(hold_ups) = &mut self.hold_ups {
            if hold_ups[call as usize].next() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }

    /// Lets each fault fire for which it is time. Returns how many bytes the call may move before
    /// it is time for another.
    fn strike(&mut self, call: Call, len: usize) -> usize {
        let mut limit = match call {
            Call::Read => self.max_read,
            Call::Write => self.max_write,
            Call::Flush | Call::Close => 0,
        };
        for fault in &self.faults {
            if !fault.heeds(call, len) {
                continue;
            }
            match (fault.counter.fire(), fault.effect) {
                (Some(remaining), _) if fault.counts_bytes() => limit = min(limit, remaining),
                (Some(_), _) => {}
                (None, Effect::Eof) => self.ended = true,
                (None, Effect::Error(kind)) => {
                    self.broken = Some((kind, fault.message()));
                    // A fault that counts bytes has split the last write already.
                    if call == Call::Write && !fault.counts_bytes() {
                        self.last_write = min(self.truncate_write, limit);
                    }
                    break;
                }
            }
        }
        limit
    }

    /// Fails if an error has fired.
    fn refuse(&mut self) -> Result<()> {
        let error = match &self.broken {
            Some((kind, message)) => Error::new(*kind, message.as_str()),
            None => return Ok(()),
        };
        self.lose_patience();
        Err(error)
    }

    fn lose_patience(&mut self) {
        self.refused += 1;
        assert!(
            self.refused < PATIENCE,
            "{PATIENCE} operations have met the fault that has fired: does nobody notice it?"
        );
    }

    /// Counts what has passed.
    fn count(&self, call: Call, operations: usize, bytes: usize) {
        for fault in &self.faults {
            match (fault.counted, call) {
                (Counted::Operations, _) | (Counted::Reads, Call::Read) => {
                    fault.counter.pass(operations);
                }
                (Counted::BytesRead, Call::Read) | (Counted::BytesWritten, Call::Write) => {
                    fault.counter.pass(bytes);
                }
                _ => {}
            }
        }
    }
}

/// Which calls of one sort are held up.
#[derive(Debug)]
struct HoldUps {
    state: u64,
    one_in: u32,
    /// Whether the last call was.
    held_up: bool,
}

impl HoldUps {
    fn next(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let due = mix(self.state) % u64::from(self.one_in) == 0;
        self.held_up = due && !self.held_up;
        self.held_up
    }
}

/// The output function of SplitMix64: neighbouring numbers come out with nothing in common.
fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
