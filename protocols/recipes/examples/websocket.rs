//! A WebSocket by tokio-tungstenite, with its handshake, over a stream in memory.
//!
//! ```text
//! cargo run -p recipes --example websocket
//! ```

#![allow(clippy::std_instead_of_core)] // As programs mostly do.

use async_duplex::{duplex, DuplexStream};
use futures::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{accept_async, client_async};

/// Sends each text back in capitals, until the client closes the WebSocket.
async fn serve(stream: DuplexStream) -> Result<(), Error> {
    let mut socket = accept_async(stream).await?;
    while let Some(message) = socket.next().await {
        if let Message::Text(text) = message? {
            socket.send(Message::text(text.to_uppercase())).await?;
        }
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, server) = duplex(65536);
    let server = tokio::spawn(serve(server));

    let (mut socket, response) = client_async("ws://memory/chat", client).await?;
    println!("handshake: {}", response.status());
    for text in ["hello", "is this the network?"] {
        socket.send(Message::text(text)).await?;
        let answer = socket.next().await.ok_or("the server has gone")??;
        println!("{text} -> {answer}");
        assert_eq!(answer, Message::text(text.to_uppercase()));
    }

    socket.close(None).await?;
    // The server answers the close, and then ends the stream.
    let answer = socket.next().await.ok_or("the server has gone")??;
    assert!(answer.is_close(), "{answer:?}");
    assert!(socket.next().await.is_none(), "more than a close");
    server.await??;
    println!("closed by both");
    Ok(())
}
