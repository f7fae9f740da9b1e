//! A stream that conforms passes, and each way to break it fails the check that is meant for it.

#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)] // Tests have `std`.

mod bug;
mod stream;
mod tokio_end;

use std::thread;
use std::time::Duration;

use bug::Bug;
use stream::pair;
use stream_check::{checks, Checks};
use tokio_end::TokioEnd;

/// Each bug, and the checks that have to find it.
const BUGS: &[(Bug, &[&str])] = &[
    (Bug::RepeatsAByte, &["bytes_in_order"]),
    (Bug::SwapsBytes, &["bytes_in_order"]),
    (Bug::PopsTheWrongEnd, &["one_byte_buffers"]),
    (Bug::AcceptsMoreThanFits, &["large_buffers"]),
    (Bug::FillsTheBuffer, &["read_returns_what_is_there"]),
    (Bug::FullIsZero, &["full_write_is_pending"]),
    (Bug::LoopsBack, &["both_directions"]),
    (Bug::WaitsForOwnReader, &["write_first_then_read"]),
    (Bug::EndsEarly, &["nothing_is_not_the_end"]),
    (Bug::EmptyReadTakes, &["empty_read"]),
    (Bug::EmptyWriteEnds, &["empty_write"]),
    (Bug::FlushFailsWhenEmpty, &["flush"]),
    (Bug::FlushForgets, &["flush", "flush_of_a_full_stream"]),
    (Bug::VectoredReadSkips, &["vectored_read"]),
    (Bug::VectoredWriteCountsAll, &["vectored_write"]),
    (Bug::NoSlicesFail, &["empty_vectored_calls"]),
    (Bug::IsWriteVectoredLies, &["is_write_vectored"]),
    (Bug::ForgetsTheEnd, &["end_after_last_byte"]),
    (Bug::PanicsAfterTheEnd, &["end_after_last_byte"]),
    (Bug::CloseForgets, &["close_flushes"]),
    (Bug::CloseForgetsWhenFull, &["close_while_full"]),
    (Bug::SecondCloseFails, &["close_twice"]),
    (Bug::WritesAfterClose, &["write_after_close"]),
    (Bug::DropForgets, &["drop_keeps_bytes"]),
    (Bug::CloseWakesNobody, &["pending_read_when_peer_closes"]),
    (Bug::PanicsAfterBothEnds, &["calls_after_both_ends"]),
    (Bug::CloseEndsBoth, &["half_close"]),
    (Bug::GoneAccepts, &["write_after_peer_gone"]),
    (Bug::GoneHangs, &["write_after_peer_gone"]),
    (Bug::GoneHangsClose, &["close_after_peer_gone"]),
    (Bug::GoneWakesNobody, &["pending_write_when_peer_goes"]),
    (Bug::DropWakesNobody, &["pending_read_when_peer_drops"]),
    (Bug::PanicEndsNothing, &["pending_read_when_peer_panics"]),
    (Bug::WriteWakesNobody, &["read_is_woken"]),
    (Bug::ReadWakesNobody, &["write_is_woken"]),
    (
        Bug::WakesOwnThreadOnly,
        &["read_is_woken_by_a_thread", "write_is_woken_by_a_thread"],
    ),
    (
        Bug::KeepsFirstWaker,
        &["latest_read_waker", "latest_write_waker"],
    ),
    (Bug::MissesAWake, &["no_lost_wakes"]),
    (Bug::MissesAWakeOfFull, &["no_lost_wakes_under_load"]),
    (Bug::FlushWakesNobody, &["flush_and_close_are_woken"]),
    (Bug::OneWaker, &["read_and_write_wake_their_tasks"]),
    (Bug::ReadForgetsWriter, &["split_into_tasks"]),
    (Bug::BusyReads, &["no_busy_loop_of_reads"]),
    (Bug::BusyWrites, &["no_busy_loop_of_writes"]),
    (Bug::LeaksWakers, &["wakers_are_dropped"]),
    (Bug::Blocks, &["nothing_is_not_the_end"]),
    (Bug::ReadsAhead, &["cancelled_read"]),
    (Bug::WritesAhead, &["cancelled_write"]),
    (Bug::FillBufSkips, &["fill_buf_twice"]),
    (Bug::ConsumesTooMuch, &["partial_consume"]),
    (Bug::ConsumeZeroTakes, &["consume_zero"]),
    (Bug::FillBufHangsAtTheEnd, &["fill_buf_at_the_end"]),
    (Bug::OverwritesReadBuf, &["read_buf_is_appended_to"]),
    (
        Bug::NeverYields,
        &["cooperative_reads", "cooperative_writes"],
    ),
];

fn with_futures_io(bug: Bug) -> Checks {
    stream_check::futures_io::two_way_buffered(move || async move { pair(bug) })
}

fn with_tokio(bug: Bug) -> Checks {
    let checks = stream_check::tokio::two_way(move || async move {
        let (first, second) = pair(bug);
        (TokioEnd(first), TokioEnd(second))
    });
    if bug == Bug::NeverYields {
        checks.cooperative()
    } else {
        checks
    }
}

fn checks_for(bug: Bug) -> Checks {
    match bug {
        Bug::IsWriteVectoredLies | Bug::OverwritesReadBuf | Bug::NeverYields => with_tokio(bug),
        _ => with_futures_io(bug),
    }
}

#[test]
fn a_stream_that_conforms_passes() {
    with_futures_io(Bug::None).run_blocking().assert_conforms();
    with_tokio(Bug::None).run_blocking().assert_conforms();
}

#[test]
fn each_bug_fails_the_check_that_is_meant_for_it() {
    let threads = BUGS.iter().map(|&(bug, meant)| {
        thread::spawn(move || {
            let checks = checks_for(bug).limit(Duration::from_secs(3)).only(meant);
            let report = checks.run_blocking();
            println!("{bug:?}\n{report}\n");
            for checked in report.checks() {
                let failure = checked.failure();
                let failure = failure.unwrap_or_else(|| panic!("{bug:?}: {checked}"));
                assert_eq!(bug == Bug::Blocks, failure.seen == "it did not finish");
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
        let meant = BUGS.iter().any(|(_, names)| names.contains(&check.name));
        assert!(meant, "no bug for `{}`", check.name);
    }
}
