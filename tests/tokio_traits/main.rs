//! tokio's traits on our types: by themselves, beside tokio's own duplex, and under what the world
//! has built upon them.
//!
//! Tests of a rule have its number in their names. The others are about a crate, and how it fares
//! over our streams in place of a socket.

#![cfg(not(loom))]
#![cfg(feature = "tokio")]

extern crate alloc;

mod both_families;
mod budget;
mod budget_like_tokio;
mod buffers;
mod calls;
mod codecs;
mod copying;
#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/deadline.rs"]
mod deadline;
mod http;
mod http2_frames;
mod like_tokio;
mod splitting;
mod vectored;

use async_duplex::{duplex, pipe};
use core::future::Future;
use deadline::within;
use tokio::io::{AsyncBufRead, AsyncWrite};
use tokio::runtime::Builder;

/// Seconds that are far more than any of these tests takes.
const DEADLINE: u64 = 60;

/// Runs `body` and what it spawns on this thread.
#[track_caller]
fn run<T>(body: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().build();
    within(DEADLINE, || runtime.unwrap().block_on(body))
}

/// Runs `body` here, and what it spawns on two other threads.
#[track_caller]
fn run_on_threads<T>(body: impl Future<Output = T>) -> T {
    let runtime = Builder::new_multi_thread().worker_threads(2).build();
    within(DEADLINE, || runtime.unwrap().block_on(body))
}

type BoxedReader = Box<dyn AsyncBufRead + Send + Unpin>;
type BoxedWriter = Box<dyn AsyncWrite + Send + Unpin>;

/// Two ends of one direction: the halves of a pipe, and two streams. What one is must not matter.
fn ends(capacity: usize) -> [(BoxedReader, BoxedWriter); 2] {
    let (reader, writer) = pipe(capacity);
    let (near, far) = duplex(capacity);
    [
        (Box::new(reader), Box::new(writer)),
        (Box::new(near), Box::new(far)),
    ]
}

/// Bytes in which none can be lost, doubled or swapped without being noticed, different for each
/// `seed`.
fn data(seed: u32, len: usize) -> Vec<u8> {
    let byte = |i: usize| {
        (seed.rotate_left(16) ^ i as u32)
            .wrapping_mul(0x9E37_79B9)
            .to_be_bytes()[0]
    };
    (0..len).map(byte).collect()
}
