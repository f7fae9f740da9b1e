//! TLS 1.3 by rustls.

use crate::{data, expect, run, run_on_one_thread};
use alloc::sync::Arc;
use async_duplex::{duplex, DuplexStream};
use core::future::Future;
use core::mem;
use futures::future::try_join;
use futures::{AsyncReadExt, AsyncWriteExt};
use futures_rustls::pki_types::{PrivateKeyDer, ServerName};
use futures_rustls::rustls::{
    ClientConfig, CommonState, ProtocolVersion, RootCertStore, ServerConfig,
};
use futures_rustls::{client, server, TlsAcceptor, TlsConnector};
use std::io::{self, ErrorKind};

const NAME: &str = "duplex.test";

/// The smallest capacity at which rustls can shake hands. When the client has read the hello of the
/// server, it sends a record of 6 bytes (a change_cipher_spec, for middleboxes). Then neither side
/// reads before it has written: the client that record, and the server the rest of its flight,
/// which is longer. So the record has to fit into the pipe.
#[test]
fn tls_handshake_and_echo_at_capacity_6() {
    let (client, server) = handshake_and_echo(6);
    run_on_one_thread(client, server);
}

#[test]
fn tls_handshake_and_echo_at_capacity_64() {
    let (client, server) = handshake_and_echo(64);
    run(client, server);
}

#[test]
fn tls_handshake_and_echo_at_capacity_65536() {
    let (client, server) = handshake_and_echo(65536);
    run(client, server);
}

/// The futures of the two ends.
fn handshake_and_echo(capacity: usize) -> (impl End, impl End) {
    let (near, far) = duplex(capacity);
    let (connector, acceptor) = trusting_pair();
    (
        async { send_and_verify(connect(connector, near).await?).await },
        async move { echo(acceptor.accept(far).await?).await },
    )
}

trait End: Future<Output = io::Result<()>> + Send {}
impl<F: Future<Output = io::Result<()>> + Send> End for F {}

/// After the handshake, capacity 1 is enough.
#[test]
fn tls_echo_at_capacity_1_after_a_handshake_at_64() {
    let (near, far) = duplex(64);
    let (narrow_near, narrow_far) = duplex(1);
    let (connector, acceptor) = trusting_pair();

    let client = async {
        let mut stream = connect(connector, near).await?;
        // No byte is in flight after that, so the stream below TLS can be replaced.
        await_go(&mut stream).await?;
        *stream.get_mut().0 = narrow_near;
        send_and_verify(stream).await
    };
    let server = async {
        let mut stream = acceptor.accept(far).await?;
        say_go(&mut stream).await?;
        // If it were dropped here, the client would find its end after the go.
        let _far = mem::replace(stream.get_mut().0, narrow_far);
        echo(stream).await
    };
    run_on_one_thread(client, server);
}

/// The end of the stream is not mistaken for a close_notify.
#[test]
fn tls_without_close_notify_is_an_unexpected_eof() {
    let (near, far) = duplex(64);
    let (connector, acceptor) = trusting_pair();

    let client = async {
        let mut stream = connect(connector, near).await?;
        // The server sends nothing after that, and finds the end by reading.
        await_go(&mut stream).await?;
        stream.write_all(b"cut off").await?;
        stream.flush().await
    };
    let server = async {
        let mut stream = acceptor.accept(far).await?;
        say_go(&mut stream).await?;
        let mut received = Vec::new();
        let end = stream.read_to_end(&mut received).await;
        assert_eq!(received, b"cut off");
        Ok(end)
    };
    let ((), end) = run(client, server);
    assert_eq!(end.unwrap_err().kind(), ErrorKind::UnexpectedEof);
}

async fn connect(
    connector: TlsConnector,
    stream: DuplexStream,
) -> io::Result<client::TlsStream<DuplexStream>> {
    let name = ServerName::try_from(NAME).unwrap();
    connector.connect(name, stream).await
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

/// Sends the first message of the server, after the session tickets that end the handshake.
async fn say_go(stream: &mut server::TlsStream<DuplexStream>) -> io::Result<()> {
    stream.write_all(b"go").await?;
    stream.flush().await
}

async fn await_go(stream: &mut client::TlsStream<DuplexStream>) -> io::Result<()> {
    let mut go = [0; 2];
    stream.read_exact(&mut go).await?;
    assert_eq!(&go, b"go");
    Ok(())
}

/// A server with a self-signed certificate, and a client that trusts only that.
fn trusting_pair() -> (TlsConnector, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();

    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let client = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    (Arc::new(client).into(), Arc::new(server).into())
}
