//! Two ends of a TLS connection, after the handshake.

use std::sync::Arc;

use async_duplex::{duplex, DuplexStream};
use futures::future::try_join;
use futures_rustls::pki_types::{PrivateKeyDer, ServerName};
use futures_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

const NAME: &str = "duplex.test";

fn configs() -> (Arc<ClientConfig>, Arc<ServerConfig>, ServerName<'static>) {
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
    (
        Arc::new(client),
        Arc::new(server),
        ServerName::try_from(NAME).unwrap(),
    )
}

type Futures = futures_rustls::TlsStream<DuplexStream>;
type Tokio = tokio_rustls::TlsStream<DuplexStream>;

pub(crate) async fn futures(capacity: usize) -> (Futures, Futures) {
    let (client, server, name) = configs();
    let (near, far) = duplex(capacity);
    let connecting = futures_rustls::TlsConnector::from(client).connect(name, near);
    let accepting = futures_rustls::TlsAcceptor::from(server).accept(far);
    let (client, server) = try_join(connecting, accepting).await.unwrap();
    (client.into(), server.into())
}

pub(crate) async fn tokio(capacity: usize) -> (Tokio, Tokio) {
    let (client, server, name) = configs();
    let (near, far) = duplex(capacity);
    let connecting = tokio_rustls::TlsConnector::from(client).connect(name, near);
    let accepting = tokio_rustls::TlsAcceptor::from(server).accept(far);
    let (client, server) = try_join(connecting, accepting).await.unwrap();
    (client.into(), server.into())
}
