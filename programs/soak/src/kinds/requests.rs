//! Requests of any length and answers, through futures-io's traits at one end and through tokio's
//! at the other.

use core::sync::atomic::Ordering;
use std::sync::Arc;

use anyhow::{ensure, Result};
use async_duplex::DuplexStream;
use fastrand::Rng;
use twox_hash::XxHash3_64;

use crate::noise::Noise;
use crate::pair::Pair;
use crate::places::Place;
use crate::shape::{up_to, Shape};
use crate::side::Side;
use crate::tally;

pub(super) async fn run(pair: &Pair, rng: &mut Rng) -> Result<()> {
    let shape = Shape::random(rng);
    let places = [(); 2].map(|()| Place::random(rng));
    pair.describe((places, &shape));
    tally::streams(places[0], places[1]).fetch_add(1, Ordering::Relaxed);
    tally::streams(places[1], places[0]).fetch_add(1, Ordering::Relaxed);
    let [asked, served] = ["asked", "served"].map(|name| pair.side(name));

    let (client, server) = shape.options().duplex();
    let serving = pair.spawn(places[1], serve(server, served.clone()));
    // With a small capacity each byte may cost a wake.
    let longest = (shape.capacity as u64 * 64).min(4096);
    let asking = ask(client, asked.clone(), longest, rng.fork());
    let asking = pair.spawn(places[0], asking);
    asking.join().await.returned()?;
    serving.join().await.returned()?;
    let (asked, served) = (asked.moved(), served.moved());
    ensure!(asked == served, "{served} of {asked} bytes were served");
    Ok(())
}

/// Sends requests: a length, and that many bytes. Checks that the answers have their digests.
async fn ask(mut stream: DuplexStream, side: Arc<Side>, longest: u64, mut rng: Rng) -> Result<()> {
    use futures_lite::{AsyncReadExt, AsyncWriteExt};

    for _ in 0..up_to(&mut rng, 128) {
        let noise = Noise::random(&mut rng);
        let length = up_to(&mut rng, longest) - 1;
        stream.write_all(&length.to_be_bytes()).await?;
        side.has_called();
        let mut sent = 0;
        while sent < length {
            let bytes = noise.at(sent, length - sent);
            stream.write_all(bytes).await?;
            side.has_called();
            sent += bytes.len() as u64;
        }
        side.has_sent(length as usize);
        let mut answer = [0; 8];
        stream.read_exact(&mut answer).await?;
        side.has_called();
        let expected = noise.digest(length);
        ensure!(
            u64::from_be_bytes(answer) == expected,
            "a request was damaged"
        );
    }
    stream.close().await?;
    let rest = stream.read(&mut [0]).await?;
    ensure!(rest == 0, "{rest} bytes after the last answer");
    Ok(())
}

/// Answers requests with their digests.
async fn serve(mut stream: DuplexStream, side: Arc<Side>) -> Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let mut length = [0; 8];
    // The first byte of a length, or the end.
    while stream.read(&mut length[..1]).await? > 0 {
        stream.read_exact(&mut length[1..]).await?;
        let mut request = vec![0; u64::from_be_bytes(length) as usize];
        stream.read_exact(&mut request).await?;
        side.has_called();
        side.has_sent(request.len());
        let answer = XxHash3_64::oneshot(&request);
        stream.write_all(&answer.to_be_bytes()).await?;
        side.has_called();
    }
    stream.shutdown().await?;
    Ok(())
}
