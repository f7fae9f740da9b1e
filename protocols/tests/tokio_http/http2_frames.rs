//! The `h2` crate, on which hyper and tonic are built.

use std::io::ErrorKind;

use async_duplex::{duplex, DuplexStream};
use bytes::Bytes;
use futures::future::{join_all, poll_fn};
use h2::{client, server, Reason, RecvStream, SendStream};
use http::{HeaderMap, Request, Response};
use tokio::io::AsyncReadExt;
use tokio::task::JoinHandle;

use crate::{data, run, run_on_threads};

/// Echoes the body of every request, with trailers, until the client ends the connection.
async fn serve(stream: DuplexStream) -> Result<usize, h2::Error> {
    let mut connection = server::handshake(stream).await?;
    let mut served = 0;
    while let Some(accepted) = connection.accept().await {
        let (request, mut respond) = accepted?;
        let send = respond.send_response(Response::new(()), false)?;
        tokio::spawn(echo(request.into_body(), send));
        served += 1;
    }
    Ok(served)
}

async fn echo(mut body: RecvStream, mut send: SendStream<Bytes>) {
    let mut len = 0;
    while let Some(chunk) = body.data().await {
        let chunk = chunk.unwrap();
        let n = chunk.len();
        len += n;
        send_all(&mut send, chunk).await;
        body.flow_control().release_capacity(n).unwrap();
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("length", len.into());
    send.send_trailers(trailers).unwrap();
}

/// Sends all bytes, as the flow control of the stream allows.
async fn send_all(send: &mut SendStream<Bytes>, mut bytes: Bytes) {
    while !bytes.is_empty() {
        send.reserve_capacity(bytes.len());
        let allowed = poll_fn(|cx| send.poll_capacity(cx)).await;
        let n = allowed.unwrap().unwrap().min(bytes.len());
        send.send_data(bytes.split_to(n), false).unwrap();
    }
}

type Sender = client::SendRequest<Bytes>;

async fn connect(stream: DuplexStream) -> (Sender, JoinHandle<Result<(), h2::Error>>) {
    let (sender, connection) = client::handshake(stream).await.unwrap();
    (sender, tokio::spawn(connection))
}

fn request() -> Request<()> {
    Request::post("http://memory/").body(()).unwrap()
}

/// Sends a body, and checks that the echo is the same and that its length is in a trailer.
async fn ask(sender: Sender, bytes: Vec<u8>) {
    let mut sender = sender.ready().await.unwrap();
    let (response, mut send) = sender.send_request(request(), false).unwrap();
    let sent = Bytes::from(bytes.clone());
    let sends = tokio::spawn(async move {
        send_all(&mut send, sent).await;
        send.send_data(Bytes::new(), true).unwrap();
    });
    let mut body = response.await.unwrap().into_body();
    let mut echoed = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
        echoed.extend_from_slice(&chunk);
    }
    assert!(echoed == bytes);
    let trailers = body.trailers().await.unwrap().unwrap();
    assert_eq!(trailers["length"], bytes.len().to_string());
    sends.await.unwrap();
}

#[test]
fn concurrent_streams_are_echoed_with_trailers() {
    for (capacity, len) in [(64, 5000), (65536, 100_000)] {
        run_on_threads(async {
            let (near, far) = duplex(capacity);
            let served = tokio::spawn(serve(far));
            let (sender, near) = connect(near).await;
            join_all((0..20).map(|i| ask(sender.clone(), data(i, len)))).await;
            drop(sender);
            near.await.unwrap().unwrap();
            assert_eq!(served.await.unwrap().unwrap(), 20);
        });
    }
}

#[test]
fn pings_are_answered_while_a_body_waits() {
    run(async {
        let (near, far) = duplex(100);
        let served = tokio::spawn(serve(far));
        let (sender, mut connection) = client::handshake(near).await.unwrap();
        let mut ping_pong = connection.ping_pong().unwrap();
        let near = tokio::spawn(connection);
        let mut sender: Sender = sender.ready().await.unwrap();
        let (response, mut send) = sender.send_request(request(), false).unwrap();
        for _ in 0..10 {
            ping_pong.ping(h2::Ping::opaque()).await.unwrap();
        }
        send.send_data(Bytes::new(), true).unwrap();
        assert!(response.await.unwrap().into_body().data().await.is_none());
        drop((send, sender));
        near.await.unwrap().unwrap();
        assert_eq!(served.await.unwrap().unwrap(), 1);
    });
}

#[test]
fn a_graceful_shutdown_lets_the_streams_that_are_open_finish() {
    run(async {
        let (near, far) = duplex(1000);
        let served = tokio::spawn(async move {
            let mut connection = server::handshake(far).await.unwrap();
            let (request, mut respond) = connection.accept().await.unwrap().unwrap();
            connection.graceful_shutdown();
            let send = respond.send_response(Response::new(()), false).unwrap();
            tokio::spawn(echo(request.into_body(), send));
            // No other request is accepted, and the connection ends with the open stream.
            assert!(connection.accept().await.is_none());
        });
        let (sender, near) = connect(near).await;
        ask(sender.clone(), data(1, 50_000)).await;
        near.await.unwrap().unwrap();
        served.await.unwrap();
        let error = sender.ready().await.map(drop).unwrap_err();
        assert_eq!(error.reason(), Some(Reason::NO_ERROR));
    });
}

#[test]
fn b12_a_server_learns_that_its_client_is_gone_midway() {
    run(async {
        let (near, far) = duplex(1000);
        let (sender, near) = connect(near).await;
        let mut sender = sender.ready().await.unwrap();
        let (_response, _send) = sender.send_request(request(), false).unwrap();
        let mut connection = server::handshake(far).await.unwrap();
        let (request, _respond) = connection.accept().await.unwrap().unwrap();
        near.abort();
        assert!(near.await.unwrap_err().is_cancelled());
        let mut body = request.into_body();
        let (accepted, data) = futures::join!(connection.accept(), body.data());
        assert!(accepted.is_none_or(|accepted| accepted.is_err()));
        assert!(data.unwrap().unwrap_err().is_io());
    });
}

#[test]
fn b16_an_abort_reaches_the_requests_that_wait_with_its_kind() {
    run(async {
        let (near, mut far) = duplex(1000);
        let (sender, near) = connect(near).await;
        let mut sender = sender.ready().await.unwrap();
        let (response, _send) = sender.send_request(request(), false).unwrap();
        // Read the preface of the client, and answer with an abort.
        let mut preface = [0; 24];
        far.read_exact(&mut preface).await.unwrap();
        assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        far.abort(ErrorKind::ConnectionReset);
        for error in [response.await.map(drop), near.await.unwrap()] {
            let kind = error.unwrap_err().into_io().map(|error| error.kind());
            assert_eq!(kind, Some(ErrorKind::ConnectionReset));
        }
    });
}
