//! hyper 1, client and server, HTTP/1.1 and HTTP/2, over our streams in place of a socket.

use alloc::sync::Arc;
use core::error::Error;
use std::io::{self, ErrorKind};

use async_duplex::{duplex, DuplexStream};
use bytes::Bytes;
use futures::future::join_all;
use futures::{poll, stream};
use http::header::{CONNECTION, CONTENT_LENGTH, UPGRADE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn as client;
use hyper::server::conn as server;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::{data, run, run_on_threads};

const MIB: usize = 1024 * 1024;

#[derive(Clone, Copy, Debug)]
enum Version {
    Http1,
    Http2,
}

use Version::{Http1, Http2};

type Body = BoxBody<Bytes, hyper::Error>;

fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed()
}

fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed()
}

/// A body of unknown length, a chunk at a time.
fn streamed(bytes: Vec<u8>) -> Body {
    let mut bytes = Bytes::from(bytes);
    let chunks = core::iter::from_fn(move || {
        let chunk = bytes.split_to(bytes.len().min(50_000));
        (!chunk.is_empty()).then(|| Ok(Frame::data(chunk)))
    });
    BodyExt::boxed(StreamBody::new(stream::iter(chunks)))
}

/// Reads a body frame by frame.
async fn expect(mut body: Incoming, expected: &[u8]) {
    let mut rest = expected;
    while let Some(frame) = body.frame().await {
        let chunk = frame.unwrap().into_data().unwrap();
        let (next, after) = rest.split_at(chunk.len());
        assert!(chunk == next, "{} bytes before the end", rest.len());
        rest = after;
    }
    assert_eq!(rest.len(), 0);
}

/// What the server's handlers and the tests tell each other.
struct Gate {
    /// One permit for each request to `/held` that has arrived.
    arrived: Semaphore,
    /// One permit for each of them that may be answered.
    opened: Semaphore,
}

impl Gate {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            arrived: Semaphore::new(0),
            opened: Semaphore::new(0),
        })
    }
}

async fn pass(semaphore: &Semaphore) {
    semaphore.acquire().await.unwrap().forget();
}

/// Echoes what is posted. Answers a `GET` with its path, but `/held` only when the gate opens.
async fn answer(request: Request<Incoming>, gate: Arc<Gate>) -> hyper::Result<Response<Body>> {
    let path = request.uri().path();
    if path == "/held" {
        gate.arrived.add_permits(1);
        pass(&gate.opened).await;
    }
    Ok(Response::new(match *request.method() {
        Method::POST => request.into_body().boxed(),
        _ => whole(path.to_owned()),
    }))
}

/// How a connection is served: to its end, or until it is told to shut down.
type Served = JoinHandle<hyper::Result<()>>;

fn serve(
    version: Version,
    stream: DuplexStream,
    gate: Arc<Gate>,
    shutdown: Option<&GracefulShutdown>,
) -> Served {
    fn spawn<C>(connection: C, shutdown: Option<&GracefulShutdown>) -> Served
    where
        C: GracefulConnection<Error = hyper::Error> + Send + 'static,
    {
        match shutdown {
            Some(shutdown) => tokio::spawn(shutdown.watch(connection)),
            None => tokio::spawn(connection),
        }
    }
    let io = TokioIo::new(stream);
    let service = service_fn(move |request| answer(request, gate.clone()));
    match version {
        Http1 => {
            let builder = server::http1::Builder::new();
            spawn(builder.serve_connection(io, service), shutdown)
        }
        Http2 => {
            let builder = server::http2::Builder::new(TokioExecutor::new());
            spawn(builder.serve_connection(io, service), shutdown)
        }
    }
}

enum Client {
    Http1(client::http1::SendRequest<Body>),
    Http2(client::http2::SendRequest<Body>),
}

impl Client {
    async fn connect(version: Version, stream: DuplexStream) -> (Self, Served) {
        let io = TokioIo::new(stream);
        match version {
            Http1 => {
                let (sender, connection) = client::http1::handshake(io).await.unwrap();
                (Self::Http1(sender), tokio::spawn(connection))
            }
            Http2 => {
                let executor = TokioExecutor::new();
                let (sender, connection) = client::http2::handshake(executor, io).await.unwrap();
                (Self::Http2(sender), tokio::spawn(connection))
            }
        }
    }

