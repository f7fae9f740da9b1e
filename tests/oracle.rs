//! Operations on a pipe and on a model of it, which is in `support/oracle`: random ones, and every
//! short sequence of some.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]

#[path = "support/oracle/mod.rs"]
mod oracle;

use oracle::{Call, Direction, Ending, Op, Settings};
use proptest::collection::vec;
use proptest::prelude::*;

fn settings() -> impl Strategy<Value = Settings> {
    any::<[u8; 2]>().prop_map(Settings::from_bytes)
}

fn op() -> impl Strategy<Value = Op> {
    any::<[u8; 4]>().prop_map(Op::from_bytes)
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::LeftToRight), Just(Direction::RightToLeft)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 512 },
        // Operations that failed once belong in a test of their own, with a name.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_operations_on_a_pipe_do_what_the_model_does(
        settings in settings(),
        ops in vec(op(), 0..=200),
    ) {
        oracle::run(settings, &ops);
    }

    #[test]
    fn random_operations_on_two_streams_do_what_two_models_do(
        settings in settings(),
        ops in vec((direction(), op()), 0..=200),
    ) {
        oracle::run_duplex(settings, &ops);
    }
}

fn in_task(task: usize, call: Call) -> Op {
    Op { task, call }
}

fn calls(calls: &[Call]) -> Vec<Op> {
    calls.iter().map(|call| in_task(0, *call)).collect()
}

/// Runs every sequence of `len` of these operations.
fn every_sequence(settings: Settings, ops: &[Op], len: u32) {
    every_sequence_after(settings, &[], ops, len);
}

fn every_sequence_after(settings: Settings, start: &[Op], ops: &[Op], len: u32) {
    for number in 0..ops.len().pow(len) {
        let nth = |at| ops[number / ops.len().pow(at) % ops.len()];
        let sequence: Vec<_> = start.iter().copied().chain((0..len).map(nth)).collect();
        oracle::run(settings, &sequence);
    }
}

/// Waits, transfers and ends, in three tasks.
#[test]
fn every_sequence_of_four_operations_does_what_the_model_does() {
    let ops = [
        in_task(0, Call::Read(1)),
        in_task(1, Call::FillBuf),
        in_task(0, Call::Readable(1)),
        in_task(1, Call::Readable(2)),
        in_task(0, Call::ReaderClosed),
        in_task(0, Call::Consume(1)),
        in_task(0, Call::EndReader(Ending::Close)),
        in_task(0, Call::EndReader(Ending::Abort)),
        in_task(0, Call::EndReader(Ending::Drop)),
        in_task(2, Call::Write(1)),
        in_task(1, Call::Write(3)),
        in_task(2, Call::Writable(1)),
        in_task(1, Call::Writable(2)),
        in_task(2, Call::WriterClosed),
        in_task(2, Call::TryWrite(1)),
        in_task(2, Call::EndWriter(Ending::Close)),
        in_task(2, Call::EndWriter(Ending::FinishWith)),
        in_task(2, Call::EndWriter(Ending::Abort)),
        in_task(2, Call::EndWriter(Ending::Drop)),
        in_task(0, Call::Cut),
    ];
    let len = if cfg!(miri) { 2 } else { 4 };
    every_sequence(Settings::new(2), &ops, len);
    for (yield_every, error_on_drop) in [(1, false), (2, true)] {
        let settings = Settings {
            yield_every,
            error_on_drop,
            ..Settings::new(2)
        };
        every_sequence(settings, &ops, len - 1);
    }
}

/// Loans among transfers, commits and ends.
#[test]
fn every_sequence_of_four_operations_with_loans_does_what_the_model_does() {
    let ops = calls(&[
        Call::Spare { skip: 0, len: 3 },
        Call::Spare { skip: 1, len: 1 },
        Call::Commit(1),
        Call::Commit(2),
        Call::Send(2),
        Call::TryWrite(1),
        Call::Write(0),
        Call::Writable(2),
        Call::AsSlices,
        Call::FillBuf,
        Call::Peek(2),
        Call::Consume(1),
        Call::Consume(3),
        Call::TryRead(2),
        Call::EndReader(Ending::Close),
        Call::EndWriter(Ending::Abort),
        Call::Cut,
    ]);
    let len = if cfg!(miri) { 2 } else { 4 };
    every_sequence(Settings::new(3), &ops, len);
    let yields = Settings {
        yield_every: 1,
        ..Settings::new(3)
    };
    every_sequence(yields, &ops, len - 1);
}

/// The storage is replaced by larger ones, and a loan is a part of what is free.
#[test]
fn b3_b19_every_sequence_of_large_operations_does_what_the_model_does() {
    let ops = calls(&[
        Call::TryWrite(700),
        Call::TryWrite(3000),
        Call::TryRead(500),
        Call::FillBuf,
        Call::Consume(100),
        Call::Spare { skip: 0, len: 200 },
        Call::Writable(18_000),
        Call::Commit(1000),
        Call::Commit(17_000),
    ]);
    let len = if cfg!(miri) { 1 } else { 4 };
    every_sequence(Settings::new(20_000), &ops, len);
    // With unread bytes that wrap.
    let start = calls(&[
        Call::TryWrite(19_000),
        Call::TryRead(18_900),
        Call::TryWrite(1500),
    ]);
    every_sequence_after(Settings::new(20_000), &start, &ops, len - 1);
}

