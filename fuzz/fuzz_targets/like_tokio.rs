//! The same calls of two streams of this crate and of two of `tokio::io::duplex`. After each call,
//! what it returned, the wakes of every task and the wakers that are retained must be the same,
//! except for [`KNOWN_DIFFERENCES`].

#![no_main]

mod support;

use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, IoSlice};

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use support::counting_waker::{CountingTask, Outcome};
use support::data::byte;
use support::inputs::{Capacity, Len, Rarely};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::{Builder, Runtime};
use tokio::task::coop;

/// What this crate does and tokio does not, or the other way around.
const KNOWN_DIFFERENCES: [Difference; 1] = [Difference {
    what: "the wakers of a stream that has been dropped",
    why:
        "tokio retains them, and wakes one when the other stream reads, shuts down or is dropped; \
          this crate drops them with the stream, whose task is not interested any more (B21)",
    remove: |seen, dropped| {
        for (end, _) in dropped.iter().enumerate().filter(|(_, dropped)| **dropped) {
            seen.wakes[end] = Default::default();
            seen.retained[end] = Default::default();
        }
    },
}];

#[derive(Debug)]
#[expect(dead_code, reason = "a failure prints the fields")]
struct Difference {
    what: &'static str,
    why: &'static str,
    /// Removes what is different from an observation. The array tells which streams are dropped.
    remove: fn(&mut Observation, [bool; 2]),
}

#[derive(Debug, Arbitrary)]
struct Input {
    capacity: Capacity,
    /// How many units of tokio's cooperative budget are left, inside of a runtime.
    budget: Option<u8>,
    steps: Vec<Step>,
}

