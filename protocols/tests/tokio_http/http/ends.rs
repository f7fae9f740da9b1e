//! Connections that end: by a graceful shutdown, by a drop, and by an abort.

use core::error::Error;
use std::io::{self, ErrorKind};

use async_duplex::duplex;
use futures::poll;
use http::Request;
use http_body_util::BodyExt;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{empty, pass, serve, Client, Gate, Http1, Http2, Served};
use crate::run;

/// The kind of the `io::Error` among the sources of `error`.
fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    let mut source = Some(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        source = error.source();
    }
    None
}

/// Waits for the end of a connection. It may fail with `BrokenPipe`: unlike over TCP, its last
/// write finds at once that the peer has been dropped.
async fn assert_ended(near: Served) {
    if let Err(error) = near.await.unwrap() {
        assert_eq!(io_kind(&error), Some(ErrorKind::BrokenPipe));
    }
}

#[test]
fn a_graceful_shutdown_answers_what_has_arrived_and_ends_the_rest() {
    for version in [Http1, Http2] {
        run(async {
            let gate = Gate::new();
            let shutdown = GracefulShutdown::new();
            let connect = || async {
                let (near, far) = duplex(1000);
                let far = serve(version, far, gate.clone(), Some(&shutdown));
                let (client, near) = Client::connect(version, near).await;
                (client, near, far)
            };
            let (mut idle, idle_near, idle_far) = connect().await;
            let (mut busy, busy_near, busy_far) = connect().await;
            assert_eq!(idle.get("/").await.unwrap(), "/");
            let held = tokio::spawn(async move {
                let body = busy.get("/held").await.unwrap();
                (busy, body)
            });
            pass(&gate.arrived).await;

            let mut ended = Box::pin(shutdown.shutdown());
            assert!(poll!(&mut ended).is_pending());
            // The idle connection ends at once.
            assert_ended(idle_far).await;
            assert_ended(idle_near).await;
            assert!(idle.get("/").await.is_err());

            assert!(poll!(&mut ended).is_pending());
            gate.opened.add_permits(1);
            let (mut busy, body) = held.await.unwrap();
            assert_eq!(body, "/held");
            ended.await;
            assert_ended(busy_far).await;
            assert_ended(busy_near).await;
            assert!(busy.get("/").await.is_err());
        });
    }
}

#[test]
fn b12_a_server_learns_that_its_client_is_gone_midway() {
    run(async {
        let gate = Gate::new();
        let (near, far) = duplex(1000);
        let far = serve(Http1, far, gate.clone(), None);
        let (mut client, near) = Client::connect(Http1, near).await;
        let asks = tokio::spawn(async move { client.get("/held").await });
        pass(&gate.arrived).await;
        // The stream of the client is dropped with its connection.
        near.abort();
        assert!(near.await.unwrap_err().is_cancelled());
        assert!(asks.await.unwrap().is_err());
        assert!(far.await.unwrap().unwrap_err().is_incomplete_message());
    });
}

#[test]
fn b16_an_abort_midway_reaches_the_client_with_its_kind() {
    run(async {
        let (near, mut far) = duplex(1000);
        let (mut client, near) = Client::connect(Http1, near).await;
        let request = Request::get("/").header("host", "memory");
        let asks = client.send(request.body(empty()).unwrap());
        let answers = async {
            let mut head = [0; 1000];
            assert!(far.read(&mut head).await.unwrap() > 0);
            let response = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
            far.write_all(response).await.unwrap();
        };
        let (response, ()) = futures::join!(asks, answers);
        let mut body = response.unwrap().into_body();
        let chunk = body.frame().await.unwrap().unwrap();
        assert_eq!(chunk.into_data().unwrap(), "half");
        far.abort(ErrorKind::ConnectionReset);
        let error = body.frame().await.unwrap().unwrap_err();
        assert_eq!(io_kind(&error), Some(ErrorKind::ConnectionReset));
        drop(client);
        // The connection has reported the error through the body already.
        let _ = near.await.unwrap();
    });
}
