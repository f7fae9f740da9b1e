//! TLS 1.3 by rustls.

use crate::trusting::configs;
use crate::{data, expect, run};
use alloc::sync::Arc;
use async_duplex::{duplex, DuplexStream};
use futures::future::try_join;
use futures::{AsyncReadExt, AsyncWriteExt};
use futures_rustls::rustls::{CommonState, ProtocolVersion};
use futures_rustls::{client, server, Accept, Connect, TlsAcceptor, TlsConnector};
use std::io::{self, ErrorKind};

/// 6 bytes are the smallest capacity at which rustls can shake hands. When the client has read the
/// hello of the server, it sends a record of 6 bytes (a change_cipher_spec, for middleboxes). Then
/// neither side reads before it has written: the client that record, and the server the rest of its
/// flight, which is longer. So the record has to fit into the pipe.
#[test]
fn tls_handshake_and_echo_at_capacities_from_6_on() {
    for capacity in [6, 64, 65536] {
        let (near, far) = duplex(capacity);
        let (connecting, accepting) = shake_hands(near, far);
        let client = async { send_and_verify(connecting.await?).await };
        let server = async { echo(accepting.await?).await };
        run(capacity, client, server);
    }
}

/// The end of the stream is not mistaken for a close_notify.
#[test]
fn tls_without_close_notify_is_an_unexpected_eof() {
    let (near, far) = duplex(64);
    let (connecting, accepting) = shake_hands(near, far);

    let client = async {
        let mut stream = connecting.await?;
        // The server sends nothing after the greeting, and finds the end by reading.
        stream.read_exact(&mut [0; 5]).await?;
        stream.write_all(b"cut off").await?;
        stream.flush().await
    };
    let server = async {
        let mut stream = accepting.await?;
        // After the session tickets that end the handshake.
        stream.write_all(b"hello").await?;
        stream.flush().await?;
        let mut received = Vec::new();
        let end = stream.read_to_end(&mut received).await;
        assert_eq!(received, b"cut off");
        Ok(end)
    };
    let ((), end) = run(64, client, server);
    assert_eq!(end.unwrap_err().kind(), ErrorKind::UnexpectedEof);
}

fn shake_hands(
    near: DuplexStream,
    far: DuplexStream,
) -> (Connect<DuplexStream>, Accept<DuplexStream>) {
    let (client, server, name) = configs();
    let connecting = TlsConnector::from(Arc::new(client)).connect(name, near);
    (connecting, TlsAcceptor::from(Arc::new(server)).accept(far))
}

async fn send_and_verify(stream: client::TlsStream<DuplexStream>) -> io::Result<()> {
    assert_tls_1_3(stream.get_ref().1);
    let (mut reader, mut writer) = stream.split();
    let sent = data(1, 200 * 1024);
    let send = async {
        for part in sent.chunks(16 * 1024) {
            writer.write_all(part).await?;
            // If the buffer filled up, rustls would make a record of every few bytes that fit.
            writer.flush().await?;
        }
        // Sends a close_notify, and half-closes the stream below TLS.
        writer.close().await
    };
    try_join(send, expect(&mut reader, &sent)).await?;
    // The stream below TLS has ended too, with no byte after the close_notify.
    let (stream, _) = reader.reunite(writer).unwrap().into_inner();
    expect(stream, b"").await
}

async fn echo(mut stream: server::TlsStream<DuplexStream>) -> io::Result<()> {
    assert_tls_1_3(stream.get_ref().1);
    let mut buf = [0; 4096];
    loop {
        // `Ok(0)` is a close_notify. The end of the stream without one would be an error.
        let n = stream.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        stream.write_all(&buf[..n]).await?;
        stream.flush().await?;
    }
    stream.close().await?;
    let (stream, _) = stream.into_inner();
    expect(stream, b"").await
}

fn assert_tls_1_3(connection: &CommonState) {
    let version = connection.protocol_version();
    assert_eq!(version, Some(ProtocolVersion::TLSv1_3));
}
