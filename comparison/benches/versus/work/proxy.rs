//! A proxy between two pipes, with a client that writes and a server that reads.

use std::time::{Duration, Instant};

use tokio::io::{copy_bidirectional, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// How many bytes the client writes at a time.
pub(super) const CHUNK: usize = 8 << 10;

/// The size of the server's buffer, large so that it makes few reads.
const READ: usize = 16 << 10;

/// Sends `chunks` chunks from the client to the server.
pub(super) async fn run<S>(
    (mut client, mut accepted): (S, S),
    (mut dialled, server): (S, S),
    chunks: u64,
) -> Duration
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let proxy = tokio::spawn(async move { copy_bidirectional(&mut accepted, &mut dialled).await });
    let server = tokio::spawn(count(server));
    let chunk = vec![0x5a; CHUNK];
    let start = Instant::now();
    for _ in 0..chunks {
        client.write_all(&chunk).await.expect("the proxy is there");
    }
    client.shutdown().await.expect("the proxy is there");
    let received = server.await.expect("the server does not panic");
    let elapsed = start.elapsed();

    assert_eq!(received, CHUNK as u64 * chunks);
    let copied = proxy.await.expect("the proxy does not panic");
    assert_eq!(copied.expect("both streams end"), (received, 0));
    elapsed
}

/// Reads to the end of the stream, and returns the number of bytes read.
async fn count(mut stream: impl AsyncRead + Unpin) -> u64 {
    let (mut buf, mut received) = (vec![0; READ], 0);
    loop {
        let n = stream.read(&mut buf).await;
        match n.expect("a pipe can be read from") {
            0 => return received,
            n => received += n as u64,
        }
    }
}
