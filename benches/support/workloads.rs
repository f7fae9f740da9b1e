//! What the contenders have to do. Each function does it so many times and says how long that took.
//!
//! All of them count the bytes that arrive: nobody gets faster by losing some.

use std::future::poll_fn;
use std::hint::black_box;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures::future::join;
use pollster::block_on;

use super::contenders::Contender;
use super::executor::{Executor, Peer};
use super::sliding::Sliding;

/// Chunks of one size, through a pipe of one capacity.
#[derive(Clone, Copy)]
pub(crate) struct Stream {
    /// Bytes per write, and the size of the buffer to read into.
    pub(crate) chunk: usize,
    pub(crate) capacity: usize,
}

impl Stream {
    /// Writes `chunks` chunks, then ends the stream; reads until the end. In two futures of one task.
    pub(crate) fn one_thread<C: Contender>(self, chunks: u64) -> Duration {
        let (reader, writer) = used_pipe::<C>(self.capacity);
        let (source, target) = (Sliding::new(self.chunk), Sliding::new(self.chunk));
        let executor = Executor::new();

        let start = Instant::now();
        let write = send::<C>(writer, source, chunks);
        let read = receive::<C>(reader, target);
        let ((), received) = executor.run(join(write, read));
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
            move || block_on(send::<C>(writer, source, chunks)),
            || block_on(receive::<C>(reader, target)),
        );
        let elapsed = start.elapsed();

        assert_eq!(received, self.volume(chunks));
        elapsed
    }

    /// The least that a pipe has to do, and nothing besides: copies every byte in and out again, as
    /// many at a time as fit. On one thread.
    pub(crate) fn memcpy(self, chunks: u64) -> Duration {
        let mut pipe = vec![0x5a; self.chunk.min(self.capacity)];
        let (mut source, mut target) = (Sliding::new(self.chunk), Sliding::new(self.chunk));

        let start = Instant::now();
        for _ in 0..chunks {
            let (mut from, mut to) = (&*source.next(), target.next());
            while !from.is_empty() {
                let n = from.len().min(pipe.len());
                pipe[..n].copy_from_slice(&from[..n]);
                to[..n].copy_from_slice(&black_box(&mut pipe[..])[..n]);
                from = &from[n..];
                to = &mut black_box(to)[n..];
            }
        }
        start.elapsed()
    }

    fn volume(self, chunks: u64) -> u64 {
        self.chunk as u64 * chunks
    }
}

/// A message to send there and back, over two pipes.
#[derive(Clone, Copy)]
pub(crate) struct PingPong {
    pub(crate) message: usize,
    pub(crate) capacity: usize,
}

impl PingPong {
    /// Plays `rounds` rounds in two futures of one task.
    pub(crate) fn one_thread<C: Contender>(self, rounds: u64) -> Duration {
        let (there_reader, there_writer) = used_pipe::<C>(self.capacity);
        let (back_reader, back_writer) = used_pipe::<C>(self.capacity);
        let (message, answer) = (Sliding::new(self.message), Sliding::new(self.message));
        let buffer = Sliding::new(self.message);
        let executor = Executor::new();

        let start = Instant::now();
        let ping = ping::<C>(back_reader, there_writer, (message, answer), rounds);
        let pong = pong::<C>(there_reader, back_writer, buffer);
        let ((), echoed) = executor.run(join(ping, pong));
        let elapsed = start.elapsed();

        assert_eq!(echoed, self.message as u64 * rounds);
        elapsed
    }

    /// Plays `rounds` rounds with `peer`'s thread, which answers.
    pub(crate) fn two_threads<C: Contender>(self, peer: &Peer, rounds: u64) -> Duration {
        let (there_reader, there_writer) = used_pipe::<C>(self.capacity);
        let (back_reader, back_writer) = used_pipe::<C>(self.capacity);
        let (message, answer) = (Sliding::new(self.message), Sliding::new(self.message));
        let buffer = Sliding::new(self.message);

        let start = Instant::now();
        let ping = ping::<C>(back_reader, there_writer, (message, answer), rounds);
        let (echoed, ()) = peer.join(
            move || block_on(pong::<C>(there_reader, back_writer, buffer)),
            || block_on(ping),
        );
        let elapsed = start.elapsed();

        assert_eq!(echoed, self.message as u64 * rounds);
        elapsed
    }
}

