//! Many streams over one by yamux.

use crate::{data, expect, run};
use async_duplex::{duplex, DuplexStream};
use futures::future::{self, join_all, poll_fn, try_join, Either};
use futures::stream::{self, TryStreamExt};
use futures::{AsyncReadExt, AsyncWriteExt};
use yamux::{Config, Connection, Mode, Stream};

const STREAMS: u32 = 8;

#[test]
fn yamux_streams_echo_at_every_capacity() {
    // Fewer bytes at capacity 1, because every byte takes a turn of both ends.
    for (capacity, len) in [(1, 16 << 10), (64, 64 << 10), (65536, 64 << 10)] {
        let (near, far) = duplex(capacity);
        let ((), accepted) = run(capacity, client(near, len), server(far));
        assert_eq!(accepted, STREAMS);
    }
}

/// Opens all streams at once. Each sends `len` bytes and reads the echo. Then closes the
/// connection.
async fn client(stream: DuplexStream, len: usize) -> yamux::Result<()> {
    let mut connection = Connection::new(stream, Config::default(), Mode::Client);
    let mut exchanges = Vec::new();
    for seed in 0..STREAMS {
        let stream = poll_fn(|cx| connection.poll_new_outbound(cx)).await?;
        exchanges.push(exchange(stream, data(seed, len)));
    }
    // The streams make progress only while the connection is polled.
    let inbound = poll_fn(|cx| connection.poll_next_inbound(cx));
    match future::select(join_all(exchanges), inbound).await {
        Either::Left(_) => {}
        Either::Right((inbound, _)) => panic!("unexpected: {inbound:?}"),
    }
    poll_fn(|cx| connection.poll_close(cx)).await
}

/// Echoes every stream until the client closes the connection. Returns the number of streams.
async fn server(stream: DuplexStream) -> yamux::Result<u32> {
    let mut connection = Connection::new(stream, Config::default(), Mode::Server);
    let mut accepted = 0;
    stream::poll_fn(|cx| connection.poll_next_inbound(cx))
        .try_for_each_concurrent(None, |stream| {
            accepted += 1;
            echo(stream)
        })
        .await?;
    Ok(accepted)
}

async fn exchange(stream: Stream, sent: Vec<u8>) {
    let (mut reader, mut writer) = stream.split();
    let send = async {
        writer.write_all(&sent).await?;
        writer.close().await
    };
    try_join(send, expect(&mut reader, &sent)).await.unwrap();
}

async fn echo(stream: Stream) -> yamux::Result<()> {
    let (reader, mut writer) = stream.split();
    futures::io::copy(reader, &mut writer).await?;
    writer.close().await?;
    Ok(())
}
