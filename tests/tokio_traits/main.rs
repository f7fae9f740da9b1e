//! tokio's traits: what only they have, compared with tokio's own duplex, and under `tokio_util`.
//! The tests of `contract` and `endings` make each of their calls, too. The package `protocols`
//! tests larger crates on top of them.

#![cfg(not(any(loom, shuttle)))]
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
#[path = "../support/tokio_runtimes.rs"]
mod tokio_runtimes;

use async_duplex::{duplex, pipe};
use data::data;
use tokio::io::{AsyncBufRead, AsyncWrite};
use tokio_runtimes::{run, run_on_threads};

type BoxedReader = Box<dyn AsyncBufRead + Send + Unpin>;
type BoxedWriter = Box<dyn AsyncWrite + Send + Unpin>;

/// The two ends of one direction: the halves of a pipe, and two streams.
fn ends(capacity: usize) -> [(BoxedReader, BoxedWriter); 2] {
    let (reader, writer) = pipe(capacity);
    let (near, far) = duplex(capacity);
    [
        (Box::new(reader), Box::new(writer)),
        (Box::new(near), Box::new(far)),
    ]
}