/// A call of one of two streams, by one of its two tasks.
#[derive(Clone, Copy, Debug, Arbitrary)]
struct Step {
    end: bool,
    task: bool,
    call: Call,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
enum Call {
    /// A read into a buffer of which the first `filled` bytes are filled.
    Read {
        filled: Len,
        len: Len,
    },
    Write(Len),
    WriteVectored([Len; 3]),
    Flush,
    Shutdown(Rarely),
    Drop(Rarely),
}

/// What a program observes of a call.
#[derive(Debug, PartialEq)]
struct Observation {
    /// The bytes that were read, and the number of bytes that were written.
    outcome: Option<Outcome<(Vec<u8>, usize)>>,
    wakes: [[usize; 2]; 2],
    retained: [[usize; 2]; 2],
}

/// Two connected streams and their tasks.
struct Pair<S> {
    ends: [Option<S>; 2],
    tasks: [[CountingTask; 2]; 2],
    sent: [usize; 2],
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pair<S> {
    fn new((near, far): (S, S)) -> Self {
        Self {
            ends: [Some(near), Some(far)],
            tasks: Default::default(),
            sent: [0; 2],
        }
    }

    fn observe(&mut self, step: Step) -> Observation {
        let outcome = self.make(step);
        Observation {
            outcome,
            ..self.tasks()
        }
    }

    /// The state of the tasks.
    fn tasks(&self) -> Observation {
        Observation {
            outcome: None,
            wakes: self
                .tasks
                .each_ref()
                .map(|tasks| tasks.each_ref().map(CountingTask::wakes)),
            retained: self
                .tasks
                .each_ref()
                .map(|tasks| tasks.each_ref().map(CountingTask::retained)),
        }
    }

    /// Makes the call. Does nothing if the stream has been dropped.
    fn make(&mut self, step: Step) -> Option<Outcome<(Vec<u8>, usize)>> {
        let end = usize::from(step.end);
        let task = &self.tasks[end][usize::from(step.task)];
        let sent = self.sent[end];
        let bytes = |len: usize| (sent..sent + len).map(byte).collect::<Vec<_>>();
        let stream = Pin::new(self.ends[end].as_mut()?);
        let written = match step.call {
            Call::Read { filled, len } => {
                let filled = filled.0.min(len.0);
                return Some(task.poll(|cx| read(stream, cx, filled, len.0)));
            }
            Call::Write(len) => task.poll(|cx| stream.poll_write(cx, &bytes(len.0))),
            Call::WriteVectored([a, b, c]) => {
                let bytes = bytes(a.0 + b.0 + c.0);
                let (front, back) = bytes.split_at(a.0 + b.0);
                let (front, middle) = front.split_at(a.0);
                let bufs = [front, middle, back].map(IoSlice::new);
                task.poll(|cx| stream.poll_write_vectored(cx, &bufs))
            }
            Call::Flush => task.poll(|cx| stream.poll_flush(cx).map_ok(|()| 0)),
            Call::Shutdown(Rarely(true)) => task.poll(|cx| stream.poll_shutdown(cx).map_ok(|()| 0)),
            Call::Drop(Rarely(true)) => {
                self.ends[end] = None;
                return None;
            }
            Call::Shutdown(_) | Call::Drop(_) => return None,
        };
        if let Poll::Ready(Ok(n)) = written {
            self.sent[end] += n;
        }
        Some(to_kind(written).map_ok(|n| (Vec::new(), n)))
    }

    /// Makes all calls, then drops the streams. Returns what was observed without what is known to
    /// be different, and at last whether a waker has leaked.
    fn run(mut self, steps: &[Step]) -> Vec<Observation> {
        let mut observed = Vec::with_capacity(steps.len() + 1);
        for step in steps {
            let mut seen = self.observe(*step);
            let dropped = [0, 1].map(|end: usize| self.ends[end].is_none());
            for difference in &KNOWN_DIFFERENCES {
                (difference.remove)(&mut seen, dropped);
            }
            observed.push(seen);
        }
        self.ends = [None, None];
        observed.push(Observation {
            wakes: Default::default(),
            ..self.tasks()
        });
        observed
    }
}

/// Reads into a buffer of `len` bytes, of which `filled` are filled, and checks the others.
fn read(
    stream: Pin<&mut impl AsyncRead>,
    cx: &mut Context<'_>,
    filled: usize,
    len: usize,
) -> Outcome<(Vec<u8>, usize)> {
    const FILLED: u8 = 0x5a;
    const UNTOUCHED: u8 = 0xa5;
    let mut bytes = vec![FILLED; filled];
    bytes.resize(len, UNTOUCHED);
    let mut buf = ReadBuf::new(&mut bytes);
    buf.set_filled(filled);
    let outcome = stream.poll_read(cx, &mut buf);
    let end = buf.filled().len();
    assert!(end >= filled, "the read has removed bytes");
    assert!(
        outcome.is_ready() || end == filled,
        "a read that waits has read bytes"
    );
    assert!(bytes[..filled].iter().all(|&byte| byte == FILLED));
    assert!(bytes[end..].iter().all(|&byte| byte == UNTOUCHED));
    to_kind(outcome).map_ok(|()| (bytes[filled..end].to_vec(), 0))
}

fn to_kind<T>(outcome: Poll<io::Result<T>>) -> Outcome<T> {
    outcome.map_err(|error| error.kind())
}

/// Runs `body` in a task that has up to `budget` units of its budget left, or outside of a runtime.
fn with_budget<T>(budget: Option<u8>, body: impl FnOnce() -> T) -> T {
    /// The budget of one poll of a task.
    const BUDGET: u8 = 128;
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().build().unwrap();
    }
    let Some(left) = budget else {
        return body();
    };
    let mut body = Some(body);
    let task = poll_fn(|cx| {
        for _ in left..BUDGET {
            if let Poll::Ready(unit) = coop::poll_proceed(cx) {
                unit.made_progress();
            }
        }
        Poll::Ready(body.take().expect("the task is polled once")())
    });
    RUNTIME.with(|runtime| runtime.block_on(task))
}

fuzz_target!(|input: Input| {
    let Input {
        capacity,
        budget,
        steps,
    } = input;
    let ours = || Pair::new(async_duplex::duplex(capacity.0)).run(&steps);
    let theirs = || Pair::new(tokio::io::duplex(capacity.0)).run(&steps);
    let (ours, theirs) = (with_budget(budget, ours), with_budget(budget, theirs));
    for (i, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let differ = || format!("step {i}, {:?}: ours is on the left", steps.get(i));
        assert_eq!(ours, theirs, "{}; known: {KNOWN_DIFFERENCES:#?}", differ());
    }
});
