//! hyper's client and server, on the two ends of a pipe.

use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{client, server, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};

use super::super::stopwatch::Stopwatch;

/// The response to a request without a body. The response to other requests is their body.
const HELLO: &[u8] = b"hello";

/// Nanoseconds for a request. The requests follow one another.
pub(super) async fn http1<S>((near, far): (S, S), body: usize, time: Duration) -> f64
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let serve =
        server::conn::http1::Builder::new().serve_connection(TokioIo::new(far), service_fn(answer));
    let server = tokio::spawn(serve);
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(near))
        .await
        .expect("a connection can be made");
    tokio::spawn(connection);

    let body = Bytes::from(vec![0x5a; body]);
    let mut watch = Stopwatch::start(time);
    while watch.is_running() {
        sender.ready().await.expect("the connection is open");
        let response = sender.send_request(request(&body)).await;
        check(response.expect("the server answers"), &body).await;
        watch.add(1);
    }
    let each = watch.each();
    drop(sender);
    let ended = server.await.expect("the server does not panic");
    ended.expect("the connection ends without an error");
    each
}

/// Nanoseconds for a request, with `streams` concurrent requests.
pub(super) async fn http2<S>(
    (near, far): (S, S),
    body: usize,
    streams: usize,
    time: Duration,
) -> f64
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let serve = server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(far), service_fn(answer));
    let server = tokio::spawn(serve);
    let handshake = client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(near));
    let (sender, connection) = handshake.await.expect("a connection can be made");
    tokio::spawn(connection);

    let body = Bytes::from(vec![0x5a; body]);
    let mut watch = Stopwatch::start(time);
    let stream = || {
        let (mut sender, body) = (sender.clone(), body.clone());
        tokio::spawn(async move {
            let mut requests = 0;
            while watch.is_running() {
                sender.ready().await.expect("the connection is open");
                let response = sender.send_request(request(&body)).await;
                check(response.expect("the server answers"), &body).await;
                requests += 1;
            }
            requests
        })
    };
    let streams: Vec<_> = (0..streams).map(|_| stream()).collect();
    for requests in join_all(streams).await {
        watch.add(requests.expect("a stream does not panic"));
    }
    let each = watch.each();
    drop(sender);
    let ended = server.await.expect("the server does not panic");
    ended.expect("the connection ends without an error");
    each
}

fn request(body: &Bytes) -> Request<Full<Bytes>> {
    Request::post("http://pipe/")
        .body(Full::new(body.clone()))
        .expect("the address is well-formed")
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let body = request.into_body().collect().await?.to_bytes();
    let answer = if body.is_empty() {
        Bytes::from_static(HELLO)
    } else {
        body
    };
    Ok(Response::new(Full::new(answer)))
}

/// Reads the response and counts its bytes.
async fn check(response: Response<Incoming>, sent: &Bytes) {
    let body = response.into_body().collect().await;
    let received = body.expect("the response is complete").to_bytes().len();
    let expected = if sent.is_empty() {
        HELLO.len()
    } else {
        sent.len()
    };
    assert_eq!(received, expected);
}
