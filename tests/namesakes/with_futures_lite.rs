//! With the traits of futures-lite.

use async_duplex::DuplexStream;
use futures_lite::io::copy;
use futures_lite::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, StreamExt};

#[path = "adapters.rs"]
mod adapters;
#[path = "calls.rs"]
mod calls;
#[path = "of_futures_io.rs"]
mod of_futures_io;

use of_futures_io::{end_stream, end_writer, lines_of_reader, lines_of_stream};

fn consume(stream: &mut DuplexStream, n: usize) {
    stream.consume(n);
}
