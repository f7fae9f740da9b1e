//! B8 and B21 for buffers that are longer than the pipe, or than any block that a transfer could be
//! copied in.

#![cfg(all(feature = "tokio", feature = "embedded-io"))]

use core::task::{Poll, Waker};
use std::sync::Arc;

use async_duplex::{pipe, Reader, Writer};

use crate::support::counting_waker::CountingTask;
use crate::support::data::data;
use crate::support::families::{reads, writes};
use crate::support::half::{Half, Wait};
use crate::wakers::{assert_passes_panic_on, panics_on_wake, wait_with, InlineTask};

/// A task that moves bytes inside of `wake`, until its half has to wait again.
fn greedy<H: Half>(mut half: H) -> Arc<InlineTask> {
    let task = InlineTask::new(move |cx| {
        // When the peer is dropped, nothing is left to move.
        while let Poll::Ready(moved) = half.poll_move(cx, 4096) {
            if !matches!(moved, Ok(1..)) {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    });
    Waker::from(task.clone()).wake();
    task
}

/// Capacities, and buffers that are longer.
const SIZES: [(usize, usize); 6] = [
    (1, 33_000),
    (4, 100_000),
    (10, 1 << 20),
    (1000, (32 << 10) + 1),
    (4096, 1 << 20),
    (100_000, 1 << 20),
];

/// The peer moves all it can meanwhile, and parks again. The call publishes once.
#[test]
fn b8_a_call_with_a_buffer_longer_than_the_pipe_wakes_the_peer_once() {
    for (capacity, len) in SIZES {
        for call in writes::<Writer>().into_iter().filter(|call| call.writes) {
            let (reader, mut writer) = pipe(capacity);
            let task = greedy(reader);
            let bytes = vec![7; len];
            let written = CountingTask::new().poll(|cx| (call.call)(&mut writer, cx, &bytes));
            assert!(
                matches!(written, Poll::Ready(Ok(n)) if n == capacity),
                "{}",
                call.name
            );
            assert_eq!(task.wakes(), 2, "{}: {len} bytes to {capacity}", call.name);
        }
        for call in reads::<Reader>().into_iter().filter(|call| call.consumes) {
            let (mut reader, mut writer) = pipe(capacity);
            writer.give(capacity);
            let task = greedy(writer);
            let mut buf = vec![0; len];
            let read = CountingTask::new().poll(|cx| (call.call)(&mut reader, cx, &mut buf));
            assert!(
                matches!(read, Poll::Ready(Ok(n)) if n == capacity),
                "{}",
                call.name
            );
            assert_eq!(task.wakes(), 2, "{}: {len} bytes of {capacity}", call.name);
        }
    }
}

const LONG: usize = 100_000;

#[test]
fn b21_a_long_call_whose_wake_panics_has_moved_every_byte() {
    let bytes = data(1, LONG);
    for call in writes::<Writer>().into_iter().filter(|call| call.writes) {
        let (mut reader, mut writer) = pipe(LONG);
        wait_with(panics_on_wake(), &mut reader, Wait::Move);
        assert_passes_panic_on(call.name, || {
            CountingTask::new().poll(|cx| (call.call)(&mut writer, cx, &bytes))
        });
        let (front, back) = reader.as_slices();
        assert!(
            [front, back].concat() == bytes,
            "{}: other bytes",
            call.name
        );
    }
    for call in reads::<Reader>().into_iter().filter(|call| call.consumes) {
        let (mut reader, mut writer) = pipe(LONG);
        assert_eq!(writer.try_write(&bytes).unwrap(), LONG);
        wait_with(panics_on_wake(), &mut writer, Wait::Move);
        let mut buf = vec![0; LONG];
        assert_passes_panic_on(call.name, || {
            CountingTask::new().poll(|cx| (call.call)(&mut reader, cx, &mut buf))
        });
        assert!(buf == bytes, "{}: other bytes", call.name);
        assert!(writer.is_empty(), "{}", call.name);
    }
}

/// The writes wrap around the end of the storage, because a byte stays unread.
#[test]
fn b21_after_long_writes_whose_wakes_panic_the_pipe_goes_on() {
    let (mut reader, mut writer) = pipe(LONG);
    assert_eq!(writer.try_write(b"-").unwrap(), 1);
    let mut unread = b"-".to_vec();
    for round in 0..4 {
        wait_with(panics_on_wake(), &mut reader, Wait::Available(2));
        let bytes = data(round, LONG - 1000);
        assert_passes_panic_on("a write", || writer.try_write(&bytes));
        unread.extend(bytes);
        let last = unread.split_off(unread.len() - 1);
        let mut buf = vec![0; unread.len()];
        assert_eq!(reader.try_read(&mut buf).unwrap(), buf.len());
        assert!(
            core::mem::replace(&mut unread, last) == buf,
            "round {round}"
        );
    }
}
