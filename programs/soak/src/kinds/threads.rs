//! Threads that block, with and without timeouts, against each other and against tasks.

use core::sync::atomic::Ordering;
use core::time::Duration;
use std::io::{BufRead, ErrorKind, IoSlice, Read, Write};
use std::sync::Arc;

use anyhow::{ensure, Context, Result};
use async_duplex::{Reader, Writer};
use fastrand::Rng;

use super::check_all_bytes;
use crate::noise::Noise;
use crate::pair::Pair;
use crate::places::Place;
use crate::receiving::receive;
use crate::sending::send;
use crate::shape::{up_to, Shape};
use crate::side::{Seen, Side};
use crate::tally::{self, Fault};

pub(super) async fn run(pair: &Pair, rng: &mut Rng) -> Result<()> {
    let shape = Shape::random(rng);
    let noise = Noise::random(rng);
    let runtime = Place::runtime(rng);
    let places = [
        [Place::Thread, Place::Thread],
        [Place::Thread, runtime],
        [runtime, Place::Thread],
    ][rng.usize(0..3)];
    // One thread in two has timeouts.
    let timeouts = [(); 2].map(|()| rng.bool());
    pair.describe((places, timeouts, &shape));
    tally::streams(places[0], places[1]).fetch_add(1, Ordering::Relaxed);
    let [sent, received] = ["sent", "received"].map(|name| pair.side(name));

    let (mut reader, mut writer) = shape.options().pipe();
    let ([limit, _], chunks) = (shape.limits, shape.chunks);
    let (mut rngs, sides) = ([rng.fork(), rng.fork()], [sent.clone(), received.clone()]);
    let [send_rng, receive_rng] = rngs.each_mut().map(Rng::fork);
    let [send_side, receive_side] = sides;
    let sending = pair.spawn(places[0], async move {
        let (side, mut rng) = (send_side, send_rng);
        if places[0] == Place::Thread {
            return write(
                writer,
                &side,
                noise,
                limit,
                chunks[0],
                timeouts[0],
                &mut rng,
            );
        }
        let seen = send(&mut writer, &side, noise, limit, chunks[0], &mut rng).await?;
        ensure!(seen == Seen::Own, "the writer saw {seen:?}");
        writer.finish();
        Ok(())
    });
    let receiving = pair.spawn(places[1], async move {
        let (side, mut rng) = (receive_side, receive_rng);
        if places[1] == Place::Thread {
            return read(reader, &side, chunks[1], timeouts[1], &mut rng);
        }
        let seen = receive(&mut reader, &side, u64::MAX, chunks[1], &mut rng).await?;
        ensure!(seen == Seen::End, "the reader saw {seen:?}");
        Ok(())
    });
    sending.join().await.returned().context("sending")?;
    receiving.join().await.returned().context("receiving")?;
    check_all_bytes(noise, &sent, &received)
}

/// A timeout for some of the calls: mostly one that passes before the peer can run.
fn timeout(timeouts: bool, rng: &mut Rng) -> Option<Duration> {
    (timeouts && rng.bool()).then(|| Duration::from_micros(up_to(rng, 1 << 12) - 1))
}

fn write(
    writer: Writer,
    side: &Arc<Side>,
    noise: Noise,
    limit: u64,
    chunk: usize,
    timeouts: bool,
    rng: &mut Rng,
) -> Result<()> {
    let mut writer = writer.blocking();
    while side.moved() < limit {
        let most = (limit - side.moved()).min(rng.u64(1..=chunk as u64));
        let bytes = noise.at(side.moved(), most);
        writer.set_timeout(timeout(timeouts, rng));
        let written = match rng.u8(0..2) {
            0 => writer.write(bytes),
            _ => {
                let (a, b) = bytes.split_at(rng.usize(0..=bytes.len()));
                writer.write_vectored(&[a, b].map(IoSlice::new))
            }
        };
        side.has_called();
        match written {
            Err(error) if error.kind() == ErrorKind::TimedOut => tally::count(Fault::CallTimedOut),
            written => side.has_sent(written?),
        }
    }
    writer.flush()?;
    writer.into_inner().finish();
    Ok(())
}

fn read(
    reader: Reader,
    side: &Arc<Side>,
    chunk: usize,
    timeouts: bool,
    rng: &mut Rng,
) -> Result<()> {
    let mut reader = reader.blocking();
    let mut buf = vec![0; chunk];
    loop {
        let most = rng.usize(1..=chunk);
        reader.set_timeout(timeout(timeouts, rng));
        let read = match rng.u8(0..2) {
            0 => {
                let read = reader.read(&mut buf[..most]);
                read.inspect(|&n| side.has_received(&buf[..n]))
            }
            _ => {
                let lent = reader.fill_buf();
                let taken = lent.map(|lent| {
                    let lent = &lent[..most.min(lent.len())];
                    side.has_received(lent);
                    lent.len()
                });
                taken.inspect(|&n| reader.consume(n))
            }
        };
        side.has_called();
        match read {
            Ok(0) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::TimedOut => tally::count(Fault::CallTimedOut),
            read => drop(read?),
        }
    }
}
