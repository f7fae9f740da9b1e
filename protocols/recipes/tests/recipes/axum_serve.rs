//! HTTP by axum: `axum::serve` on a listener in memory.

use std::future::pending;
use std::io;

use async_duplex::listener::{listen, Address, Listener};
use async_duplex::DuplexStream;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::routing::get;
use axum::serve::IncomingStream;
use axum::Router;
use futures::channel::oneshot;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::Request;
use hyper_util::rt::TokioIo;

use crate::run;

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

/// Requests `path` over a connection of its own, and returns the body of the response.
async fn ask(stream: DuplexStream, path: &str) -> String {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(path).header("host", "memory");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.into()).unwrap()
}

#[test]
fn axum_serves_requests_until_it_is_shut_down() {
    run(async {
        let (listener, connector) = listen(65536, 16);
        let app = Router::new().route("/", get(|| async { "Hello, World!" }));
        let (stop, stopped) = oneshot::channel::<()>();
        let server = axum::serve(InMemory(listener), app)
            .with_graceful_shutdown(async { stopped.await.unwrap() });
        let server = tokio::spawn(async { server.await });

        for _ in 0..3 {
            let stream = connector.connect().await.unwrap();
            assert_eq!(ask(stream, "/").await, "Hello, World!");
        }
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
        let refused = connector.connect().await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    });
}

#[test]
fn axum_tells_a_handler_the_address_of_its_client() {
    run(async {
        let (listener, connector) = listen(65536, 16);
        let greet = |ConnectInfo(Client(address))| async move { format!("Hello, {address}!") };
        let app = Router::new()
            .route("/", get(greet))
            .into_make_service_with_connect_info::<Client>();
        let server = axum::serve(InMemory(listener), app);
        assert_eq!(server.local_addr().unwrap().to_string(), "memory:0");
        tokio::spawn(async { server.await });

        let stream = connector.connect().await.unwrap();
        assert_eq!(ask(stream, "/").await, "Hello, memory:1!");
        let alice = connector.clone().with_address("alice");
        let stream = alice.connect().await.unwrap();
        assert_eq!(ask(stream, "/").await, "Hello, alice!");
    });
}
