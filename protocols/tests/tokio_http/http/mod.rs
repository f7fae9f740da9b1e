//! hyper 1, client and server, HTTP/1.1 and HTTP/2, over these streams in place of a socket.

mod ends;
mod requests;
mod upgrade;

use alloc::sync::Arc;

use async_duplex::{duplex, DuplexStream};
use bytes::Bytes;
use futures::stream;
use http::header::CONTENT_LENGTH;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn as client;
use hyper::server::conn as server;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

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

/// A body of unknown length, in chunks.
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

/// How the tests and the handlers of the server synchronise.
struct Gate {
    /// A permit for each request to `/held` that has arrived.
    arrived: Semaphore,
    /// A permit for each request to `/held` that may be answered.
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

/// Echoes the body of a `POST`, and answers a `GET` with its path. A request to `/held` waits for
/// the gate.
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

/// The task that drives a connection.
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

    /// Posts a streamed body, and reads the echo while the body is being sent.
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

    /// Drops the client. Then both connections end without an error.
    async fn end(self) {
        drop(self.client);
        self.near.await.unwrap().unwrap();
        self.far.await.unwrap().unwrap();
    }
}