    async fn send(&mut self, request: Request<Body>) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }

    async fn get(&mut self, path: &str) -> hyper::Result<Bytes> {
        let request = Request::get(path).header("host", "memory");
        let response = self.send(request.body(empty()).unwrap()).await?;
        assert_eq!(response.status(), StatusCode::OK);
        Ok(response.into_body().collect().await?.to_bytes())
    }

    /// Posts a body that is streamed, and reads it back while it is on its way.
    async fn echo(&mut self, bytes: Vec<u8>) {
        let request = Request::post("/echo").header("host", "memory");
        let request = request.body(streamed(bytes.clone())).unwrap();
        let response = self.send(request).await.unwrap();
        assert_eq!(response.headers().get(CONTENT_LENGTH), None);
        expect(response.into_body(), &bytes).await;
    }
}

/// A client, a server, and the connection between them.
struct Connected {
    client: Client,
    near: Served,
    far: Served,
}

impl Connected {
    async fn new(version: Version, capacity: usize) -> Self {
        let (near, far) = duplex(capacity);
        let far = serve(version, far, Gate::new(), None);
        let (client, near) = Client::connect(version, near).await;
        Self { client, near, far }
    }

    /// Without a client there is nothing left to do, and neither end sees anything wrong in that.
    async fn end(self) {
        drop(self.client);
        self.near.await.unwrap().unwrap();
        self.far.await.unwrap().unwrap();
    }
}

#[test]
fn requests_follow_each_other_on_one_connection() {
    // Both ends of HTTP/2 write their settings before they read, and acknowledge the other's before
    // they read on: with less room than that takes they would wait for each other.
    let capacities = [(Http1, 1), (Http1, 65536), (Http2, 64), (Http2, 65536)];
    for (version, capacity) in capacities {
        run(async {
            let mut connected = Connected::new(version, capacity).await;
            for i in 0..10 {
                let path = format!("/number/{i}");
                assert_eq!(connected.client.get(&path).await.unwrap(), path);
                connected.client.echo(data(i, 500)).await;
            }
            connected.end().await;
        });
    }
}

#[test]
fn bodies_of_8_mib_stream_both_ways_at_once() {
    for version in [Http1, Http2] {
        for capacity in [1000, 65536] {
            run_on_threads(async {
                let mut connected = Connected::new(version, capacity).await;
                connected.client.echo(data(1, 8 * MIB)).await;
                connected.end().await;
            });
        }
    }
}

#[test]
fn many_requests_at_once_share_an_http2_connection() {
    for capacity in [64, 65536] {
        run_on_threads(async {
            let connected = Connected::new(Http2, capacity).await;
            let requests = (0..50).map(|i| {
                let Client::Http2(sender) = &connected.client else {
                    unreachable!();
                };
                let mut client = Client::Http2(sender.clone());
                async move {
                    client.echo(data(i, 500 * i as usize)).await;
                    let path = format!("/{i}");
                    assert_eq!(client.get(&path).await.unwrap(), path);
                }
            });
            join_all(requests).await;
            connected.end().await;
        });
    }
}

#[test]
fn many_http1_connections_are_used_at_once() {
    run_on_threads(async {
        let connections = (0..50).map(|i| {
            tokio::spawn(async move {
                let mut connected = Connected::new(Http1, 1000).await;
                connected.client.echo(data(i, 500 * i as usize)).await;
                let path = format!("/{i}");
                assert_eq!(connected.client.get(&path).await.unwrap(), path);
                connected.end().await;
            })
        });
        for ended in join_all(connections).await {
            ended.unwrap();
        }
    });
}

/// Unlike over TCP, a client finds out at once that nobody is there any more to be told goodbye.
async fn ended_politely(near: Served) {
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
            // The connection that has nothing to answer ends at once.
            ended_politely(idle_far).await;
            ended_politely(idle_near).await;
            assert!(idle.get("/").await.is_err());

            assert!(poll!(&mut ended).is_pending());
            gate.opened.add_permits(1);
            let (mut busy, body) = held.await.unwrap();
            assert_eq!(body, "/held");
            ended.await;
            ended_politely(busy_far).await;
            ended_politely(busy_near).await;
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
        // The client's stream goes with its connection.
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
        // The error has been told to whom it concerns.
        let _ = near.await.unwrap();
    });
}

/// The kind of the `io::Error` that is behind `error`.
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

#[test]
fn an_upgraded_connection_is_our_stream_again_at_both_ends() {
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

/// The stream that was upgraded, with nothing of it read ahead.
fn stream_of(upgraded: hyper::upgrade::Upgraded) -> DuplexStream {
    let parts = upgraded.downcast::<TokioIo<DuplexStream>>().unwrap();
    assert!(parts.read_buf.is_empty());
    parts.io.into_inner()
}
