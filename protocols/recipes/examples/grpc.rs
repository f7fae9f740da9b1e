//! A gRPC service by tonic under test, without a port: `serve_with_incoming` on a listener in
//! memory, and `connect_with_connector`.
//!
//! ```text
//! cargo run -p recipes --example grpc
//! ```
//!
//! The service is tonic's own health check, which has a unary call and one that streams responses.

#![allow(clippy::std_instead_of_core)] // As programs mostly do.

use async_duplex::listener::{listen, Connector};
use async_duplex::DuplexStream;
use futures::TryStreamExt;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::transport::server::Connected;
use tonic::transport::{Channel, Endpoint, Server, Uri};
use tonic::Code;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::server::health_reporter;
use tonic_health::ServingStatus;
use tower::service_fn;

/// A server of tonic takes streams that are `Connected`. Only tonic can implement that trait for
/// `DuplexStream`, but this program can implement it for a trait object of its own trait.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}
impl Connection for DuplexStream {}
impl Connected for Box<dyn Connection> {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

/// Connects a client of tonic to a listener, again after each disconnect.
pub(crate) async fn connect(connector: Connector) -> Result<Channel, tonic::transport::Error> {
    let connect = service_fn(move |_: Uri| {
        let connector = connector.clone();
        async move { connector.connect().await.map(TokioIo::new) }
    });
    Endpoint::from_static("http://memory")
        .connect_with_connector(connect)
        .await
}

pub(crate) fn health_of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.to_owned(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (listener, connector) = listen(65536, 16);
    let (reporter, service) = health_reporter();
    let incoming = listener
        .into_incoming()
        .map_ok(|stream| Box::new(stream) as Box<dyn Connection>);
    let server = Server::builder().add_service(service);
    let server = tokio::spawn(server.serve_with_incoming(incoming));

    let mut client = HealthClient::new(connect(connector).await?);
    // Unary: an answer and an error.
    let answer = client.check(health_of("")).await?.into_inner();
    println!("check: {}", answer.status().as_str_name());
    assert_eq!(answer.status().as_str_name(), "SERVING");
    let error = client.check(health_of("unknown")).await.unwrap_err();
    println!("check of an unknown service: {}", error.code());
    assert_eq!(error.code(), Code::NotFound);

    // Streaming: an answer for each change.
    let answers = client.watch(health_of("")).await?.into_inner();
    let mut answers = answers.map_ok(|answer| answer.status().as_str_name());
    assert_eq!(answers.try_next().await?, Some("SERVING"));
    for (status, name) in [
        (ServingStatus::NotServing, "NOT_SERVING"),
        (ServingStatus::Serving, "SERVING"),
    ] {
        reporter.set_service_status("", status).await;
        let answer = answers.try_next().await?;
        println!("watch: {}", answer.unwrap_or("the end"));
        assert_eq!(answer, Some(name));
    }

    // The server ends when the last connector and all connections are gone.
    drop((answers, client));
    server.await??;
    println!("the server has ended");
    Ok(())
}
