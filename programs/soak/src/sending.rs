//! Sends through a writer, in every way there is.

use core::future::poll_fn;
use core::task::Poll;
use std::io::{ErrorKind, IoSlice, Result};

use anyhow::ensure;
use async_duplex::Writer;
use fastrand::Rng;
use futures_lite::AsyncWriteExt;

use crate::noise::Noise;
use crate::side::{give_up, Seen, Side};

/// Sends `limit` bytes, or fewer if the stream ends. Each call moves up to `chunk` bytes, in a
/// random way, and may be cancelled.
pub(crate) async fn send(
    writer: &mut Writer,
    side: &Side,
    noise: Noise,
    limit: u64,
    chunk: usize,
    rng: &mut Rng,
) -> anyhow::Result<Seen> {
    while side.moved() < limit {
        side.yield_sometimes(rng).await;
        let most = (limit - side.moved()).min(rng.u64(1..=chunk as u64));
        let bytes = noise.at(side.moved(), most);
        let sent = match rng.u8(0..5) {
            0 => side.wait(give_up(rng), writer.write(bytes)).await,
            1 => {
                let (a, b) = bytes.split_at(rng.usize(0..=bytes.len()));
                let bufs = [a, &[], b].map(IoSlice::new);
                side.wait(give_up(rng), writer.write_vectored(&bufs)).await
            }
            2 => match writer.try_write(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    side.pause(&writer).await;
                    continue;
                }
                sent => Some(sent),
            },
            3 => {
                // The reader waits for up to the other half of the capacity. Thresholds that add up
                // to more would let both wait for ever.
                let min = bytes.len().min(rng.usize(1..=writer.capacity() / 2 + 1));
                let free = side.wait(give_up(rng), writer.writable(min)).await;
                if let Some(Ok(free)) = free {
                    ensure!(free >= min, "{free} bytes are writable instead of {min}");
                }
                free.map(|free| free.map(|_| place(writer, bytes)))
            }
            _ => either(writer, side, bytes, rng).await,
        };
        match sent {
            None => side.has_given_up(&writer, rng).await,
            // The stream has ended since it was writable.
            Some(Ok(0)) if writer.is_closed() => {}
            Some(Ok(n)) => {
                ensure!((1..=bytes.len()).contains(&n), "{n} bytes were written");
                side.has_sent(n);
            }
            Some(Err(error)) => {
                let seen = Seen::error(&error);
                let again = writer.try_write(b"x").map_err(|error| Seen::error(&error));
                ensure!(again == Err(seen.clone()), "{seen:?}, and then {again:?}");
                return Ok(seen);
            }
        }
    }
    Ok(Seen::Own)
}

/// Writes in the pipe's own memory. Returns the number of bytes sent.
fn place(writer: &mut Writer, bytes: &[u8]) -> usize {
    let (front, back) = writer.spare_slices();
    let in_front = front.len().min(bytes.len());
    let in_back = back.len().min(bytes.len() - in_front);
    front[..in_front].copy_from_slice(&bytes[..in_front]);
    back[..in_back].copy_from_slice(&bytes[in_front..in_front + in_back]);
    writer.commit(in_front + in_back);
    in_front + in_back
}

/// Waits for space and for the end of the stream, with two wakers.
async fn either(
    writer: &mut Writer,
    side: &Side,
    bytes: &[u8],
    rng: &mut Rng,
) -> Option<Result<usize>> {
    let call = poll_fn(|cx| {
        if let Poll::Ready(sent) = writer.poll_write(cx, bytes) {
            return Poll::Ready(sent);
        }
        side.has_waited(1);
        match writer.poll_closed(cx) {
            Poll::Ready(()) => Poll::Ready(writer.try_write(bytes)),
            Poll::Pending => Poll::Pending,
        }
    });
    side.wait(give_up(rng), call).await
}
