//! TLS by rustls, with a certificate that is made for the test.

use std::sync::Arc;

use async_duplex::duplex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::run;

/// A server with a certificate for `name` that it has signed itself, and a client that trusts it.
fn trusting_pair(name: &str) -> (TlsConnector, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (Arc::new(client).into(), Arc::new(server).into())
}

#[test]
fn rustls_encrypts_a_duplex() {
    run(async {
        let (client, server) = duplex(65536);
        let (connector, acceptor) = trusting_pair("memory");
        let server = tokio::spawn(async move {
            let mut stream = acceptor.accept(server).await?;
            let mut request = String::new();
            stream.read_to_string(&mut request).await?;
            stream.write_all(request.to_uppercase().as_bytes()).await?;
            stream.shutdown().await
        });

        let name = ServerName::try_from("memory").unwrap();
        let mut stream = connector.connect(name, client).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "HELLO");
        server.await.unwrap().unwrap();
    });
}
