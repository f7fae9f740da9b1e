//! TLS 1.3, by rustls.

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

/// The least with which rustls can shake hands. When its client has read the server's hello, it has
/// a record of 6 bytes to send (a change_cipher_spec, for the sake of middleboxes). From then on
/// neither side reads before it has written what it has: the client that record, the server the rest
/// of its flight, which is longer. So one of them has to fit into the pipe.
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

/// The two ends, to be run.
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

/// After the handshake a single byte is enough.
#[test]
fn tls_echo_at_capacity_1_after_a_handshake_at_64() {
    let (near, far) = duplex(64);
    let (narrow_near, narrow_far) = duplex(1);
    let (connector, acceptor) = trusting_pair();

    let client = async {
        let mut stream = connect(connector, near).await?;
        // Nothing is on its way after that: what is below TLS can be replaced.
        await_go(&mut stream).await?;
        *stream.get_mut().0 = narrow_near;
        send_and_verify(stream).await
    };
    let server = async {
        let mut stream = acceptor.accept(far).await?;
        say_go(&mut stream).await?;
        // Not dropped yet, lest the client finds the end of it behind the go.
        let _far = mem::replace(stream.get_mut().0, narrow_far);
        echo(stream).await
    };
    run_on_one_thread(client, server);
}

/// The end of the stream is seen as such, and not taken for a close_notify.
#[test]
fn tls_without_close_notify_is_an_unexpected_eof() {
    let (near, far) = duplex(64);
    let (connector, acceptor) = trusting_pair();

    let client = async {
        let mut stream = connect(connector, near).await?;
        // The server has nothing to send after that, and can only find the end by reading.
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
            // Lest its buffer fills up: then rustls makes a record of every few bytes that fit.
            writer.flush().await?;
        }
        // Sends a close_notify, and half-closes what is below.
        writer.close().await
    };
    try_join(send, expect(&mut reader, &sent)).await?;
    // Below TLS the stream has ended too, and nothing came after the close_notify.
    let (stream, _) = reader.reunite(writer).unwrap().into_inner();
    expect(stream, b"").await
}

async fn echo(mut stream: server::TlsStream<DuplexStream>) -> io::Result<()> {
    assert_tls_1_3(stream.get_ref().1);
    let mut buf = [0; 4096];
    loop {
        // An `Ok(0)` is a close_notify: without one it would be an error.
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

/// The first message of the server. It comes after the session tickets that end the handshake.
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

/// A server that shows a certificate signed by itself, and a client that trusts no other.
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
