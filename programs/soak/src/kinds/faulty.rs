//! Streams whose calls are short, late or fail, through the wrapper of the feature `faults`.

use core::sync::atomic::Ordering;
use std::io::{ErrorKind, IoSlice};
use std::sync::Arc;

use anyhow::{ensure, Result};
use async_duplex::faults::Faulty;
use async_duplex::{Reader, Writer};
use fastrand::Rng;
use futures_lite::future::zip;
use futures_lite::{AsyncReadExt, AsyncWriteExt};

use super::{check_all_bytes, check_bytes};
use crate::noise::Noise;
use crate::pair::Pair;
use crate::places::{some_time, Place};
use crate::shape::{up_to, Shape};
use crate::side::{Seen, Side};
use crate::tally::{self, Fault};

/// Every byte arrives, however the calls are.
pub(super) async fn short_and_late(pair: &Pair, rng: &mut Rng) -> Result<()> {
    let stream = Stream::random(pair, rng);
    let (mut reader, mut writer) = stream.halves();
    match rng.u8(0..4) {
        0 => reader = reader.pending(rng.u64(..), rng.u32(1..8)),
        1 => reader = reader.latency(timer(rng)),
        2 => reader = reader.read_rate(up_to(rng, 64 << 10) as usize, timer(rng)),
        _ => reader = reader.max_read(up_to(rng, 1024) as usize),
    }
    match rng.u8(0..4) {
        0 => writer = writer.pending(rng.u64(..), rng.u32(1..8)),
        1 => writer = writer.hold_until_flush(),
        2 => writer = writer.write_rate(up_to(rng, 64 << 10) as usize, timer(rng)),
        _ => writer = writer.max_write(up_to(rng, 1024) as usize),
    }
    tally::count(Fault::CallsFaulty);
    let (wrote, read) = stream.run(pair, reader, writer, rng).await?;
    ensure!(wrote == Seen::Own, "the writer saw {wrote:?}");
    ensure!(read == Seen::End, "the reader saw {read:?}");
    check_all_bytes(stream.noise, &stream.sent, &stream.received)
}

/// An error or an end at a random byte of one of the halves.
pub(super) async fn errors(pair: &Pair, rng: &mut Rng) -> Result<()> {
    let mut stream = Stream::random(pair, rng);
    stream.length += 1;
    let (reader, writer) = stream.halves();
    let after = rng.u64(0..stream.length);
    let kind = ErrorKind::ConnectionReset;
    let dropped = stream.shape.error_on_drop;
    tally::count(Fault::ErrorInjected);
    let moved = match rng.u8(0..3) {
        0 => {
            let writer = writer.fail_after_bytes_written(after as usize, kind);
            let (wrote, read) = stream.run(pair, reader, writer, rng).await?;
            ensure!(wrote.is(kind), "the writer saw {wrote:?}");
            let end = dropped.map_or(Seen::End, Seen::kind);
            ensure!(read == end, "the reader saw {read:?}");
            check_all_bytes(stream.noise, &stream.sent, &stream.received)?;
            stream.sent.moved()
        }
        which => {
            let reader = match which {
                1 => reader.fail_after_bytes_read(after as usize, kind),
                _ => reader.eof_after_bytes(after as usize),
            };
            let (wrote, read) = stream.run(pair, reader, writer, rng).await?;
            let expected = if which == 1 {
                read.is(kind)
            } else {
                read == Seen::End
            };
            ensure!(expected, "the reader saw {read:?}");
            let broken = Seen::kind(dropped.unwrap_or(ErrorKind::BrokenPipe));
            ensure!(
                wrote == Seen::Own || wrote == broken,
                "the writer saw {wrote:?}"
            );
            check_bytes(stream.noise, &stream.sent, &stream.received)?;
            stream.received.moved()
        }
    };
    ensure!(
        moved == after,
        "a fault after {after} bytes came after {moved}"
    );
    Ok(())
}

