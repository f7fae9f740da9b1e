//! Servers and their clients in one process, without a network. They are beside the examples of
//! this package, which show axum, gRPC, TLS and a WebSocket.
//!
//! In a program of its own, `#[tokio::test]` takes the place of `run`, which adds a deadline.

#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)] // As programs mostly do.

#[allow(dead_code)] // The tests have an entry point of their own.
#[path = "../../examples/grpc.rs"]
mod grpc;

#[path = "../../../../tests/support/deadline.rs"]
mod deadline;
#[allow(dead_code)] // One of its runtimes is enough.
#[path = "../../../../tests/support/tokio_runtimes.rs"]
mod tokio_runtimes;

mod documented;
mod http_body;
mod hyper_http;
mod pooled_client;
mod tonic_grpc;

use tokio_runtimes::run;
