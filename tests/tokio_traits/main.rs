//! tokio's traits: what only they have, compared with tokio's own duplex, and under `tokio_util`.
//! The tests of `contract` and `endings` make each of their calls, too. The package `protocols`
//! tests larger crates on top of them.

#![cfg(not(any(loom, shuttle)))]
#![cfg(feature = "tokio")]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

extern crate alloc;

mod budget;
mod buffers;
mod calls;
mod copying;
mod like_tokio;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/tokio_runtimes.rs"]
mod tokio_runtimes;

use async_duplex::{duplex, pipe};
use support::data::data;
use support::deadline;
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
