//! Copying from one pipe of this crate to another.

use std::time::{Duration, Instant};

use async_duplex::{Reader, Writer};
use futures::future::join3;
use futures::io;

use super::{receive, send, used_pipe, Stream};
use crate::support::contender::Contender;
use crate::support::executor::Executor;
use crate::support::ours::AsyncDuplex;
use crate::support::sliding::Sliding;

/// How the bytes get from one pipe to the other.
#[derive(Clone, Copy)]
pub(crate) enum Through {
    /// Through a buffer, into which the bytes are read and from which they are written.
    Buffer,
    /// Out of the memory of the first pipe, from which the bytes are written into the second.
    Nothing,
}

/// Sends `chunks` chunks through two pipes in a row, in three futures of one task.
pub(crate) fn copy(stream: Stream, through: Through, chunks: u64) -> Duration {
    let (first_reader, first_writer) = used_pipe::<AsyncDuplex>(stream.capacity);
    let (second_reader, second_writer) = used_pipe::<AsyncDuplex>(stream.capacity);
    let (source, target) = (Sliding::new(stream.chunk), Sliding::new(stream.chunk));
    let executor = Executor::new();

    let start = Instant::now();
    let write = send::<AsyncDuplex>(first_writer, source, chunks);
    let copy = forward(first_reader, second_writer, through);
    let read = receive::<AsyncDuplex>(second_reader, target);
    let ((), copied, received) = executor.run(join3(write, copy, read));
    let elapsed = start.elapsed();

    assert_eq!(copied, stream.volume(chunks));
    assert_eq!(received, stream.volume(chunks));
    elapsed
}

async fn forward(reader: Reader, mut writer: Writer, through: Through) -> u64 {
    let copied = match through {
        Through::Buffer => io::copy(reader, &mut writer).await,
        Through::Nothing => io::copy_buf(reader, &mut writer).await,
    };
    AsyncDuplex::close(writer);
    copied.expect("both ends stay until the end of the stream")
}
