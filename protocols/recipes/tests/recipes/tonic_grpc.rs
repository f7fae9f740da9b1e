//! gRPC by tonic, beyond the example `grpc`: calls that stream both ways, and a server of one
//! stream.
//!
//! The service that streams both ways is tonic's own reflection.

use std::io;

use async_duplex::duplex;
use async_duplex::listener::listen;
use futures::channel::mpsc;
use futures::{stream, TryStreamExt};
use hyper_util::rt::TokioIo;
use tonic::transport::{Endpoint, Server, Uri};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::server::health_reporter;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tower::service_fn;

use crate::grpc::{connect, health_of, Connection};
use crate::run;

#[test]
fn tonic_streams_requests_and_responses_at_the_same_time() {
    run(async {
        let (listener, connector) = listen(65536, 16);
        let service = tonic_reflection::server::Builder::configure()
            .build_v1()
            .unwrap();
        let incoming = listener
            .into_incoming()
            .map_ok(|stream| Box::new(stream) as Box<dyn Connection>);
        let server = Server::builder().add_service(service);
        let server = tokio::spawn(server.serve_with_incoming(incoming));

        let mut client = ServerReflectionClient::new(connect(connector).await.unwrap());
        let (questions, receiver) = mpsc::unbounded();
        let answers = client.server_reflection_info(receiver).await.unwrap();
        let mut answers = answers.into_inner().map_ok(|answer| answer.valid_host);
        for number in 0..100 {
            let question = ServerReflectionRequest {
                host: number.to_string(),
                message_request: Some(MessageRequest::ListServices(String::new())),
            };
            questions.unbounded_send(question).unwrap();
            let answer = answers.try_next().await.unwrap();
            assert_eq!(answer, Some(number.to_string()));
        }
        drop(questions);
        assert_eq!(answers.try_next().await.unwrap(), None);

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
