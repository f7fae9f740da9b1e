//! TLS by rustls over a stream in memory, with a certificate that is made on the spot.
//!
//! ```text
//! cargo run -p recipes --example tls
//! ```

#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)] // As programs mostly do.

use std::error::Error;
use std::sync::Arc;

use async_duplex::duplex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// A server with a certificate for `name` that it has signed itself, and a client that trusts it.
fn trusting_pair(name: &str) -> Result<(TlsConnector, TlsAcceptor), Box<dyn Error>> {
    let made = rcgen::generate_simple_self_signed([name.to_owned()])?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone())?;
    let client = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    Ok((Arc::new(client).into(), Arc::new(server).into()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (connector, acceptor) = trusting_pair("memory")?;
    let name = ServerName::try_from("memory")?;
    let (client, server) = duplex(65536);

    // Sends the request back in capitals, after its end.
    let server = tokio::spawn(async move {
        let mut stream = acceptor.accept(server).await?;
        let mut request = String::new();
        stream.read_to_string(&mut request).await?;
        stream.write_all(request.to_uppercase().as_bytes()).await?;
        stream.shutdown().await
    });

    let mut stream = connector.connect(name, client).await?;
    let (_, session) = stream.get_ref();
    println!(
        "{:?} with {:?}",
        session.protocol_version().ok_or("no protocol version")?,
        session.negotiated_cipher_suite().ok_or("no cipher suite")?,
    );
    stream.write_all(b"hello").await?;
    stream.shutdown().await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    println!("hello -> {answer}");
    assert_eq!(answer, "HELLO");
    server.await??;

    // A client that does not trust the server's certificate refuses it.
    let (_, acceptor) = trusting_pair("memory")?;
    let (client, server) = duplex(65536);
    tokio::spawn(async move { acceptor.accept(server).await });
    let name = ServerName::try_from("memory")?;
    let refused = connector.connect(name, client).await.unwrap_err();
    println!("another certificate: {refused}");
    assert!(refused.to_string().contains("invalid peer certificate"));
    Ok(())
}
