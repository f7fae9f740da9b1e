//! B18: tokio's cooperative budget, which only the impls of its traits obey.

use core::convert::Infallible;
use core::pin::{pin, Pin};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io::{self, IoSlice};

use async_duplex::{duplex, pipe, DuplexStream, Reader, Writer};
use futures::future::{poll_fn, FutureExt};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::task::coop;
use tokio::task::{unconstrained, yield_now};
use tokio::time::{sleep, timeout};

use crate::run;

/// More calls than any budget allows.
const MANY: usize = 10_000;

/// A call that never has to wait.
trait Busy {
    fn call(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

impl<F> Busy for F
where
    F: FnMut(&mut Context<'_>) -> Poll<io::Result<()>>,
{
    fn call(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self(cx)
    }
}

/// Every call of tokio's traits that reads or writes. The other half makes bytes or space
/// available, by calls that use no budget.
fn busy_calls() -> Vec<(&'static str, Box<dyn Busy>)> {
    fn reads<R, W>((mut reader, mut writer): (R, W), fill: fn(&mut W)) -> Box<dyn Busy>
    where
        R: AsyncRead + Unpin + 'static,
        W: 'static,
    {
        Box::new(move |cx: &mut Context<'_>| {
            fill(&mut writer);
            let mut room = [0; 8];
            let mut buf = ReadBuf::new(&mut room);
            let result = Pin::new(&mut reader).poll_read(cx, &mut buf);
            assert_eq!(buf.filled().len() == 8, result.is_ready());
            result
        })
    }
    fn fills<R, W>((mut reader, mut writer): (R, W), fill: fn(&mut W)) -> Box<dyn Busy>
    where
        R: AsyncBufRead + Unpin + 'static,
        W: 'static,
    {
        Box::new(move |cx: &mut Context<'_>| {
            fill(&mut writer);
            let lent = Pin::new(&mut reader).poll_fill_buf(cx)?;
            lent.map(|bytes| {
                assert!(!bytes.is_empty());
                Ok(())
            })
        })
    }
    fn writes<R, W>(
        (mut reader, mut writer): (R, W),
        vectored: bool,
        drain: fn(&mut R),
    ) -> Box<dyn Busy>
    where
        R: 'static,
        W: AsyncWrite + Unpin + 'static,
    {
        Box::new(move |cx: &mut Context<'_>| {
            drain(&mut reader);
            let writer = Pin::new(&mut writer);
            let result = if vectored {
                writer.poll_write_vectored(cx, &[IoSlice::new(b"1234"), IoSlice::new(b"5678")])
            } else {
                writer.poll_write(cx, b"12345678")
            };
            result.map_ok(|n| assert_eq!(n, 8))
        })
    }
    fn fill_pipe(writer: &mut Writer) {
        if writer.is_empty() {
            assert_eq!(writer.try_write(b"12345678").unwrap(), 8);
        }
    }
    fn drain_pipe(reader: &mut Reader) {
        if !reader.is_empty() {
            assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 8);
        }
    }
    fn fill(stream: &mut DuplexStream) {
        fill_pipe(stream.writer());
    }
    fn drain(stream: &mut DuplexStream) {
        drain_pipe(stream.reader());
    }
    vec![
        ("Reader::poll_read", reads(pipe(8), fill_pipe)),
        ("Reader::poll_fill_buf", fills(pipe(8), fill_pipe)),
        ("Writer::poll_write", writes(pipe(8), false, drain_pipe)),
        (
            "Writer::poll_write_vectored",
            writes(pipe(8), true, drain_pipe),
        ),
        ("DuplexStream::poll_read", reads(duplex(8), fill)),
        ("DuplexStream::poll_fill_buf", fills(duplex(8), fill)),
        ("DuplexStream::poll_write", writes(duplex(8), false, drain)),
        (
            "DuplexStream::poll_write_vectored",
            writes(duplex(8), true, drain),
        ),
    ]
}

/// How many calls succeed before one is pending, up to [`MANY`], in one poll of the task.
async fn successes(busy: &mut dyn Busy) -> usize {
    poll_fn(|cx| {
        let before_waiting = (0..MANY).take_while(|_| match busy.call(cx) {
            Poll::Ready(result) => {
                result.unwrap();
                true
            }
            Poll::Pending => false,
        });
        Poll::Ready(before_waiting.count())
    })
    .await
}

#[test]
fn b18_each_call_that_succeeds_draws_on_the_budget_of_tokio() {
    for (name, mut busy) in busy_calls() {
        run(async {
            let first = successes(&mut *busy).await;
            assert!((1..MANY).contains(&first), "{name}: {first} in a row");
            assert!(!coop::has_budget_remaining(), "{name}");
            assert_eq!(successes(&mut *busy).await, 0, "{name}");
            // The next poll has a new budget, and no byte has been lost.
            yield_now().await;
            assert_eq!(successes(&mut *busy).await, first, "{name}");
        });
    }
}

#[test]
fn b18_a_task_that_has_used_up_its_budget_is_woken_and_continues() {
    for (name, mut busy) in busy_calls() {
        let waited = run(async {
            let mut waited = 0;
            for _ in 0..1000 {
                poll_fn(|cx| {
                    let result = busy.call(cx);
                    waited += usize::from(result.is_pending());
                    result
                })
                .await
                .unwrap();
            }
            waited
        });
        assert!((1..=1000).contains(&waited), "{name}: {waited}");
    }
}

