//! HTTP/1 and HTTP/2 by hyper: the usual loop of accepts, and one client of each version.

use std::convert::Infallible;

use async_duplex::listener::{listen, Listener};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;

use crate::run;

/// Serves both versions, until the listener is closed or the connectors are dropped.
async fn serve(listener: Listener) {
    while let Ok((stream, address)) = listener.accept().await {
        let service = service_fn(move |request: Request<Incoming>| {
            let text = format!("{address} asks for {}", request.uri().path());
            async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(text))) }
        });
        tokio::spawn(async move {
            auto::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .await
        });
    }
}

fn request(uri: &str) -> Request<Empty<Bytes>> {
    let request = Request::get(uri).header("host", "memory");
    request.body(Empty::new()).unwrap()
}

async fn text_of(response: Response<Incoming>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.into()).unwrap()
}

#[test]
fn hyper_serves_http1_and_http2() {
    run(async {
        let (listener, connector) = listen(65536, 16);
        let server = tokio::spawn(serve(listener));

        let stream = TokioIo::new(connector.connect().await.unwrap());
        let (mut sender, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let response = sender.send_request(request("/one")).await.unwrap();
        assert_eq!(response.version(), Version::HTTP_11);
        assert_eq!(text_of(response).await, "memory:1 asks for /one");

        let stream = TokioIo::new(connector.connect().await.unwrap());
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream)
            .await
            .unwrap();
        tokio::spawn(connection);
        let response = sender.send_request(request("http://memory/two")).await;
        let response = response.unwrap();
        assert_eq!(response.version(), Version::HTTP_2);
        assert_eq!(text_of(response).await, "memory:2 asks for /two");

        drop(connector);
        server.await.unwrap();
    });
}
