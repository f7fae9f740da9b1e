//! B8 and B21 for buffers that are longer than the pipe, or than any block that a transfer could be
//! copied in.

#![cfg(all(feature = "tokio", feature = "embedded-io"))]

use core::task::{Poll, Waker};
use std::sync::Arc;

use async_duplex::{pipe, Reader, Writer};

use crate::support::counting_waker::{ready, to_kind, CountingTask};
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
        let mut bytes = vec![7; len];
        for call in writes::<Writer>().into_iter().filter(|call| call.writes) {
            println!("{}: {len} bytes to {capacity}", call.name);
            let (reader, mut writer) = pipe(capacity);
            let task = greedy(reader);
            let written = CountingTask::new().poll(|cx| (call.call)(&mut writer, cx, &bytes));
            assert_eq!((to_kind(written), task.wakes()), (ready(capacity), 2));
        }
        for call in reads::<Reader>().into_iter().filter(|call| call.consumes) {
            println!("{}: {len} bytes of {capacity}", call.name);
            let (mut reader, mut writer) = pipe(capacity);
            writer.give(capacity);
            let task = greedy(writer);
            let read = CountingTask::new().poll(|cx| (call.call)(&mut reader, cx, &mut bytes));
            assert_eq!((to_kind(read), task.wakes()), (ready(capacity), 2));
        }
    }
}

/// The bytes that are read wrap around the end of the storage.
#[test]
fn b21_a_long_call_whose_wake_panics_has_moved_every_byte() {
    const LONG: usize = 100_000;
    let bytes = data(1, LONG);
    for call in writes::<Writer>().into_iter().filter(|call| call.writes) {
        println!("{}", call.name);
        let (mut reader, mut writer) = pipe(LONG);
        wait_with(panics_on_wake(), &mut reader, Wait::Move);
        assert_passes_panic_on(call.name, || {
            CountingTask::new().poll(|cx| (call.call)(&mut writer, cx, &bytes))
        });
        assert!(reader.as_slices().0 == bytes);
    }
    for call in reads::<Reader>().into_iter().filter(|call| call.consumes) {
        println!("{}", call.name);
        let (mut reader, mut writer) = pipe(LONG);
        writer.give(LONG / 2);
        reader.consume(LONG / 2 - 1);
        assert_eq!(writer.try_write(&bytes).unwrap(), LONG - 1);
        reader.consume(1);
        assert_eq!(writer.try_write(&bytes[LONG - 1..]).unwrap(), 1);
        assert!(!reader.as_slices().1.is_empty());
        wait_with(panics_on_wake(), &mut writer, Wait::Move);
        let mut buf = vec![0; LONG];
        assert_passes_panic_on(call.name, || {
            CountingTask::new().poll(|cx| (call.call)(&mut reader, cx, &mut buf))
        });
        assert!(buf == bytes && writer.is_empty());
    }
}