/// Makes futures that end after a random time.
fn timer(rng: &mut Rng) -> impl FnMut() -> TimerFuture + Send + 'static {
    let mut rng = rng.fork();
    move || Box::pin(some_time(rng.fork()))
}

type TimerFuture = core::pin::Pin<Box<dyn core::future::Future<Output = ()> + Send>>;

/// A stream that goes through a wrapper at both ends.
struct Stream {
    shape: Shape,
    noise: Noise,
    length: u64,
    places: [Place; 2],
    sent: Arc<Side>,
    received: Arc<Side>,
}

impl Stream {
    fn random(pair: &Pair, rng: &mut Rng) -> Self {
        let shape = Shape::random(rng);
        let places = [(); 2].map(|()| Place::random(rng));
        pair.describe((places, &shape));
        tally::streams(places[0], places[1]).fetch_add(1, Ordering::Relaxed);
        Self {
            noise: Noise::random(rng),
            // Each byte may wait for a timer.
            length: shape.limits[0] % (64 << 10),
            places,
            sent: pair.side("sent"),
            received: pair.side("received"),
            shape,
        }
    }

    fn halves(&self) -> (Faulty<Reader>, Faulty<Writer>) {
        let (reader, writer) = self.shape.options().pipe();
        (Faulty::new(reader), Faulty::new(writer))
    }

    /// Sends all bytes, and returns what the writer and the reader saw.
    async fn run(
        &self,
        pair: &Pair,
        reader: Faulty<Reader>,
        writer: Faulty<Writer>,
        rng: &mut Rng,
    ) -> Result<(Seen, Seen)> {
        let (noise, length, chunks) = (self.noise, self.length, self.shape.chunks);
        let sending = send(
            writer,
            self.sent.clone(),
            noise,
            length,
            chunks[0],
            rng.fork(),
        );
        let receiving = receive(reader, self.received.clone(), chunks[1], rng.fork());
        let sending = pair.spawn(self.places[0], sending);
        let receiving = pair.spawn(self.places[1], receiving);
        let (wrote, read) = zip(sending.join(), receiving.join()).await;
        Ok((wrote.returned()?, read.returned()?))
    }
}

async fn send(
    mut writer: Faulty<Writer>,
    side: Arc<Side>,
    noise: Noise,
    length: u64,
    chunk: usize,
    mut rng: Rng,
) -> Result<Seen> {
    while side.moved() < length {
        let most = (length - side.moved()).min(rng.u64(1..=chunk as u64));
        let bytes = noise.at(side.moved(), most);
        let sent = match rng.u8(0..3) {
            0 => side.wait(None, writer.write(bytes)).await,
            1 => {
                let (a, b) = bytes.split_at(rng.usize(0..=bytes.len()));
                let bufs = [a, b].map(IoSlice::new);
                side.wait(None, writer.write_vectored(&bufs)).await
            }
            _ => side
                .wait(None, writer.flush())
                .await
                .map(|flushed| flushed.map(|()| 0)),
        };
        match sent {
            None => side.has_given_up(writer.get_ref(), &mut rng).await,
            Some(Ok(n)) => side.has_sent(n),
            Some(Err(error)) => return Ok(Seen::error(&error)),
        }
    }
    loop {
        match side.wait(None, writer.close()).await {
            None => side.has_given_up(writer.get_ref(), &mut rng).await,
            Some(Ok(())) => return Ok(Seen::Own),
            Some(Err(error)) => return Ok(Seen::error(&error)),
        }
    }
}

async fn receive(
    mut reader: Faulty<Reader>,
    side: Arc<Side>,
    chunk: usize,
    mut rng: Rng,
) -> Result<Seen> {
    let mut buf = vec![0; chunk];
    loop {
        let most = rng.usize(1..=chunk);
        match side.wait(None, reader.read(&mut buf[..most])).await {
            None => side.has_given_up(reader.get_ref(), &mut rng).await,
            Some(Ok(0)) => return Ok(Seen::End),
            Some(Ok(n)) => side.has_received(&buf[..n]),
            Some(Err(error)) => return Ok(Seen::error(&error)),
        }
    }
}
