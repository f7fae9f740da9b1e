//! WebSocket by tungstenite.

use crate::{data, run};
use async_duplex::{duplex, DuplexStream};
use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use async_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use async_tungstenite::tungstenite::{Error, Message};
use async_tungstenite::{accept_async, client_async, WebSocketStream};
use futures::StreamExt;

/// Without the HTTP handshake: tungstenite refuses a request that arrives byte by byte, as an
/// attack.
#[test]
fn websocket_messages_ping_and_close_at_capacity_1() {
    let (near, far) = duplex(1);
    let client = async {
        let socket = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
        converse(socket).await
    };
    let server = async {
        let socket = WebSocketStream::from_raw_socket(far, Role::Server, None).await;
        echo(socket).await
    };
    run(1, client, server);
}

#[test]
fn websocket_handshake_messages_ping_and_close_at_other_capacities() {
    for capacity in [64, 65536] {
        let (near, far) = duplex(capacity);
        let client = async {
            let (socket, response) = client_async("ws://duplex.test/echo", near).await?;
            assert_eq!(response.status(), 101);
            converse(socket).await
        };
        let server = async { echo(accept_async(far).await?).await };
        run(capacity, client, server);
    }
}

async fn converse(mut socket: WebSocketStream<DuplexStream>) -> Result<(), Error> {
    for message in [
        Message::text("a text: «δίκτυον»"),
        Message::text(""),
        Message::binary(data(1, 1000)),
        Message::binary(data(2, 100 * 1024)),
    ] {
        socket.send(message.clone()).await?;
        let echoed = next(&mut socket).await?;
        assert!(echoed == message, "{message} comes back as {echoed}");
    }

    socket.send(Message::Ping("are you there".into())).await?;
    let pong = next(&mut socket).await?;
    assert_eq!(pong, Message::Pong("are you there".into()));

    socket.close(Some(farewell())).await?;
    let reply = next(&mut socket).await?;
    assert_eq!(reply, Message::Close(Some(farewell())));
    // The server closes the stream, and the client waits for that.
    assert!(socket.next().await.is_none());
    Ok(())
}

/// Echoes texts and binaries until the client closes. tungstenite answers the ping and the close.
async fn echo(mut socket: WebSocketStream<DuplexStream>) -> Result<(), Error> {
    let mut closed = None;
    while let Some(message) = socket.next().await {
        match message? {
            message @ (Message::Text(_) | Message::Binary(_)) => socket.send(message).await?,
            Message::Ping(payload) => assert_eq!(payload, "are you there"),
            Message::Close(reason) => closed = reason,
            other => panic!("unexpected: {other}"),
        }
    }
    assert_eq!(closed, Some(farewell()));
    Ok(())
}

async fn next(socket: &mut WebSocketStream<DuplexStream>) -> Result<Message, Error> {
    socket.next().await.expect("the connection has ended")
}

fn farewell() -> CloseFrame {
    CloseFrame {
        code: CloseCode::Normal,
        reason: "that is all".into(),
    }
}
