//! tokio's traits on our types: by themselves, beside tokio's own duplex, and under `tokio_util`.
//! What else builds upon them is in the package `protocols`.
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
#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;
mod like_tokio;
mod splitting;
#[path = "../support/tokio_runtimes.rs"]
mod tokio_runtimes;
mod vectored;

use async_duplex::{duplex, pipe};
use data::data;
use tokio::io::{AsyncBufRead, AsyncWrite};
use tokio_runtimes::{run, run_on_threads};

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
