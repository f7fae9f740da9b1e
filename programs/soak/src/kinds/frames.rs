//! Frames with a length in front, which both halves wait for by a threshold.

use core::sync::atomic::Ordering;
use std::sync::Arc;

use anyhow::{ensure, Result};
use async_duplex::{Options, Reader, Writer};
use fastrand::Rng;

use super::check_all_bytes;
use crate::noise::Noise;
use crate::pair::Pair;
use crate::places::Place;
use crate::shape::up_to;
use crate::side::Side;
use crate::tally;

/// The bytes of a length.
const HEADER: usize = 2;

pub(super) async fn run(pair: &Pair, rng: &mut Rng) -> Result<()> {
    let longest = up_to(rng, 16 << 10) as usize;
    let capacity = HEADER + longest + up_to(rng, 32 << 10) as usize - 1;
    let frames = up_to(rng, 256);
    let noise = Noise::random(rng);
    let places = [(); 2].map(|()| Place::random(rng));
    pair.describe((places, capacity, longest, frames));
    tally::streams(places[0], places[1]).fetch_add(1, Ordering::Relaxed);
    let [sent, received] = ["sent", "received"].map(|name| pair.side(name));

    let (reader, writer) = Options::new(capacity).pipe();
    let lengths: Vec<_> = (0..frames).map(|_| rng.usize(1..=longest)).collect();
    let sending = pair.spawn(places[0], send(writer, sent.clone(), noise, lengths));
    let receiving = pair.spawn(places[1], receive(reader, received.clone()));
    let wakes = [sending.wakes.clone(), receiving.wakes.clone()];
    sending.join().await.returned()?;
    let count = receiving.join().await.returned()?;
    ensure!(count == frames, "{count} of {frames} frames have arrived");
    check_all_bytes(noise, &sent, &received)?;
    for (i, side) in [&sent, &received].into_iter().enumerate() {
        wakes[i].check(&[side])?;
        // A task is woken when all is there, and so waits once. A thread may wake up by itself.
        let (waits, calls) = (side.waits(), side.calls());
        ensure!(
            waits <= calls || places[i] == Place::Thread,
            "{waits} waits in {calls} calls"
        );
    }
    Ok(())
}

async fn send(
    mut writer: Writer,
    side: Arc<Side>,
    noise: Noise,
    lengths: Vec<usize>,
) -> Result<()> {
    let mut rng = Rng::new();
    for length in lengths {
        let all = HEADER + length;
        let free = loop {
            match side.wait(None, writer.writable(all)).await {
                Some(free) => break free?,
                None => side.has_given_up(&writer, &mut rng).await,
            }
        };
        ensure!(free >= all, "{free} bytes are free instead of {all}");
        let (front, back) = writer.spare_slices();
        let header = u16::try_from(length)?.to_be_bytes();
        for (i, byte) in header.into_iter().enumerate() {
            *front.get_mut(i).unwrap_or_else(|| &mut back[i - 1]) = byte;
        }
        writer.commit(HEADER);
        let mut left = length;
        while left > 0 {
            let bytes = noise.at(side.moved(), left as u64);
            let n = writer.try_write(bytes)?;
            ensure!(
                n == bytes.len(),
                "{n} of {} free bytes were written",
                bytes.len()
            );
            side.has_sent(n);
            left -= n;
        }
    }
    Ok(())
}

/// Returns the number of frames.
async fn receive(mut reader: Reader, side: Arc<Side>) -> Result<u64> {
    let mut frames = 0;
    while until(&mut reader, &side, HEADER).await? > 0 {
        let mut header = [0; HEADER];
        let n = reader.try_read(&mut header)?;
        ensure!(n == HEADER, "a header of {n} bytes");
        let length = u16::from_be_bytes(header).into();
        let unread = until(&mut reader, &side, length).await?;
        ensure!(
            unread >= length,
            "{unread} bytes are unread instead of {length}"
        );
        let (front, back) = reader.as_slices();
        let in_front = front.len().min(length);
        side.has_received(&front[..in_front]);
        side.has_received(&back[..length - in_front]);
        reader.consume(length);
        frames += 1;
    }
    Ok(frames)
}

async fn until(reader: &mut Reader, side: &Side, min: usize) -> Result<usize> {
    loop {
        match side.wait(None, reader.readable(min)).await {
            Some(unread) => return Ok(unread?),
            None => side.has_given_up(&reader, &mut Rng::new()).await,
        }
    }
}
