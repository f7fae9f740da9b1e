//! gRPC by tonic: `serve_with_incoming` and `connect_with_connector`.
//!
//! The service is tonic's own health check. It has a unary call and a streaming one.

use std::io;

use async_duplex::listener::{listen, Connector};
use async_duplex::{duplex, DuplexStream};
use futures::{stream, TryStreamExt};
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

use crate::run;

/// A server of tonic takes streams that are `Connected`. Only tonic can implement that trait for
/// `DuplexStream`, but this program can implement it for a trait object of its own trait.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}
impl Connection for DuplexStream {}
impl Connected for Box<dyn Connection> {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

/// Connects a client of tonic to a listener, again after each disconnect.
async fn connect(connector: Connector) -> Result<Channel, tonic::transport::Error> {
    let connect = service_fn(move |_: Uri| {
        let connector = connector.clone();
        async move { connector.connect().await.map(TokioIo::new) }
    });
    Endpoint::from_static("http://memory")
        .connect_with_connector(connect)
        .await
}

fn health_of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.to_owned(),
    }
}

#[test]
fn tonic_serves_unary_and_streaming_calls() {
    run(async {
        let (listener, connector) = listen(65536, 16);
        let (reporter, service) = health_reporter();
        let incoming = listener
            .into_incoming()
            .map_ok(|stream| Box::new(stream) as Box<dyn Connection>);
        let server = Server::builder().add_service(service);
        let server = tokio::spawn(server.serve_with_incoming(incoming));

        let mut client = HealthClient::new(connect(connector).await.unwrap());
        // Unary: an answer and an error.
        let answer = client.check(health_of("")).await.unwrap().into_inner();
        assert_eq!(answer.status().as_str_name(), "SERVING");
        let error = client.check(health_of("unknown")).await.unwrap_err();
        assert_eq!(error.code(), Code::NotFound);

        // Streaming: an answer for each change.
        let answers = client.watch(health_of("")).await.unwrap().into_inner();
        let mut answers = answers.map_ok(|answer| answer.status().as_str_name());
        assert_eq!(answers.try_next().await.unwrap(), Some("SERVING"));
        for (status, name) in [
            (ServingStatus::NotServing, "NOT_SERVING"),
            (ServingStatus::Serving, "SERVING"),
        ] {
            reporter.set_service_status("", status).await;
            assert_eq!(answers.try_next().await.unwrap(), Some(name));
        }

        // The server ends when the last connector and all connections are gone.
        drop((answers, client));
        server.await.unwrap().unwrap();
    });
}

/// tonic's example `mock`, which has one connection and no listener.
#[test]
fn tonic_serves_one_stream_of_a_duplex() {
    run(async {
        let (client, server) = duplex(65536);
        let (_reporter, service) = health_reporter();
        let server: Box<dyn Connection> = Box::new(server);
        let incoming = stream::iter([io::Result::Ok(server)]);
        let server = Server::builder().add_service(service);
        let server = tokio::spawn(server.serve_with_incoming(incoming));

        let mut client = Some(client);
        let connect = service_fn(move |_: Uri| {
            let client = client.take().ok_or(io::ErrorKind::ConnectionRefused);
            async move { io::Result::Ok(TokioIo::new(client?)) }
        });
        let endpoint = Endpoint::from_static("http://memory");
        let channel = endpoint.connect_with_connector(connect).await.unwrap();
        let mut client = HealthClient::new(channel);
        let answer = client.check(health_of("")).await.unwrap().into_inner();
        assert_eq!(answer.status().as_str_name(), "SERVING");
        drop(client);
        server.await.unwrap().unwrap();
    });
}
