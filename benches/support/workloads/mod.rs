//! What the contenders have to do. Each function does it so many times and says how long that took.
//!
//! All of them count the bytes that arrive: nobody gets faster by losing some.

mod copying;
mod ping_pong;
mod single;
mod stream;
mod wakes;

use std::future::poll_fn;

use futures::future::join;

use super::contenders::Contender;
use super::executor::Executor;
use super::sliding::Sliding;

pub(crate) use copying::{copy, Through};
pub(crate) use ping_pong::PingPong;
pub(crate) use single::{make, operate, pass, short_lived};
pub(crate) use stream::Stream;
pub(crate) use wakes::Effort;

/// A pipe through which as many bytes have passed as it holds.
///
/// Its memory is there by then, which making it does not always see to: what that costs is for
/// [`make`] and [`short_lived`] to find out. Waits for itself if the pipe holds less than it should,
/// unless that is up to the kernel.
fn used_pipe<C: Contender>(capacity: usize) -> (C::Reader, C::Writer) {
    let (mut reader, mut writer) = C::pipe(capacity);
    let (source, mut target) = (vec![0x5a; capacity], vec![0; capacity]);
    let write = write_all::<C>(&mut writer, &source);
    let read = read_exact::<C>(&mut reader, &mut target);
    C::run(&Executor::new(), async {
        if C::IN_PROCESS {
            write.await;
            read.await;
        } else {
            join(write, read).await;
        }
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