/// Writes and reads for ever, and never has to wait.
async fn stay_busy() -> Infallible {
    let (mut near, mut far) = duplex(8192);
    let mut buf = [0; 4096];
    loop {
        near.write_all(&[1; 4096]).await.unwrap();
        far.read_exact(&mut buf).await.unwrap();
    }
}

#[test]
fn b18_a_select_over_a_busy_stream_lets_a_timer_fire() {
    run(async {
        let timer = || sleep(Duration::from_millis(1)).fuse();
        // These are polled in random order.
        futures::select! {
            never = pin!(stay_busy().fuse()) => match never {},
            () = pin!(timer()) => {}
        }
        futures::select_biased! {
            () = pin!(timer()) => {}
            never = pin!(stay_busy().fuse()) => match never {},
        }
    });
}

#[test]
fn b18_a_busy_stream_can_be_timed_out() {
    run(async {
        let limit = Duration::from_millis(1);
        assert!(timeout(limit, stay_busy()).await.is_err());
    });
}

#[test]
fn b18_two_tasks_that_keep_each_other_busy_let_a_third_run() {
    run(async {
        let (mut reader, mut writer) = pipe(64 * 1024);
        let writes = tokio::spawn(async move { while writer.write(&[1; 64]).await.is_ok() {} });
        let reads = tokio::spawn(async move {
            let mut buf = [0; 64];
            while reader.read(&mut buf).await.is_ok() {}
        });
        sleep(Duration::from_millis(1)).await;
        reads.abort();
        assert!(reads.await.unwrap_err().is_cancelled());
        // The reader was dropped with its task.
        writes.await.unwrap();
    });
}

#[test]
fn b18_a_call_that_waits_costs_no_budget() {
    run(async {
        let (mut near, mut far) = duplex(8);
        // All calls are made in one poll, with one budget. If a pending call used any, none would
        // be left for the others.
        poll_fn(|cx| {
            let mut room = [0; 8];
            let mut buf = ReadBuf::new(&mut room);
            for _ in 0..MANY {
                assert!(AsyncRead::poll_read(Pin::new(&mut near), cx, &mut buf).is_pending());
                assert!(AsyncBufRead::poll_fill_buf(Pin::new(&mut near), cx).is_pending());
            }
            assert!(AsyncWrite::poll_write(Pin::new(&mut far), cx, &[1; 8]).is_ready());
            for _ in 0..MANY {
                assert!(AsyncWrite::poll_write(Pin::new(&mut far), cx, b"x").is_pending());
                let slices = [IoSlice::new(b"x")];
                let far = Pin::new(&mut far);
                assert!(AsyncWrite::poll_write_vectored(far, cx, &slices).is_pending());
            }
            assert!(AsyncRead::poll_read(Pin::new(&mut near), cx, &mut buf).is_ready());
            assert_eq!(buf.filled(), [1; 8]);
            Poll::Ready(())
        })
        .await;
    });
}

#[test]
fn b18_the_end_and_a_broken_pipe_draw_on_the_budget_too() {
    run(async {
        let (mut reader, writer) = pipe(8);
        drop(writer);
        let mut ends = |cx: &mut Context<'_>| {
            let mut room = [0; 8];
            AsyncRead::poll_read(Pin::new(&mut reader), cx, &mut ReadBuf::new(&mut room))
        };
        let found = successes(&mut ends).await;
        assert!((1..MANY).contains(&found), "{found} ends in a row");

        yield_now().await;
        let (_, mut writer) = pipe(8);
        let mut breaks = |cx: &mut Context<'_>| {
            let result = AsyncWrite::poll_write(Pin::new(&mut writer), cx, b"x");
            result.map(|result| {
                assert_eq!(result.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
                Ok(())
            })
        };
        let found = successes(&mut breaks).await;
        assert!((1..MANY).contains(&found), "{found} errors in a row");
    });
}

#[test]
fn b18_unconstrained_tasks_have_no_budget() {
    for (name, mut busy) in busy_calls() {
        let found = run(unconstrained(async { successes(&mut *busy).await }));
        assert_eq!(found, MANY, "{name}");
    }
}

#[test]
fn b7_outside_of_tokio_no_call_waits_without_need() {
    for (name, mut busy) in busy_calls() {
        let found = futures::executor::block_on(successes(&mut *busy));
        assert_eq!(found, MANY, "{name}");
    }
}

#[test]
fn b7_futures_io_and_inherent_methods_ignore_the_budget() {
    use futures::io::{AsyncRead, AsyncWrite};

    run(async {
        let (mut reader, mut writer) = pipe(8);
        poll_fn(|cx| {
            for _ in 0..MANY {
                assert!(AsyncWrite::poll_write(Pin::new(&mut writer), cx, b"ab").is_ready());
                assert!(writer.poll_write(cx, b"cd").is_ready());
                assert!(AsyncRead::poll_read(Pin::new(&mut reader), cx, &mut [0; 3]).is_ready());
                assert!(reader.poll_read(cx, &mut [0; 3]).is_ready());
            }
            assert!(coop::has_budget_remaining());
            Poll::Ready(())
        })
        .await;
    });
}
