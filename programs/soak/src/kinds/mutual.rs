//! Two directions, both of which are written to beyond their capacities before they are read.

use core::sync::atomic::Ordering;
use std::io::ErrorKind;
use std::sync::Arc;

use anyhow::{ensure, Result};
use async_duplex::{DuplexStream, Reader, Writer};
use fastrand::Rng;
use futures_lite::future::zip;
use futures_lite::AsyncWriteExt;

use super::{check_all_bytes, check_bytes};
use crate::noise::Noise;
use crate::pair::Pair;
use crate::places::{some_time, Place};
use crate::receiving::receive;
use crate::sending::send;
use crate::shape::{Reason, Shape};
use crate::side::{Seen, Side};
use crate::tally::{self, Fault};

/// One direction of the pair.
#[derive(Clone)]
struct Direction {
    noise: Noise,
    length: u64,
    chunks: [usize; 2],
    sent: Arc<Side>,
    received: Arc<Side>,
}

impl Direction {
    fn new(pair: &Pair, shape: &Shape, names: [&'static str; 2], rng: &mut Rng) -> Self {
        let capacity = shape.capacity as u64;
        Self {
            noise: Noise::random(rng),
            length: capacity * rng.u64(2..6) + shape.limits[0] % (capacity + 1),
            chunks: shape.chunks,
            sent: pair.side(names[0]),
            received: pair.side(names[1]),
        }
    }

    async fn send(&self, writer: &mut Writer, mut rng: Rng) -> Result<Seen> {
        let (chunk, length) = (self.chunks[0], self.length);
        let seen = send(writer, &self.sent, self.noise, length, chunk, &mut rng).await?;
        if seen == Seen::Own {
            writer.close().await?;
        }
        Ok(seen)
    }

    async fn receive(&self, reader: &mut Reader, mut rng: Rng) -> Result<Seen> {
        let chunk = self.chunks[1];
        receive(reader, &self.received, u64::MAX, chunk, &mut rng).await
    }

    fn check(&self, sent: Seen, received: Seen, cut: Option<&Reason>) -> Result<()> {
        let cut = cut.map(Reason::seen);
        ensure!(
            sent == Seen::Own || Some(&sent) == cut.as_ref(),
            "the writer saw {sent:?}"
        );
        if received == Seen::End {
            let (all, sent) = (self.length, self.sent.moved());
            ensure!(
                sent == all,
                "{sent} of {all} bytes were sent, and then the end"
            );
            return check_all_bytes(self.noise, &self.sent, &self.received);
        }
        ensure!(
            Some(&received) == cut.as_ref(),
            "the reader saw {received:?}"
        );
        check_bytes(self.noise, &self.sent, &self.received)
    }
}

pub(super) async fn run(pair: &Pair, cut: bool, rng: &mut Rng) -> Result<()> {
    let shapes = [(); 2].map(|()| Shape::random(rng));
    let places = [(); 2].map(|()| Place::random(rng));
    let split = rng.bool();
    pair.describe((places, split, &shapes));
    tally::streams(places[0], places[1]).fetch_add(1, Ordering::Relaxed);
    tally::streams(places[1], places[0]).fetch_add(1, Ordering::Relaxed);
    let there = Direction::new(pair, &shapes[0], ["sent there", "received there"], rng);
    let back = Direction::new(pair, &shapes[1], ["sent back", "received back"], rng);

    let (far_reader, near_writer) = shapes[0].options().pipe();
    let (near_reader, far_writer) = shapes[1].options().pipe();
    let near = DuplexStream::new(near_reader, near_writer);
    let far = DuplexStream::new(far_reader, far_writer);
    let cable = cut.then(|| {
        (
            near.abort_handle(),
            Reason::random(rng, ErrorKind::TimedOut),
        )
    });

    let near = run_end(pair, places[0], near, [&there, &back], split, rng);
    let far = run_end(pair, places[1], far, [&back, &there], split, rng);
    let cutting = async {
        if let Some((handle, reason)) = &cable {
            some_time(rng.fork()).await;
            handle.abort(reason.error());
            tally::count(Fault::CableCut);
        }
    };
    let ((near, far), ()) = zip(zip(near, far), cutting).await;
    let (there_sent, back_received) = near?;
    let (back_sent, there_received) = far?;
    let reason = cable.as_ref().map(|(_, reason)| reason);
    there.check(there_sent, there_received, reason)?;
    back.check(back_sent, back_received, reason)
}

/// Runs one end, in one task or, if `split`, in two. Returns what its writer and its reader saw.
fn run_end(
    pair: &Pair,
    place: Place,
    mut stream: DuplexStream,
    [out, back]: [&Direction; 2],
    split: bool,
    rng: &mut Rng,
) -> impl core::future::Future<Output = Result<(Seen, Seen)>> + use<> {
    let (out, back) = (out.clone(), back.clone());
    let rngs = (rng.fork(), rng.fork());
    let sides = [out.sent.clone(), back.received.clone()];
    let mut tasks = Vec::new();
    if split {
        let (mut reader, mut writer) = stream.split();
        tasks.push(pair.spawn(place, async move {
            let sent = out.send(&mut writer, rngs.0).await?;
            Ok((Some(sent), None))
        }));
        tasks.push(pair.spawn(place, async move {
            let received = back.receive(&mut reader, rngs.1).await?;
            Ok((None, Some(received)))
        }));
    } else {
        tasks.push(pair.spawn(place, async move {
            let (reader, writer) = stream.halves();
            let sending = out.send(writer, rngs.0);
            let (sent, received) = zip(sending, back.receive(reader, rngs.1)).await;
            Ok((Some(sent?), Some(received?)))
        }));
    }
    async move {
        let mut saw = (None, None);
        for task in tasks {
            let wakes = task.wakes.clone();
            let (sent, received) = task.join().await.returned()?;
            saw = (saw.0.or(sent), saw.1.or(received));
            wakes.check(&[&sides[0], &sides[1]])?;
        }
        Ok((saw.0.unwrap_or(Seen::Own), saw.1.unwrap_or(Seen::Own)))
    }
}
