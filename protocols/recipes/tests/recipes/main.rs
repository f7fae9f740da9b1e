//! Servers and their clients in one process, without a network. Each file is a recipe: what it
//! needs besides `async_duplex` is short enough to copy. The documentation of
//! `async_duplex::listener` shows parts of them.
//!
//! In a program of its own, `#[tokio::test]` takes the place of `run`, which adds a deadline.

#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)] // As programs mostly do.

#[path = "../../../../tests/support/deadline.rs"]
mod deadline;
#[allow(dead_code)] // One of its runtimes is enough.
#[path = "../../../../tests/support/tokio_runtimes.rs"]
mod tokio_runtimes;

mod axum_serve;
mod documented;
mod hyper_http;
mod pooled_client;
mod tls;
mod tonic_grpc;
mod websocket;

use tokio_runtimes::run;
