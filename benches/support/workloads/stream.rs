//! Many bytes in one direction.

use std::time::{Duration, Instant};

use futures::future::join;

use super::{read, used_pipe, write_all};
use crate::support::contender::Contender;
use crate::support::executor::{Executor, Peer};
use crate::support::sliding::Sliding;

/// Chunks of one size, through a pipe of one capacity.
#[derive(Clone, Copy)]
pub(crate) struct Stream {
    /// Bytes per write, and the size of the buffer to read into.
    pub(crate) chunk: usize,
    pub(crate) capacity: usize,
}

impl Stream {
    /// Writes `chunks` chunks and ends the stream, and reads to the end, in two futures of one
    /// task.
    pub(crate) fn one_thread<C: Contender>(self, chunks: u64) -> Duration {
        let (reader, writer) = used_pipe::<C>(self.capacity);
        let (source, target) = (Sliding::new(self.chunk), Sliding::new(self.chunk));
        let work = join(
            send::<C>(writer, source, chunks),
            receive::<C>(reader, target),
        );
        let executor = Executor::new();

        let start = Instant::now();
        let ((), received) = executor.run(work);
        let elapsed = start.elapsed();

        assert_eq!(received, self.volume(chunks));
        elapsed
    }

    /// Likewise, but writes on `peer`'s thread and reads on this one.
    pub(crate) fn two_threads<C: Contender>(self, peer: &Peer, chunks: u64) -> Duration {
        let (reader, writer) = used_pipe::<C>(self.capacity);
        let (source, target) = (Sliding::new(self.chunk), Sliding::new(self.chunk));

        let start = Instant::now();
        let ((), received) = peer.join(
            move || pollster::block_on(send::<C>(writer, source, chunks)),
            || pollster::block_on(receive::<C>(reader, target)),
        );
        let elapsed = start.elapsed();

        assert_eq!(received, self.volume(chunks));
        elapsed
    }

    /// The number of bytes of `chunks` chunks.
    pub(crate) fn volume(self, chunks: u64) -> u64 {
        self.chunk as u64 * chunks
    }
}

/// Writes the buffer `chunks` times, and ends the stream.
async fn send<C: Contender>(mut writer: C::Writer, mut source: Sliding, chunks: u64) {
    for _ in 0..chunks {
        write_all::<C>(&mut writer, source.next()).await;
    }
    C::close(writer);
}

/// Reads to the end of the stream, and returns the number of bytes read.
async fn receive<C: Contender>(mut reader: C::Reader, mut target: Sliding) -> u64 {
    let mut received = 0;
    loop {
        match read::<C>(&mut reader, target.next()).await {
            0 => return received,
            n => received += n as u64,
        }
    }
}
