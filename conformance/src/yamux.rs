//! A stream of yamux, and the tasks that drive its connections.

use async_duplex::duplex;
use futures::future::poll_fn;
use futures::{AsyncReadExt, AsyncWriteExt};
use yamux::{Config, Connection, Mode, Stream};

pub(crate) async fn streams(capacity: usize) -> (Stream, Stream) {
    let (near, far) = duplex(capacity);
    let mut client = Connection::new(near, Config::default(), Mode::Client);
    let mut server = Connection::new(far, Config::default(), Mode::Server);
    let mut outbound = poll_fn(|cx| client.poll_new_outbound(cx)).await.unwrap();
    let (sender, receiver) = futures::channel::oneshot::channel();
    smol::spawn(async move { while poll_fn(|cx| client.poll_next_inbound(cx)).await.is_some() {} })
        .detach();
    smol::spawn(async move {
        let stream = poll_fn(|cx| server.poll_next_inbound(cx))
            .await
            .unwrap()
            .unwrap();
        let _ = sender.send(stream);
        while poll_fn(|cx| server.poll_next_inbound(cx)).await.is_some() {}
    })
    .detach();
    // The other end hears of the stream with its first bytes.
    outbound.write_all(&[0]).await.unwrap();
    outbound.flush().await.unwrap();
    let mut inbound = receiver.await.unwrap();
    inbound.read_exact(&mut [0]).await.unwrap();
    (outbound, inbound)
}