/// Writes a message that fits and reads it, `times` times: nobody ever waits, so there is no task.
pub(crate) fn operate<C: Contender>(capacity: usize, message: usize, times: u64) -> Duration {
    let (mut reader, mut writer) = used_pipe::<C>(capacity);
    let (mut source, mut target) = (Sliding::new(message), Sliding::new(message));
    let mut cx = Context::from_waker(Waker::noop());

    let start = Instant::now();
    for _ in 0..times {
        let bytes = source.next();
        until_ready(message, || C::poll_write(&mut writer, &mut cx, bytes));
        let buf = target.next();
        until_ready(message, || C::poll_read(&mut reader, &mut cx, buf));
    }
    start.elapsed()
}

/// Makes a pipe and drops it, `times` times.
pub(crate) fn make<C: Contender>(capacity: usize, times: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        drop(black_box(C::pipe(black_box(capacity))));
    }
    start.elapsed()
}

/// Makes a pipe, passes one message and drops the pipe, `times` times.
pub(crate) fn short_lived<C: Contender>(capacity: usize, message: usize, times: u64) -> Duration {
    let (mut source, mut target) = (Sliding::new(message), Sliding::new(message));
    let executor = Executor::new();

    let start = Instant::now();
    for _ in 0..times {
        let (mut reader, mut writer) = C::pipe(black_box(capacity));
        executor.run(async {
            write_all::<C>(&mut writer, source.next()).await;
            read_exact::<C>(&mut reader, target.next()).await;
        });
    }
    start.elapsed()
}

/// Polls until it moves all of the message, which is at once, but for who yields at random.
#[inline]
fn until_ready(message: usize, mut poll: impl FnMut() -> Poll<std::io::Result<usize>>) {
    loop {
        if let Poll::Ready(n) = poll() {
            return assert_eq!(n.expect("both halves are there"), message);
        }
    }
}

/// A pipe through which as many bytes have passed as it holds.
///
/// Its memory is there by then, which making it does not always see to: what that costs is for
/// [`make`] and [`short_lived`] to find out. Waits for itself if the pipe holds less than it should.
fn used_pipe<C: Contender>(capacity: usize) -> (C::Reader, C::Writer) {
    let (mut reader, mut writer) = C::pipe(capacity);
    let mut bytes = vec![0x5a; capacity];
    Executor::new().run(async {
        write_all::<C>(&mut writer, &bytes).await;
        read_exact::<C>(&mut reader, &mut bytes).await;
    });
    (reader, writer)
}

/// Writes the buffer `chunks` times, and ends the stream.
async fn send<C: Contender>(mut writer: C::Writer, mut source: Sliding, chunks: u64) {
    for _ in 0..chunks {
        write_all::<C>(&mut writer, source.next()).await;
    }
    C::close(writer);
}

/// Reads to the end of the stream, and returns how many bytes came before it.
async fn receive<C: Contender>(mut reader: C::Reader, mut target: Sliding) -> u64 {
    let mut received = 0;
    loop {
        match read::<C>(&mut reader, target.next()).await {
            0 => return received,
            n => received += n as u64,
        }
    }
}

/// Sends the message and waits for the answer, `rounds` times.
async fn ping<C: Contender>(
    mut reader: C::Reader,
    mut writer: C::Writer,
    (mut message, mut answer): (Sliding, Sliding),
    rounds: u64,
) {
    for _ in 0..rounds {
        write_all::<C>(&mut writer, message.next()).await;
        read_exact::<C>(&mut reader, answer.next()).await;
    }
    C::close(writer);
}

/// Sends back whatever comes, to the end of the stream, and returns how many bytes that was.
async fn pong<C: Contender>(
    mut reader: C::Reader,
    mut writer: C::Writer,
    mut buffer: Sliding,
) -> u64 {
    let mut echoed = 0;
    loop {
        let buf = buffer.next();
        let n = read::<C>(&mut reader, buf).await;
        if n == 0 {
            return echoed;
        }
        write_all::<C>(&mut writer, &buf[..n]).await;
        echoed += n as u64;
    }
}

#[inline]
async fn read<C: Contender>(reader: &mut C::Reader, buf: &mut [u8]) -> usize {
    poll_fn(|cx| C::poll_read(reader, cx, buf))
        .await
        .expect("a pipe can be read from")
}

#[inline]
async fn read_exact<C: Contender>(reader: &mut C::Reader, mut buf: &mut [u8]) {
    while !buf.is_empty() {
        let n = read::<C>(reader, buf).await;
        assert!(n > 0, "the stream ended too early");
        buf = &mut buf[n..];
    }
}

#[inline]
async fn write_all<C: Contender>(writer: &mut C::Writer, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let n = poll_fn(|cx| C::poll_write(writer, cx, bytes))
            .await
            .expect("the reader is there");
        assert!(n > 0, "the writer takes nothing");
        bytes = &bytes[n..];
    }
}
