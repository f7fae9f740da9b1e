//! Many bytes in one direction.

use std::thread;
use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use tokio::runtime::Handle;

use super::{receive, send, used_pipe};
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
        let executor = Executor::new();

        let start = Instant::now();
        let write = send::<C>(writer, source, chunks);
        let read = receive::<C>(reader, target);
        let ((), received) = C::run(&executor, join(write, read));
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
            move || C::block_on(send::<C>(writer, source, chunks)),
            || C::block_on(receive::<C>(reader, target)),
        );
        let elapsed = start.elapsed();

        assert_eq!(received, self.volume(chunks));
        elapsed
    }

    /// Runs `streams` streams at once on the threads of `runtime`. Each has a task that writes
    /// `chunks` chunks and a task that reads them.
    pub(crate) fn many<C: Contender>(
        self,
        runtime: &Handle,
        streams: usize,
        chunks: u64,
    ) -> Duration {
        let work: Vec<_> = (0..streams)
            .map(|_| {
                let (reader, writer) = used_pipe::<C>(self.capacity);
                let write = send::<C>(writer, Sliding::new(self.chunk), chunks);
                let read = receive::<C>(reader, Sliding::new(self.chunk));
                (write, read)
            })
            .collect();

        let start = Instant::now();
        let received = runtime.block_on(async {
            let reads: Vec<_> = work
                .into_iter()
                .map(|(write, read)| {
                    runtime.spawn(write);
                    runtime.spawn(read)
                })
                .collect();
            join_all(reads).await
        });
        let elapsed = start.elapsed();

        for received in received {
            assert_eq!(
                received.expect("a reader does not panic"),
                self.volume(chunks)
            );
        }
        elapsed
    }

    /// Runs a stream of its own on each of several threads, with `chunks` chunks each. Returns the
    /// time of the slowest.
    pub(crate) fn apart<C: Contender>(self, threads: usize, chunks: u64) -> Duration {
        thread::scope(|scope| {
            let streams: Vec<_> = (0..threads)
                .map(|_| scope.spawn(move || self.one_thread::<C>(chunks)))
                .collect();
            let took = streams
                .into_iter()
                .map(|stream| stream.join().expect("a stream does not panic"));
            took.max().expect("there is a thread")
        })
    }

    /// The number of bytes of `chunks` chunks.
    pub(crate) fn volume(self, chunks: u64) -> u64 {
        self.chunk as u64 * chunks
    }
}
