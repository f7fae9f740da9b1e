//! The checks, a file for each subject. The README says what each of them asks, and why.

use std::sync::OnceLock;

use crate::trial::{Trial, Verdict};

mod buffered;
mod calls;
mod cancelling;
mod closing;
mod gone;
mod threads;
#[cfg(feature = "tokio")]
mod tokio;
mod transfer;
mod two_way;
mod vectored;
mod wakers;
mod waking;

type Run = fn(&Trial) -> Verdict;

/// A check: what it asks, and where that is written.
#[derive(Debug)]
#[non_exhaustive]
pub struct Check {
    /// The name, as in a [`Report`](crate::Report).
    pub name: &'static str,
    /// What the check asks, in a sentence.
    pub asks: &'static str,
    /// Where that is written: in the documentation of the traits or of what they are modelled on,
    /// in POSIX, or in the test suites of peers.
    pub source: &'static str,
    pub(crate) run: Run,
}

/// All checks, in the order in which they are run: that of the table in the README.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    static CHECKS: OnceLock<Vec<Check>> = OnceLock::new();
    let table = || {
        let lines = include_str!("../../README.md").lines();
        let table = lines.skip_while(|line| *line != "| check | asks | written in |");
        let rows = table.take_while(|line| !line.is_empty());
        rows.filter_map(check).collect()
    };
    CHECKS.get_or_init(table).iter()
}

/// The check in a row of the table, if this build has it.
fn check(row: &'static str) -> Option<Check> {
    let row = row.strip_prefix("| `")?.strip_suffix(" |")?;
    let (name, row) = row.split_once("` | ")?;
    let (asks, source) = row.split_once(" | ")?;
    Some(Check {
        name,
        asks,
        source,
        run: run(name)?,
    })
}

/// The function of a check. A pair whose ends both read and write is checked a second time, with
/// its ends exchanged.
fn run(name: &str) -> Option<Run> {
    Some(match name {
        "bytes_in_order" => transfer::bytes_in_order,
        "one_byte_buffers" => transfer::one_byte_buffers,
        "large_buffers" => transfer::large_buffers,
        "read_returns_what_is_there" => transfer::read_returns_what_is_there,
        "full_write_is_pending" => transfer::full_write_is_pending,
        "nothing_is_not_the_end" => calls::nothing_is_not_the_end,
        "empty_read" => calls::empty_read,
        "empty_write" => calls::empty_write,
        "flush" => calls::flush,
        "flush_of_a_full_stream" => calls::flush_of_a_full_stream,
        "read_buf_is_appended_to" => calls::read_buf_is_appended_to,
        "vectored_read" => vectored::vectored_read,
        "vectored_write" => vectored::vectored_write,
        "empty_vectored_calls" => vectored::empty_vectored_calls,
        "is_write_vectored" => vectored::is_write_vectored,
        "end_after_last_byte" => closing::end_after_last_byte,
        "close_flushes" => closing::close_flushes,
        "close_while_full" => closing::close_while_full,
        "close_twice" => closing::close_twice,
        "write_after_close" => closing::write_after_close,
        "drop_keeps_bytes" => closing::drop_keeps_bytes,
        "pending_read_when_peer_closes" => closing::pending_read_when_peer_closes,
        "calls_after_both_ends" => closing::calls_after_both_ends,
        "write_after_peer_gone" => gone::write_after_peer_gone,
        "close_after_peer_gone" => gone::close_after_peer_gone,
        "pending_write_when_peer_goes" => gone::pending_write_when_peer_goes,
        "pending_read_when_peer_drops" => gone::pending_read_when_peer_drops,
        "pending_read_when_peer_panics" => gone::pending_read_when_peer_panics,
        "read_is_woken" => |trial| waking::read_is_woken(trial, false),
        "read_is_woken_by_a_thread" => |trial| waking::read_is_woken(trial, true),
        "write_is_woken" => waking::write_is_woken,
        "write_is_woken_by_a_thread" => waking::write_is_woken_by_a_thread,
        "flush_and_close_are_woken" => waking::flush_and_close_are_woken,
        "latest_read_waker" => waking::latest_read_waker,
        "latest_write_waker" => waking::latest_write_waker,
        "no_busy_loop_of_reads" => wakers::no_busy_loop_of_reads,
        "no_busy_loop_of_writes" => wakers::no_busy_loop_of_writes,
        "wakers_are_dropped" => wakers::wakers_are_dropped,
        "no_lost_wakes" => threads::no_lost_wakes,
        "no_lost_wakes_under_load" => threads::no_lost_wakes_under_load,
        "split_into_tasks" => threads::split_into_tasks,
        "cancelled_read" => cancelling::cancelled_read,
        "cancelled_write" => cancelling::cancelled_write,
        "half_close" => two_way::half_close,
        "both_directions" => two_way::both_directions,
        "write_first_then_read" => two_way::write_first_then_read,
        "read_and_write_wake_their_tasks" => two_way::read_and_write_wake_their_tasks,
        "fill_buf_twice" => buffered::fill_buf_twice,
        "partial_consume" => buffered::partial_consume,
        "consume_zero" => buffered::consume_zero,
        "fill_buf_at_the_end" => buffered::fill_buf_at_the_end,
        #[cfg(feature = "tokio")]
        "cooperative_reads" => tokio::cooperative_reads,
        #[cfg(feature = "tokio")]
        "cooperative_writes" => tokio::cooperative_writes,
        _ => return None,
    })
}