#[test]
fn b13_a_closed_reader_is_lent_every_byte_that_wraps() {
    let ops = calls(&[
        Call::TryWrite(2),
        Call::TryRead(1),
        Call::TryWrite(1),
        Call::AsSlices,
        Call::EndReader(Ending::Close),
        Call::TryRead(1),
        Call::FillBuf,
        Call::AsSlices,
    ]);
    oracle::run(Settings::new(2), &ops);
}

/// What counts, what restarts the count, and what does neither.
#[test]
fn b18_every_sequence_of_five_operations_that_may_yield_does_what_the_model_does() {
    let ops = calls(&[
        Call::Read(1),
        Call::Read(0),
        Call::FillBuf,
        Call::Readable(1),
        Call::TryRead(1),
        Call::Write(1),
        Call::Writable(1),
        Call::TryWrite(2),
    ]);
    for (yield_every, len) in [(1, 5), (2, 4)] {
        let settings = Settings {
            yield_every,
            ..Settings::new(2)
        };
        every_sequence(settings, &ops, if cfg!(miri) { 2 } else { len });
    }
}

/// Two writes and two reads of every length, from every offset, in each way.
#[test]
fn b1_b3_b4_one_call_moves_all_it_can_across_every_wrap() {
    type Way = (fn(usize) -> Call, fn(usize) -> [Call; 2]);
    let ways: [Way; 5] = [
        (Call::TryWrite, |n| [Call::TryRead(n), Call::Peek(9)]),
        (Call::Write, |n| [Call::Read(n), Call::AsSlices]),
        (
            |n| Call::WriteVectored([n / 2, 0, n - n / 2]),
            |n| [Call::ReadVectored([0, n / 3, n - n / 3]), Call::FillBuf],
        ),
        (Call::Send, |n| [Call::FillBuf, Call::Consume(n)]),
        (Call::Send, |n| [Call::AsSlices, Call::Consume(n)]),
    ];
    let largest = if cfg!(miri) { 2 } else { 4 };
    for (write, read) in ways {
        for capacity in 1..=largest {
            let lengths = || 0..=capacity + 1;
            for offset in 0..2 * capacity {
                for (first, then) in lengths().flat_map(|w| lengths().map(move |r| (w, r))) {
                    for (again, rest) in lengths().flat_map(|w| lengths().map(move |r| (w, r))) {
                        let mut ops = Vec::new();
                        (0..offset).for_each(|_| ops.extend([write(1), Call::TryRead(1)]));
                        ops.push(write(first));
                        ops.extend(read(then));
                        ops.push(write(again));
                        ops.extend(read(rest));
                        ops.extend([Call::TryRead(capacity), Call::TryRead(1)]);
                        oracle::run(Settings::new(capacity), &calls(&ops));
                    }
                }
            }
        }
    }
}

/// Every pair of waits of one half, in one task or in two, with bytes that come before, between and
/// after them, and with every end.
#[test]
fn b7_b8_b15_b17_every_pair_of_waits_is_woken_when_enough_bytes_come_or_the_peer_ends() {
    const CAPACITY: usize = 4;
    let to_read = [
        Call::Read(9),
        Call::FillBuf,
        Call::Readable(2),
        Call::Readable(3),
        Call::Readable(CAPACITY),
        Call::ReaderClosed,
    ];
    let to_write = [
        Call::Write(9),
        Call::Writable(1),
        Call::Writable(2),
        Call::Writable(3),
        Call::Writable(CAPACITY),
        Call::WriterClosed,
    ];
    let ends = [Ending::Close, Ending::Abort, Ending::Drop];
    let mut runs = Vec::new();
    for end in ends {
        runs.push((to_read, vec![], Call::TryWrite(1), Call::EndWriter(end)));
        let full = vec![in_task(0, Call::TryWrite(CAPACITY))];
        runs.push((to_write, full, Call::TryRead(1), Call::EndReader(end)));
    }
    for (waits, start, give, end) in runs {
        for (first, then) in waits.iter().flat_map(|a| waits.iter().map(move |b| (a, b))) {
            for second_task in 0..2 {
                for (early, late) in
                    (0..CAPACITY).flat_map(|a| (0..=CAPACITY - a).map(move |b| (a, b)))
                {
                    let mut ops = start.clone();
                    ops.push(in_task(0, *first));
                    ops.extend(vec![in_task(2, give); early]);
                    ops.push(in_task(second_task, *then));
                    ops.extend(vec![in_task(2, give); late]);
                    // Waits anew.
                    ops.push(in_task(0, *first));
                    ops.extend([in_task(2, give), in_task(2, end)]);
                    oracle::run(Settings::new(CAPACITY), &ops);
                }
            }
        }
    }
}
