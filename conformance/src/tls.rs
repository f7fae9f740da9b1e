//! Two ends of a TLS connection, after the handshake.

#[path = "../../protocols/tests/futures_io/trusting.rs"]
mod trusting;

use std::sync::Arc;

use async_duplex::{duplex, DuplexStream};
use futures::future::try_join;

use trusting::configs;

type Futures = futures_rustls::TlsStream<DuplexStream>;
type Tokio = tokio_rustls::TlsStream<DuplexStream>;

pub(crate) async fn futures(capacity: usize) -> (Futures, Futures) {
    let (client, server, name) = configs();
    let (near, far) = duplex(capacity);
    let connecting = futures_rustls::TlsConnector::from(Arc::new(client)).connect(name, near);
    let accepting = futures_rustls::TlsAcceptor::from(Arc::new(server)).accept(far);
    let (client, server) = try_join(connecting, accepting).await.unwrap();
    (client.into(), server.into())
}

pub(crate) async fn tokio(capacity: usize) -> (Tokio, Tokio) {
    let (client, server, name) = configs();
    let (near, far) = duplex(capacity);
    let connecting = tokio_rustls::TlsConnector::from(Arc::new(client)).connect(name, near);
    let accepting = tokio_rustls::TlsAcceptor::from(Arc::new(server)).accept(far);
    let (client, server) = try_join(connecting, accepting).await.unwrap();
    (client.into(), server.into())
}
