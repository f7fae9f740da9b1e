//! A connection that is upgraded to another protocol.

use async_duplex::{duplex, DuplexStream};
use http::header::{CONNECTION, UPGRADE};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::client::conn as client;
use hyper::server::conn as server;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::empty;
use crate::run;

#[test]
fn an_upgraded_connection_returns_the_stream_at_both_ends() {
    run(async {
        let (near, far) = duplex(1000);
        let service = service_fn(|mut request: Request<Incoming>| async {
            tokio::spawn(async move {
                let mut far = stream_of(hyper::upgrade::on(&mut request).await.unwrap());
                let mut text = String::new();
                far.read_to_string(&mut text).await.unwrap();
                far.write_all(text.to_uppercase().as_bytes()).await.unwrap();
            });
            Response::builder()
                .status(StatusCode::SWITCHING_PROTOCOLS)
                .header(CONNECTION, "upgrade")
                .header(UPGRADE, "shouting")
                .body(empty())
        });
        let connection = server::http1::Builder::new()
            .serve_connection(TokioIo::new(far), service)
            .with_upgrades();
        let far = tokio::spawn(connection);
        let io = TokioIo::new(near);
        let (mut sender, connection) = client::http1::handshake(io).await.unwrap();
        let near = tokio::spawn(connection.with_upgrades());
        let request = Request::get("/")
            .header("host", "memory")
            .header(CONNECTION, "upgrade")
            .header(UPGRADE, "shouting")
            .body(empty())
            .unwrap();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        let mut stream = stream_of(hyper::upgrade::on(response).await.unwrap());
        stream.write_all(b"quietly").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "QUIETLY");
        near.await.unwrap().unwrap();
        far.await.unwrap().unwrap();
    });
}

/// The stream of an upgraded connection, of which hyper has read nothing ahead.
fn stream_of(upgraded: hyper::upgrade::Upgraded) -> DuplexStream {
    let parts = upgraded.downcast::<TokioIo<DuplexStream>>().unwrap();
    assert!(parts.read_buf.is_empty());
    parts.io.into_inner()
}
