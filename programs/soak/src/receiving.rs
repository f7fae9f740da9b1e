//! Receives through a reader, in every way there is.

use core::future::poll_fn;
use core::task::Poll;
use std::io::{ErrorKind, IoSliceMut, Result};

use anyhow::ensure;
use async_duplex::Reader;
use fastrand::Rng;
use futures_lite::AsyncReadExt;

use crate::side::{give_up, Seen, Side};

/// Receives `limit` bytes, or all that there are. Each call moves up to `chunk` bytes, in a random
/// way, and may be cancelled.
pub(crate) async fn receive(
    reader: &mut Reader,
    side: &Side,
    limit: u64,
    chunk: usize,
    rng: &mut Rng,
) -> anyhow::Result<Seen> {
    let mut buf = vec![0; chunk];
    while side.moved() < limit {
        side.yield_sometimes(rng).await;
        let most = (limit - side.moved()).min(rng.u64(1..=chunk as u64)) as usize;
        let buf = &mut buf[..most];
        let received = match rng.u8(0..6) {
            0 => {
                let n = side.wait(give_up(rng), reader.read(buf)).await;
                hashed(side, buf, n)
            }
            1 => {
                let (a, b) = buf.split_at_mut(rng.usize(0..=most));
                let mut bufs = [a, &mut [], b].map(IoSliceMut::new);
                let call = reader.read_vectored(&mut bufs);
                let n = side.wait(give_up(rng), call).await;
                hashed(side, buf, n)
            }
            2 => match reader.try_read(buf) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    side.pause(&reader).await;
                    continue;
                }
                n => hashed(side, buf, Some(n)),
            },
            3 => {
                let min = most.min(rng.usize(1..=reader.capacity().div_ceil(2)));
                let unread = side.wait(give_up(rng), reader.readable(min)).await;
                if let Some(Ok(unread)) = unread {
                    ensure!(
                        unread >= min || reader.is_closed(),
                        "{unread} of {min} bytes"
                    );
                }
                match unread {
                    Some(Ok(1..)) => {
                        take(reader, side, most);
                        continue;
                    }
                    end => end,
                }
            }
            4 => {
                let call = poll_fn(|cx| {
                    let lent = reader.poll_fill_buf(cx);
                    lent.map_ok(|lent| {
                        let lent = &lent[..most.min(lent.len())];
                        side.has_received(lent);
                        lent.len()
                    })
                });
                let n = side.wait(give_up(rng), call).await;
                if let Some(Ok(n)) = n {
                    reader.consume(n);
                }
                n
            }
            _ => {
                let n = either(reader, side, buf, rng).await;
                hashed(side, buf, n)
            }
        };
        let seen = match received {
            None => {
                side.has_given_up(&reader, rng).await;
                continue;
            }
            Some(Ok(0)) => Seen::End,
            Some(Ok(_)) => continue,
            Some(Err(error)) => Seen::error(&error),
        };
        let again = match reader.try_read(&mut [0]) {
            Ok(0) => Seen::End,
            Ok(_) => Seen::Own,
            Err(error) => Seen::error(&error),
        };
        ensure!(again == seen, "{seen:?}, and then {again:?}");
        return Ok(seen);
    }
    Ok(Seen::Own)
}

fn hashed(side: &Side, buf: &[u8], n: Option<Result<usize>>) -> Option<Result<usize>> {
    if let Some(Ok(n)) = n {
        side.has_received(&buf[..n]);
    }
    n
}

/// Reads up to `n` bytes in the pipe's own memory: none if the stream was aborted meanwhile.
fn take(reader: &mut Reader, side: &Side, n: usize) {
    let (front, back) = reader.as_slices();
    let in_front = front.len().min(n);
    let in_back = back.len().min(n - in_front);
    side.has_received(&front[..in_front]);
    side.has_received(&back[..in_back]);
    reader.consume(in_front + in_back);
}

/// Waits for bytes and for the end of the stream, with two wakers.
async fn either(
    reader: &mut Reader,
    side: &Side,
    buf: &mut [u8],
    rng: &mut Rng,
) -> Option<Result<usize>> {
    let call = poll_fn(|cx| {
        if let Poll::Ready(n) = reader.poll_read(cx, buf) {
            return Poll::Ready(n);
        }
        side.has_waited(1);
        match reader.poll_closed(cx) {
            Poll::Ready(()) => Poll::Ready(reader.try_read(buf)),
            Poll::Pending => Poll::Pending,
        }
    });
    side.wait(give_up(rng), call).await
}
