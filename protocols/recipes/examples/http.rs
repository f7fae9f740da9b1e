//! An axum service under test, without a port: `axum::serve` on a listener in memory, and clients
//! of hyper that connect to it.
//!
//! ```text
//! cargo run -p recipes --example http
//! ```

#![allow(clippy::std_instead_of_core)] // As programs mostly do.

use std::error::Error;
use std::future::pending;
use std::io;

use async_duplex::listener::{listen, Address, Listener};
use async_duplex::DuplexStream;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::Path;
use axum::routing::get;
use axum::serve::IncomingStream;
use axum::Router;
use futures::channel::oneshot;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::Request;
use hyper::StatusCode;
use hyper_util::rt::TokioIo;

/// What `axum::serve` takes.
struct InMemory(Listener);
impl axum::serve::Listener for InMemory {
    type Io = DuplexStream;
    type Addr = Address;
    async fn accept(&mut self) -> (DuplexStream, Address) {
        match self.0.accept().await {
            Ok(accepted) => accepted,
            // No client can connect any more.
            Err(_) => pending().await,
        }
    }
    fn local_addr(&self) -> io::Result<Address> {
        self.0.local_addr()
    }
}

/// Only a handler that wants the address of its client needs this.
#[derive(Clone)]
struct Client(Address);
impl Connected<IncomingStream<'_, InMemory>> for Client {
    fn connect_info(stream: IncomingStream<'_, InMemory>) -> Self {
        Self(stream.remote_addr().clone())
    }
}

/// The service under test.
async fn greet(ConnectInfo(Client(address)): ConnectInfo<Client>, name: Path<String>) -> String {
    format!("Hello, {} at {address}!", *name)
}

/// Requests `path` over a connection of its own.
async fn ask(stream: DuplexStream, path: &str) -> Result<(StatusCode, String), Box<dyn Error>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path).header("host", "memory");
    let response = sender.send_request(request.body(Empty::<Bytes>::new())?);
    let (head, body) = response.await?.into_parts();
    let text = String::from_utf8(body.collect().await?.to_bytes().into())?;
    println!("GET {path}: {} {text}", head.status);
    Ok((head.status, text))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (listener, connector) = listen(65536, 16);
    let app = Router::new()
        .route("/hello/{name}", get(greet))
        .into_make_service_with_connect_info::<Client>();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(InMemory(listener), app)
        .with_graceful_shutdown(async { stopped.await.unwrap_or_default() });
    let server = tokio::spawn(async { server.await });

    let stream = connector.connect().await?;
    let hello = (StatusCode::OK, "Hello, ann at memory:1!".to_owned());
    assert_eq!(ask(stream, "/hello/ann").await?, hello);
    let alice = connector.clone().with_address("alice");
    let (_, text) = ask(alice.connect().await?, "/hello/bob").await?;
    assert_eq!(text, "Hello, bob at alice!");
    let (status, _) = ask(connector.connect().await?, "/nowhere").await?;
    assert_eq!(status, StatusCode::NOT_FOUND);

    // The service ends when it is told to, and the listener refuses clients then.
    drop(stop);
    server.await??;
    let refused = connector.connect().await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    println!("after the shutdown: {refused}");
    Ok(())
}
