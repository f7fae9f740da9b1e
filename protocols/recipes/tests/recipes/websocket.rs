//! A WebSocket by tokio-tungstenite, with its handshake.

use async_duplex::duplex;
use futures::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{accept_async, client_async};

use crate::run;

#[test]
fn tungstenite_talks_over_a_duplex() {
    run(async {
        let (client, server) = duplex(65536);
        let server = tokio::spawn(async {
            let mut socket = accept_async(server).await?;
            while let Some(message) = socket.next().await {
                let message = message?;
                if message.is_text() {
                    socket.send(message).await?;
                }
            }
            Ok::<_, Error>(())
        });

        let (mut socket, _response) = client_async("ws://memory/", client).await.unwrap();
        socket.send(Message::text("hello")).await.unwrap();
        let echoed = socket.next().await.unwrap().unwrap();
        assert_eq!(echoed, Message::text("hello"));
        socket.close(None).await.unwrap();
        // The server answers the close, and then ends the stream.
        assert!(socket.next().await.unwrap().unwrap().is_close());
        assert!(socket.next().await.is_none());
        server.await.unwrap().unwrap();
    });
}
