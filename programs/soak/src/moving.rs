//! What one half of a pipe has moved and has seen, and the calls with which it moves bytes.

use core::future::{poll_fn, Future};
use core::pin::pin;
use core::sync::atomic::{AtomicU64, Ordering};
use core::task::Poll;
use std::io::{self, Error, ErrorKind, IoSlice, IoSliceMut};

use anyhow::{ensure, Result};
use async_duplex::{Reader, Writer};
use fastrand::Rng;
use futures_lite::future::yield_now;
use futures_lite::{AsyncReadExt, AsyncWriteExt};

use crate::noise::Noise;

/// How a stream ended, as one half saw it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    /// The half stopped first.
    Own,
    /// The reader found the end of the stream.
    End,
    Error(ErrorKind, String),
}

impl From<&Error> for Seen {
    fn from(error: &Error) -> Self {
        Self::Error(error.kind(), error.to_string())
    }
}

/// What a half is to move, and its counts. They outlive its task, which may panic or be cancelled.
#[derive(Debug)]
pub(crate) struct Side {
    noise: Noise,
    /// The most bytes of a call.
    chunk: usize,
    /// How many bytes to move in all, unless the stream ends before.
    limit: u64,
    moved: AtomicU64,
    /// The calls that have ended. A half that makes progress makes calls.
    calls: AtomicU64,
}

impl Side {
    pub(crate) fn new(noise: Noise, chunk: usize, limit: u64) -> Self {
        Self {
            noise,
            chunk,
            limit,
            moved: AtomicU64::new(0),
            calls: AtomicU64::new(0),
        }
    }

    pub(crate) fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The bytes of the next call.
    fn next(&self, rng: &mut Rng) -> &'static [u8] {
        let most = (self.limit - self.moved()).min(rng.u64(1..=self.chunk as u64));
        self.noise.at(self.moved(), most as usize)
    }

    fn has_moved(&self, bytes: usize) {
        self.moved.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Awaits `call`, or gives it up after some waits. Lets other tasks run now and then: two tasks
    /// that keep each other busy would otherwise leave no thread to those that are to end them.
    async fn call<T>(
        &self,
        rng: &mut Rng,
        call: impl Future<Output = io::Result<T>>,
    ) -> io::Result<T> {
        let mut waits = match rng.u8(0..8) {
            0 => rng.u32(0..3),
            _ => u32::MAX,
        };
        if rng.u8(..) == 0 {
            yield_now().await;
        }
        let mut call = pin!(call);
        let result = poll_fn(|cx| match call.as_mut().poll(cx) {
            Poll::Pending if waits == 0 => Poll::Ready(Err(ErrorKind::WouldBlock.into())),
            polled => {
                waits -= u32::from(polled.is_pending());
                polled
            }
        });
        let result = result.await;
        self.calls.fetch_add(1, Ordering::Relaxed);
        if matches!(&result, Err(error) if error.kind() == ErrorKind::WouldBlock) {
            yield_now().await;
        }
        result
    }
}

/// Sends all bytes of the side, or fewer if the stream ends. Each call moves some in a random way,
/// and may be cancelled.
pub(crate) async fn send(writer: &mut Writer, side: &Side, rng: &mut Rng) -> Result<Seen> {
    while side.moved() < side.limit {
        let bytes = side.next(rng);
        let mut fork = rng.fork();
        let sent = match rng.u8(0..4) {
            0 => side.call(&mut fork, writer.write(bytes)).await,
            1 => {
                let (a, b) = bytes.split_at(rng.usize(0..=bytes.len()));
                let bufs = [a, &[], b].map(IoSlice::new);
                side.call(&mut fork, writer.write_vectored(&bufs)).await
            }
            2 => {
                side.call(&mut fork, async { writer.try_write(bytes) })
                    .await
            }
            _ => {
                // The reader waits for up to the other half of the capacity. Thresholds that add up
                // to more would let both wait for ever.
                let min = bytes.len().min(rng.usize(1..=writer.capacity() / 2 + 1));
                let free = side.call(&mut fork, writer.writable(min)).await;
                free.map(|free| {
                    assert!(free >= min, "{free} bytes are writable instead of {min}");
                    place(writer, bytes)
                })
            }
        };
        match sent {
            // The stream has ended since it was writable.
            Ok(0) if writer.is_closed() => {}
            Ok(n) => {
                ensure!((1..=bytes.len()).contains(&n), "{n} bytes were written");
                side.has_moved(n);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => {
                let again = writer.try_write(b"x").map_err(|error| Seen::from(&error));
                ensure!(again == Err(Seen::from(&error)), "{error}, then {again:?}");
                return Ok(Seen::from(&error));
            }
        }
    }
    Ok(Seen::Own)
}

/// Writes in the pipe's own memory. Returns the number of bytes sent.
fn place(writer: &mut Writer, bytes: &[u8]) -> usize {
    let (front, back) = writer.spare_slices();
    let places = front.iter_mut().chain(back);
    let n = places.zip(bytes).map(|(to, byte)| *to = *byte).count();
    writer.commit(n);
    n
}

/// Receives all bytes of the side, or all that there are. Each call moves some in a random way, and
/// may be cancelled.
pub(crate) async fn receive(reader: &mut Reader, side: &Side, rng: &mut Rng) -> Result<Seen> {
    let mut buf = vec![0; side.chunk];
    while side.moved() < side.limit {
        let expected = side.next(rng);
        let most = expected.len();
        let buf = &mut buf[..most];
        let mut fork = rng.fork();
        let received = match rng.u8(0..4) {
            0 => side.call(&mut fork, reader.read(buf)).await,
            1 => {
                let (a, b) = buf.split_at_mut(rng.usize(0..=most));
                let mut bufs = [a, &mut [], b].map(IoSliceMut::new);
                side.call(&mut fork, reader.read_vectored(&mut bufs)).await
            }
            2 => side.call(&mut fork, async { reader.try_read(buf) }).await,
            _ => {
                let min = most.min(rng.usize(1..=reader.capacity().div_ceil(2)));
                let unread = side.call(&mut fork, reader.readable(min)).await;
                unread.map(|unread| {
                    assert!(
                        unread >= min || reader.is_closed(),
                        "{unread} of {min} bytes"
                    );
                    let (front, _) = reader.as_slices();
                    let n = front.len().min(most);
                    buf[..n].copy_from_slice(&front[..n]);
                    reader.consume(n);
                    n
                })
            }
        };
        match received {
            Ok(n @ 1..) => {
                let moved = side.moved();
                ensure!(buf[..n] == expected[..n], "bytes from {moved} on differ");
                side.has_moved(n);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            end => {
                let seen = |end: io::Result<usize>| match end {
                    Ok(0) => Seen::End,
                    Ok(_) => Seen::Own,
                    Err(error) => Seen::from(&error),
                };
                let (first, again) = (seen(end), seen(reader.try_read(&mut [0])));
                // An abort may discard bytes between two calls.
                ensure!(
                    first == again || reader.is_closed(),
                    "{first:?}, then {again:?}"
                );
                return Ok(again);
            }
        }
    }
    Ok(Seen::Own)
}
