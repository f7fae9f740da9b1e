//! What only tokio's runtime asks.

use core::future::poll_fn;
use core::task::{Context, Poll};

use tokio::runtime::Builder;
use tokio::task::unconstrained;

use super::waking::expect_one;
use crate::probe::Probe;
use crate::task::Task;
use crate::trial::{fail, not_applicable, Trial, Verdict};

/// More calls than the budget of a task allows.
const MANY: usize = 10_000;

/// Calls `busy` in a task until it is pending, and fails if it never is, or if it is not ready
/// again after the task has yielded.
fn expect_yield(mut busy: impl FnMut(&mut Context<'_>) -> Poll<Verdict>) -> Verdict {
    let runtime = match Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => return not_applicable(format!("no runtime: {error}")),
    };
    let mut yielded = false;
    runtime.block_on(poll_fn(|cx| {
        for _ in 0..MANY {
            match busy(cx) {
                Poll::Ready(Ok(())) if yielded => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(())) => {}
                Poll::Ready(failed) => return Poll::Ready(failed),
                // The task has to be woken, because it could go on.
                Poll::Pending => {
                    yielded = true;
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(fail(
            "Pending once in a while",
            format!("{MANY} calls that were ready"),
        ))
    }))
}

/// Polls an end of the pair without spending the budget of the task.
fn freely<T>(cx: &mut Context<'_>, mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    let mut future = core::pin::pin!(unconstrained(poll_fn(|cx| poll(cx))));
    core::future::Future::poll(future.as_mut(), cx)
}

fn cooperative_pair(trial: &Trial) -> Result<(Probe, Probe), crate::trial::Stop> {
    let (writer, reader) = trial.pair()?;
    if !reader.stream().is_tokio() {
        return not_applicable("not a stream of tokio's traits");
    }
    if !trial.cooperative {
        return not_applicable("`Checks::cooperative` was not called");
    }
    Ok((writer, reader))
}

pub(super) fn cooperative_reads(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = cooperative_pair(trial)?;
    expect_yield(|cx| {
        let written = freely(cx, |cx| writer.poll_write(&Task::of(cx), &[1]));
        if !matches!(written, Poll::Ready(Ok(1)) | Poll::Pending) {
            return Poll::Ready(fail("a write of 1 byte or Pending", format!("{written:?}")));
        }
        reader.poll_read(&Task::of(cx), &mut [0]).map(expect_one)
    })
}

pub(super) fn cooperative_writes(trial: &Trial) -> Verdict {
    let (mut writer, mut reader) = cooperative_pair(trial)?;
    expect_yield(|cx| {
        let _ = freely(cx, |cx| reader.poll_read(&Task::of(cx), &mut [0; 64]));
        writer.poll_write(&Task::of(cx), &[1]).map(expect_one)
    })
}
