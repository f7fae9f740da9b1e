//! A line protocol: the server sends back each line.

use std::time::Duration;

use tokio::io::{split, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::io::{AsyncRead, AsyncWrite};

use super::super::stopwatch::Stopwatch;

pub(super) const LINE: &[u8; 12] = b"hello world\n";

/// The number of lines between two readings of the clock, which take long compared with a line.
const BATCH: u64 = 16;

/// Nanoseconds for the round trip of a line.
pub(super) async fn run<S>((mut client, server): (S, S), time: Duration) -> f64
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let server = tokio::spawn(serve(server));
    let mut answer = [0; LINE.len()];
    let mut watch = Stopwatch::start(time);
    while watch.is_running() {
        for _ in 0..BATCH {
            client.write_all(LINE).await.expect("the server is there");
            client.read_exact(&mut answer).await.expect("it answers");
        }
        watch.add(BATCH);
    }
    let each = watch.each();
    assert_eq!(&answer, LINE);
    drop(client);
    server.await.expect("the server does not panic");
    each
}

async fn serve(stream: impl AsyncRead + AsyncWrite) {
    let (reader, mut writer) = split(stream);
    let (mut reader, mut line) = (BufReader::new(reader), String::new());
    while reader.read_line(&mut line).await.expect("it is UTF-8") > 0 {
        let sent = writer.write_all(line.as_bytes()).await;
        sent.expect("the client waits for it");
        line.clear();
    }
}
