//! The client of hyper-util, which keeps connections in a pool, with a connector in memory.

use std::convert::Infallible;
use std::io;

use async_duplex::listener::listen;
use async_duplex::DuplexStream;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::Uri;
use hyper::{Request, Response};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::run;

/// The client takes streams that are a `Connection`. Only hyper-util can implement that trait for
/// `DuplexStream`, but this program can implement it for a trait object of its own trait.
trait MemoryStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl MemoryStream for DuplexStream {}
impl Connection for Box<dyn MemoryStream> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

#[test]
fn hyper_util_pools_connections() {
    run(async {
        let (listener, connector) = listen(65536, 16);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = service_fn(|_: Request<Incoming>| async {
                    Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("hello")))
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });

        let connect = tower::service_fn(move |_: Uri| {
            let connector = connector.clone();
            Box::pin(async move {
                let stream: Box<dyn MemoryStream> = Box::new(connector.connect().await?);
                io::Result::Ok(TokioIo::new(stream))
            })
        });
        let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connect);
        for _ in 0..3 {
            let response = client.get(Uri::from_static("http://memory/")).await;
            let body = response.unwrap().into_body().collect().await;
            assert_eq!(body.unwrap().to_bytes(), "hello");
        }
        // The pool and the connector go with the client.
        drop(client);
        server.await.unwrap();
    });
}
