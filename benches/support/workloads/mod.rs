//! The work of the contenders. Each function does it `n` times, and returns the time that it took.
//!
//! All of them count the bytes that arrive, so that no contender gains by losing bytes.

mod copying;
mod ping_pong;
mod single;
mod stream;
mod wakes;

use std::future::{poll_fn, Future};
use std::task::{ready, Poll};

use futures::future::join;

use super::contender::Contender;
use super::executor::Executor;
use super::sliding::Sliding;

#[allow(unused_imports)] // Not every benchmark does all of the work.
pub(crate) use copying::{copy, Through};
#[allow(unused_imports)] // as above
pub(crate) use ping_pong::{ponder, PingPong};
#[allow(unused_imports)] // as above
pub(crate) use single::{make, operate, pass, short_lived};
pub(crate) use stream::Stream;
#[allow(unused_imports)] // as above
pub(crate) use wakes::Effort;

/// A pipe through which `capacity` bytes have passed.
///
/// All of its memory is allocated by then. Some contenders allocate it when they are made and some
/// do not; [`make`] and [`short_lived`] measure that. If the capacity is smaller than it should be,
/// this panics, unless the kernel decides it.
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

/// Reads once, and waits if it has to.
///
/// This and [`write_all`] are hand-written futures, as those of the libraries are, and not async
/// functions. Two nested async functions take longer than a short read.
#[inline]
fn read<'a, C: Contender>(
    reader: &'a mut C::Reader,
    buf: &'a mut [u8],
) -> impl Future<Output = usize> + 'a {
    poll_fn(move |cx| {
        let n = ready!(C::poll_read(reader, cx, buf));
        Poll::Ready(n.expect("a pipe can be read from"))
    })
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
fn write_all<'a, C: Contender>(
    writer: &'a mut C::Writer,
    mut bytes: &'a [u8],
) -> impl Future<Output = ()> + 'a {
    poll_fn(move |cx| {
        while !bytes.is_empty() {
            let n = ready!(C::poll_write(writer, cx, bytes)).expect("the reader is there");
            assert!(n > 0, "a write has written no byte");
            bytes = &bytes[n..];
        }
        Poll::Ready(())
    })
}
