//! The two ends of the connection.

use std::io::{BufRead, ErrorKind};

use anyhow::{ensure, Context, Result};
use async_duplex::DuplexStream;
use futures_lite::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

use crate::check::{Check, Checksum, Hasher};
use crate::input::Input;

/// What the sender has sent.
pub(crate) struct Sent {
    pub(crate) bytes: u64,
    pub(crate) checksum: Checksum,
}

/// Sends all of `input`, ends that direction, and compares the checksum with that of the receiver.
/// Calls `sent` with the length of each chunk.
pub(crate) async fn send(
    mut stream: DuplexStream,
    mut input: Input,
    check: Check,
    sent: impl Fn(u64),
) -> Result<Sent> {
    let mut hasher = Hasher::new(check);
    let mut bytes = 0;
    loop {
        // This blocks the thread while a chunk of the file is read. The receiver runs on a thread
        // of its own meanwhile, and moving each chunk to a thread pool would cost more.
        let chunk = match input.reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk.with_context(|| format!("cannot read {}", input.name))?,
        };
        let n = chunk.len();
        if n == 0 {
            break;
        }
        hasher.update(chunk);
        let written = stream.write_all(chunk).await;
        written.context("the receiver is gone")?;
        input.reader.consume(n);
        bytes += n as u64;
        sent(n as u64);
    }
    // A half-close: the receiver reads the end of the stream, and can still answer.
    stream.close().await?;

    let checksum = hasher.finish();
    let mut answer = vec![0; checksum.0.len()];
    let answered = stream.read_exact(&mut answer).await;
    answered.context("the receiver did not answer")?;
    let received = Checksum(answer);
    ensure!(
        received == checksum,
        "the data was damaged: {check} {checksum} was sent, {received} received",
    );
    Ok(Sent { bytes, checksum })
}

/// Computes the checksum of all bytes that arrive, and sends it back.
pub(crate) async fn receive(mut stream: DuplexStream, check: Check, chunk: usize) -> Result<()> {
    let mut hasher = Hasher::new(check);
    loop {
        // The bytes are read in the stream's own memory, without a copy. The sender can reuse their
        // space only after that, so the receiver takes at most a chunk at a time.
        let unread = stream.fill_buf().await?;
        let n = unread.len().min(chunk);
        if n == 0 {
            break;
        }
        hasher.update(&unread[..n]);
        stream.consume(n);
    }
    let answered = stream.write_all(&hasher.finish().0).await;
    answered.context("the sender is gone")
}
