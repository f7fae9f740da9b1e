//! A stream that conforms passes, and each way to break it fails the check that is meant for it.

#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)] // Tests have `std`.

mod stream;
mod tokio_end;

use std::thread;
use std::time::Duration;

use stream::{pair, Bug};
use stream_check::{checks, Checks};
use tokio_end::TokioEnd;

const NO_BUG: Bug = "none";

/// Each bug, and a check that has to find it. No check would find a bug that the stream does
/// not know.
const BUGS: &[(Bug, &str)] = &[
    ("repeats a byte", "bytes_in_order"),
    ("swaps bytes", "bytes_in_order"),
    ("pops the wrong end", "one_byte_buffers"),
    ("accepts more than fits", "large_buffers"),
    ("fills the buffer", "read_returns_what_is_there"),
    ("full is zero", "full_write_is_pending"),
    ("loops back", "both_directions"),
    ("waits for own reader", "write_first_then_read"),
    ("ends early", "nothing_is_not_the_end"),
    ("empty read takes", "empty_read"),
    ("empty write ends", "empty_write"),
    ("flush fails when empty", "flush"),
    ("flush forgets", "flush"),
    ("flush forgets", "flush_of_a_full_stream"),
    ("vectored read skips", "vectored_read"),
    ("vectored write counts all", "vectored_write"),
    ("no slices fail", "empty_vectored_calls"),
    ("is write vectored lies", "is_write_vectored"),
    ("forgets the end", "end_after_last_byte"),
    ("panics after the end", "end_after_last_byte"),
    ("close forgets", "close_flushes"),
    ("close forgets when full", "close_while_full"),
    ("second close fails", "close_twice"),
    ("writes after close", "write_after_close"),
    ("drop forgets", "drop_keeps_bytes"),
    ("close wakes nobody", "pending_read_when_peer_closes"),
    ("panics after both ends", "calls_after_both_ends"),
    ("close ends both", "half_close"),
    ("gone accepts", "write_after_peer_gone"),
    ("gone hangs", "write_after_peer_gone"),
    ("gone hangs close", "close_after_peer_gone"),
    ("gone wakes nobody", "pending_write_when_peer_goes"),
    ("drop wakes nobody", "pending_read_when_peer_drops"),
    ("panic ends nothing", "pending_read_when_peer_panics"),
    ("write wakes nobody", "read_is_woken"),
    ("read wakes nobody", "write_is_woken"),
    ("wakes own thread only", "read_is_woken_by_a_thread"),
    ("wakes own thread only", "write_is_woken_by_a_thread"),
    ("keeps first waker", "latest_read_waker"),
    ("keeps first waker", "latest_write_waker"),
    ("misses a wake", "no_lost_wakes"),
    ("misses a wake of full", "no_lost_wakes_under_load"),
    ("flush wakes nobody", "flush_and_close_are_woken"),
    ("one waker", "read_and_write_wake_their_tasks"),
    ("read forgets writer", "split_into_tasks"),
    ("busy reads", "no_busy_loop_of_reads"),
    ("busy writes", "no_busy_loop_of_writes"),
    ("leaks wakers", "wakers_are_dropped"),
    ("blocks", "nothing_is_not_the_end"),
    ("reads ahead", "cancelled_read"),
    ("writes ahead", "cancelled_write"),
    ("fill buf skips", "fill_buf_twice"),
    ("consumes too much", "partial_consume"),
    ("consume zero takes", "consume_zero"),
    ("fill buf hangs at the end", "fill_buf_at_the_end"),
    ("overwrites read buf", "read_buf_is_appended_to"),
    ("never yields", "cooperative_reads"),
    ("never yields", "cooperative_writes"),
];

fn with_futures_io(bug: Bug) -> Checks {
    stream_check::futures_io::two_way_buffered(move || async move { pair(bug) })
}

fn with_tokio(bug: Bug) -> Checks {
    let checks = stream_check::tokio::two_way(move || async move {
        let (first, second) = pair(bug);
        (TokioEnd(first), TokioEnd(second))
    });
    if bug == "never yields" {
        checks.cooperative()
    } else {
        checks
    }
}

fn checks_for(bug: Bug) -> Checks {
    match bug {
        "is write vectored lies" | "overwrites read buf" | "never yields" => with_tokio(bug),
        _ => with_futures_io(bug),
    }
}

#[test]
fn a_stream_that_conforms_passes() {
    with_futures_io(NO_BUG).run_blocking().assert_conforms();
    with_tokio(NO_BUG).run_blocking().assert_conforms();
}

#[test]
fn each_bug_fails_the_check_that_is_meant_for_it() {
    let threads = BUGS.iter().map(|&(bug, meant)| {
        thread::spawn(move || {
            let checks = checks_for(bug).limit(Duration::from_secs(3)).only(&[meant]);
            let report = checks.run_blocking();
            println!("{bug}\n{report}\n");
            for checked in report.checks() {
                let failure = checked.failure();
                let failure = failure.unwrap_or_else(|| panic!("{bug}: {checked}"));
                assert_eq!(bug == "blocks", failure.seen == "it did not finish");
            }
        })
    });
    for thread in threads.collect::<Vec<_>>() {
        thread.join().unwrap();
    }
}

#[test]
fn each_check_is_meant_for_a_bug() {
    for check in checks() {
        let meant = BUGS.iter().any(|(_, name)| *name == check.name);
        assert!(meant, "no bug for `{}`", check.name);
    }
}
