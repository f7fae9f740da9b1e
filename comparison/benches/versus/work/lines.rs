//! A line protocol: the server sends back each line.

use std::time::{Duration, Instant};

use tokio::io::{split, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::io::{AsyncRead, AsyncWrite};

const LINE: &[u8; 12] = b"hello world\n";

/// Makes `times` round trips of a line.
pub(super) async fn run<S>((mut client, server): (S, S), times: u64) -> Duration
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let server = tokio::spawn(serve(server));
    let mut answer = [0; LINE.len()];
    let start = Instant::now();
    for _ in 0..times {
        client.write_all(LINE).await.expect("the server is there");
        client.read_exact(&mut answer).await.expect("it answers");
    }
    let elapsed = start.elapsed();
    assert_eq!(&answer, LINE);
    drop(client);
    server.await.expect("the server does not panic");
    elapsed
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
