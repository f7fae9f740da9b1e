//! The same calls of two streams of this crate and of two of `tokio::io::duplex`. After each call,
//! what it returned, the wakes of every task and the wakers that are retained must be the same.
//!
//! There is one difference (B21). This crate drops the wakers of a stream with it, since its task
//! is not interested any more. tokio retains them, and wakes one when the other stream reads, shuts
//! down or is dropped. So the tasks of a dropped stream are left out.
//!
//! `tests/tokio_traits` and the fuzz target `like_tokio` run it.

use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::IoSlice;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::{Builder, Runtime};
use tokio::task::coop;

use super::counting_waker::{to_kind, CountingTask, Outcome};
use super::data::byte;
use super::sizes;

/// A call of one of two streams, by one of its two tasks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) end: usize,
    pub(crate) task: usize,
    pub(crate) call: Call,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    /// A read into a buffer of which the first `filled` bytes are filled.
    Read {
        filled: usize,
        len: usize,
    },
    Write(usize),
    WriteVectored([usize; 3]),
    Flush,
    Shutdown,
    Drop,
}

impl Step {
    /// The step that random bytes encode. Few end a stream, so that many calls come before the end.
    pub(crate) fn from_bytes([kind, who, a, b, c]: [u8; 5]) -> Self {
        let lens = [a, b, c].map(sizes::len);
        let call = match kind {
            0..=89 => Call::Read {
                filled: lens[0].min(lens[1]),
                len: lens[1],
            },
            90..=159 => Call::Write(lens[0]),
            160..=229 => Call::WriteVectored(lens),
            230..=245 => Call::Flush,
            246..=251 => Call::Shutdown,
            252..=255 => Call::Drop,
        };
        Self {
            end: usize::from(who % 2),
            task: usize::from(who / 2 % 2),
            call,
        }
    }
}

/// What a program observes of a call.
#[derive(Debug, PartialEq)]
struct Observation {
    /// The bytes that were read, and the number of bytes that were written.
    outcome: Option<Outcome<(Vec<u8>, usize)>>,
    /// The wakes and the retained wakers of each task.
    tasks: [[(usize, usize); 2]; 2],
}

/// Two connected streams and their tasks.
struct Pair<S> {
    ends: [Option<S>; 2],
    tasks: [[CountingTask; 2]; 2],
    sent: [usize; 2],
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pair<S> {
    /// Makes all calls, then drops the streams. Returns what was observed, and at last whether a
    /// waker has leaked.
    fn run((near, far): (S, S), steps: &[Step]) -> Vec<Observation> {
        let mut pair = Self {
            ends: [Some(near), Some(far)],
            tasks: Default::default(),
            sent: [0; 2],
        };
        let observe = |step| Observation {
            outcome: pair.make(step),
            tasks: [0, 1].map(|end| match pair.ends[end] {
                Some(_) => pair.tasks[end].each_ref().map(CountingTask::state),
                None => Default::default(),
            }),
        };
        let mut observed: Vec<_> = steps.iter().map(observe).collect();
        pair.ends = [None, None];
        let retained = |task: &CountingTask| (0, task.retained());
        observed.push(Observation {
            outcome: None,
            tasks: pair
                .tasks
                .each_ref()
                .map(|tasks| tasks.each_ref().map(retained)),
        });
        observed
    }

    /// Makes the call. Does nothing if the stream has been dropped.
    fn make(&mut self, step: &Step) -> Option<Outcome<(Vec<u8>, usize)>> {
        let task = &self.tasks[step.end][step.task];
        let sent = &mut self.sent[step.end];
        let bytes = |len: usize| (*sent..*sent + len).map(byte).collect::<Vec<_>>();
        let stream = Pin::new(self.ends[step.end].as_mut()?);
        let written = match step.call {
            Call::Read { filled, len } => {
                return Some(task.poll(|cx| read(stream, cx, filled, len)));
            }
            Call::Write(len) => task.poll(|cx| stream.poll_write(cx, &bytes(len))),
            Call::WriteVectored([a, b, c]) => {
                let bytes = bytes(a + b + c);
                let (front, back) = bytes.split_at(a + b);
                let (front, middle) = front.split_at(a);
                let bufs = [front, middle, back].map(IoSlice::new);
                task.poll(|cx| stream.poll_write_vectored(cx, &bufs))
            }
            Call::Flush => task.poll(|cx| stream.poll_flush(cx).map_ok(|()| 0)),
            Call::Shutdown => task.poll(|cx| stream.poll_shutdown(cx).map_ok(|()| 0)),
            Call::Drop => {
                self.ends[step.end] = None;
                return None;
            }
        };
        if let Poll::Ready(Ok(n)) = written {
            *sent += n;
        }
        Some(to_kind(written).map_ok(|n| (Vec::new(), n)))
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
    let waits = outcome.is_pending();
    assert!(!waits || end == filled, "a read that waits has read bytes");
    assert!(bytes[..filled].iter().all(|&byte| byte == FILLED));
    assert!(bytes[end..].iter().all(|&byte| byte == UNTOUCHED));
    to_kind(outcome).map_ok(|()| (bytes[filled..end].to_vec(), 0))
}

/// Runs `body` in a task that has up to `budget` units of its budget left, or outside of a runtime.
pub(crate) fn with_budget<T>(budget: Option<u8>, body: impl FnOnce() -> T) -> T {
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

/// Compares the calls of streams with this capacity.
pub(crate) fn compare(capacity: usize, budget: Option<u8>, steps: &[Step]) {
    let ours = || Pair::run(async_duplex::duplex(capacity), steps);
    let theirs = || Pair::run(tokio::io::duplex(capacity), steps);
    let (ours, theirs) = (with_budget(budget, ours), with_budget(budget, theirs));
    for (i, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let step = steps.get(i);
        assert_eq!(
            ours, theirs,
            "step {i}, {step:?}, with {budget:?}: ours is on the left"
        );
    }
}
