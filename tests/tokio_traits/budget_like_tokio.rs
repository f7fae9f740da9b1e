//! B18: streams draw on tokio's cooperative budget exactly as `tokio::io::duplex` does, however
//! much of it the task has used before.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, IoSlice};

use async_duplex::{duplex, pipe};
use futures::future::poll_fn;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::mpsc;
use tokio::task::{coop, unconstrained, yield_now};

use crate::run;

/// The numbers of units that a task has used: up to the budget of one poll, and some more.
const UNITS: core::ops::RangeInclusive<usize> = 0..=130;

/// More calls than the budget has units.
const MANY: usize = 140;

/// The number of bytes that a call moves.
const STEP: usize = 8;

const CAPACITY: usize = 4 * STEP * MANY;

/// The outcome of the calls of a task that has used some of its budget.
#[derive(PartialEq)]
struct Trace {
    /// How many calls succeed before one is pending, in one poll of the task.
    successes: usize,
    has_budget_remaining: bool,
    /// The same in the next poll, with a new budget.
    successes_afterwards: usize,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, then) = (self.successes, self.successes_afterwards);
        let left = if self.has_budget_remaining {
            "some"
        } else {
            "none"
        };
        write!(f, "{n} calls, {left} left, then {then} calls")
    }
}

/// Uses up to `used` units of the budget.
fn draw(cx: &mut Context<'_>, used: usize) {
    for _ in 0..used {
        if let Poll::Ready(unit) = coop::poll_proceed(cx) {
            unit.made_progress();
        }
    }
}

/// Makes up to [`MANY`] calls in one poll of a task that has used `used` units, and as many in the
/// next poll.
async fn trace(
    used: usize,
    mut call: impl FnMut(&mut Context<'_>) -> Poll<io::Result<()>>,
) -> Trace {
    let mut successes = |cx: &mut Context<'_>| {
        let succeeds = |_: &usize| match call(cx) {
            Poll::Ready(result) => {
                result.unwrap();
                true
            }
            Poll::Pending => false,
        };
        (0..MANY).take_while(succeeds).count()
    };
    yield_now().await;
    let (first, has_budget_remaining) = poll_fn(|cx| {
        draw(cx, used);
        Poll::Ready((successes(cx), coop::has_budget_remaining()))
    })
    .await;
    yield_now().await;
    Trace {
        successes: first,
        has_budget_remaining,
        successes_afterwards: poll_fn(|cx| Poll::Ready(successes(cx))).await,
    }
}

/// A call that draws on the budget.
#[derive(Clone, Copy, Debug)]
enum Call {
    Read,
    ReadAtTheEnd,
    Write,
    WriteVectored,
    WriteThatFails,
    Flush,
}

/// The calls of a task whose stream or halves can move all that the calls ask for.
async fn trace_calls<R, W>(call: Call, used: usize, (reader, mut writer): (R, W)) -> Trace
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (mut reader, mut writer) = match call {
        Call::ReadAtTheEnd => {
            drop(writer);
            (Some(reader), None)
        }
        Call::WriteThatFails => {
            drop(reader);
            (None, Some(writer))
        }
        Call::Read => {
            let written = unconstrained(writer.write_all(&[1; 2 * STEP * MANY]));
            written.await.unwrap();
            (Some(reader), Some(writer))
        }
        _ => (Some(reader), Some(writer)),
    };
    trace(used, |cx| match call {
        Call::Read | Call::ReadAtTheEnd => {
            let mut room = [0; STEP];
            let mut buf = ReadBuf::new(&mut room);
            let reader = Pin::new(reader.as_mut().expect("the reader is left"));
            let read = reader.poll_read(cx, &mut buf);
            let has_read = buf.filled().len() == STEP;
            assert!(has_read == (read.is_ready() && matches!(call, Call::Read)));
            read
        }
        _ => {
            let writer = Pin::new(writer.as_mut().expect("the writer is left"));
            let halves = [IoSlice::new(&[1; STEP / 2]), IoSlice::new(&[1; STEP / 2])];
            let written = match call {
                Call::Flush => return writer.poll_flush(cx),
                Call::WriteVectored => writer.poll_write_vectored(cx, &halves),
                _ => writer.poll_write(cx, &[1; STEP]),
            };
            written.map(|result| {
                let broken = result.as_ref().map_err(io::Error::kind);
                let expected = match call {
                    Call::WriteThatFails => Err(io::ErrorKind::BrokenPipe),
                    _ => Ok(&STEP),
                };
                assert_eq!(broken, expected);
                Ok(())
            })
        }
    })
    .await
}

