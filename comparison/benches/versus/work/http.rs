//! hyper's client and server, on the two ends of a pipe.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::join_all;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{client, server, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};

/// The response to a request without a body. The response to other requests is their body.
const HELLO: &[u8] = b"hello";

/// Makes `times` requests, one after another.
pub(super) async fn http1<S>((near, far): (S, S), body: usize, times: u64) -> Duration
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let serve =
        server::conn::http1::Builder::new().serve_connection(TokioIo::new(far), service_fn(answer));
    let server = tokio::spawn(serve);
    let handshake = client::conn::http1::handshake(TokioIo::new(near));
    let (mut sender, connection) = handshake.await.expect("a connection can be made");
    tokio::spawn(connection);

    let body = Bytes::from(vec![0x5a; body]);
    let start = Instant::now();
    for _ in 0..times {
        sender.ready().await.expect("the connection is open");
        let response = sender.send_request(request(&body)).await;
        check(response.expect("the server answers"), &body).await;
    }
    let elapsed = start.elapsed();
    drop(sender);
    let ended = server.await.expect("the server does not panic");
    ended.expect("the connection ends without an error");
    elapsed
}

/// Makes `times` requests, `streams` at a time.
pub(super) async fn http2<S>((near, far): (S, S), body: usize, streams: u64, times: u64) -> Duration
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
    let stream = |_| {
        let (mut sender, body) = (sender.clone(), body.clone());
        tokio::spawn(async move {
            for _ in 0..times / streams {
                sender.ready().await.expect("the connection is open");
                let response = sender.send_request(request(&body)).await;
                check(response.expect("the server answers"), &body).await;
            }
        })
    };
    let start = Instant::now();
    for ended in join_all((0..streams).map(stream)).await {
        ended.expect("a stream does not panic");
    }
    let elapsed = start.elapsed();
    drop(sender);
    let ended = server.await.expect("the server does not panic");
    ended.expect("the connection ends without an error");
    elapsed
}

fn request(body: &Bytes) -> Request<Full<Bytes>> {
    Request::post("http://pipe/")
        .body(Full::new(body.clone()))
        .expect("the address is well-formed")
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let body = request.into_body().collect().await?.to_bytes();
    Ok(Response::new(Full::new(expected(&body))))
}

/// The body of the response to a request with this body.
fn expected(body: &Bytes) -> Bytes {
    if body.is_empty() {
        Bytes::from_static(HELLO)
    } else {
        body.clone()
    }
}

/// Reads the response and counts its bytes.
async fn check(response: Response<Incoming>, sent: &Bytes) {
    let body = response.into_body().collect().await;
    let received = body.expect("the response is complete").to_bytes();
    assert_eq!(received.len(), expected(sent).len());
}