/// For every number of units used before.
#[test]
fn b18_every_call_draws_on_the_budget_as_that_of_tokios_own_duplex_does() {
    for call in [
        Call::Read,
        Call::ReadAtTheEnd,
        Call::Write,
        Call::WriteVectored,
        Call::WriteThatFails,
        Call::Flush,
    ] {
        run(async {
            for used in UNITS {
                let expected = trace_calls(call, used, tokio::io::duplex(CAPACITY)).await;
                assert!(expected.successes_afterwards > 0, "{call:?} never waits");
                let of_stream = trace_calls(call, used, duplex(CAPACITY)).await;
                assert_eq!(of_stream, expected, "{call:?} after {used} units");
                let of_half = trace_calls(call, used, pipe(CAPACITY)).await;
                assert_eq!(of_half, expected, "{call:?} after {used} units");
            }
        });
    }
}

/// The number of polls that a task needs to read a byte if each of them receives `messages`
/// messages before. `None` if that is more than `ENOUGH`.
async fn polls_until_read<R, W>(messages: usize, (mut reader, mut writer): (R, W)) -> Option<usize>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    const ENOUGH: usize = 10;

    unconstrained(writer.write_all(b"x")).await.unwrap();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for i in 0..ENOUGH * messages {
        sender.send(i).unwrap();
    }
    yield_now().await;
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        for _ in 0..messages {
            let _received = receiver.poll_recv(cx);
        }
        let mut room = [0];
        let read = Pin::new(&mut reader).poll_read(cx, &mut ReadBuf::new(&mut room));
        match read {
            Poll::Ready(result) => Poll::Ready(result.ok().map(|()| polls)),
            Poll::Pending if polls == ENOUGH => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[test]
fn b18_a_task_that_receives_messages_and_then_reads_reads_as_soon_as_with_tokio() {
    run(async {
        for messages in UNITS {
            let expected = polls_until_read(messages, tokio::io::duplex(8)).await;
            let of_stream = polls_until_read(messages, duplex(8)).await;
            assert_eq!(of_stream, expected, "after {messages} messages");
            let of_half = polls_until_read(messages, pipe(8)).await;
            assert_eq!(of_half, expected, "after {messages} messages");
        }
        // One unit of the budget is enough.
        assert_eq!(polls_until_read(127, duplex(8)).await, Some(1));
    });
}

/// tokio's stream does not implement `AsyncBufRead`, so this is compared with a read.
#[test]
fn b18_filling_a_buffer_draws_on_the_budget_as_a_read_does() {
    run(async {
        for used in UNITS {
            let expected = trace_calls(Call::Read, used, tokio::io::duplex(CAPACITY)).await;
            let (mut reader, mut writer) = pipe(CAPACITY);
            unconstrained(writer.write_all(&[1; 2 * STEP * MANY]))
                .await
                .unwrap();
            let filled = trace(used, |cx| {
                let mut reader = Pin::new(&mut reader);
                let lent = tokio::io::AsyncBufRead::poll_fill_buf(reader.as_mut(), cx);
                let is_ready = lent.is_ready();
                if is_ready {
                    tokio::io::AsyncBufRead::consume(reader, STEP);
                    return Poll::Ready(Ok(()));
                }
                Poll::Pending
            })
            .await;
            assert_eq!(filled, expected, "after {used} units");
            let mut rest = Vec::new();
            drop(writer);
            let left = unconstrained(reader.read_to_end(&mut rest)).await.unwrap();
            let calls = filled.successes + filled.successes_afterwards;
            assert_eq!(left, 2 * STEP * MANY - calls * STEP);
        }
    });
}

/// The calls of a stream that never waits, outside of the budget.
#[test]
fn b7_b18_outside_of_tokio_and_unconstrained_no_call_waits_without_need() {
    async fn more_than_the_budget() {
        let (mut near, mut far) = duplex(STEP);
        poll_fn(|cx| {
            for _ in 0..10 * MANY {
                let written = Pin::new(&mut near).poll_write(cx, &[1; STEP]);
                assert!(matches!(written, Poll::Ready(Ok(STEP))));
                let mut room = [0; STEP];
                let mut buf = ReadBuf::new(&mut room);
                assert!(Pin::new(&mut far).poll_read(cx, &mut buf).is_ready());
            }
            Poll::Ready(())
        })
        .await;
    }
    run(unconstrained(more_than_the_budget()));
    futures::executor::block_on(more_than_the_budget());
}
