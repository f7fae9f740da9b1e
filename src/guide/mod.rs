//! Pages that explain how to use the crate, and how it works.
//!
//! * [Choosing a capacity](capacity): what a capacity costs, and what a small one does.
//! * [Testing](testing): protocols, HTTP, gRPC and faults, with examples to copy.
//! * [Recipes](recipes): lines, several writers, a pipe into the next stream, an HTTP body that a
//!   task writes, and other questions.
//! * [How it works](how_it_works): the ring, the wakes, the spin, and how they are checked.
//! * [Migrating](migrating): from tokio's `duplex` and `simplex`, from `piper`, `async-ringbuf` and
//!   socket pairs.
//!
//! The [contract](crate::contract) states each rule that the crate keeps.
//!
//! # Examples
//!
//! The repository has these programs, each shorter than 100 lines except `transfer`:
//!
//! | `cargo run …` | what it does |
//! | --- | --- |
//! | `--release --example transfer` | sends a gigabyte, or a file, and compares checksums |
//! | `--example line_protocol` | a line protocol and its tests |
//! | `-p stream-check --example faults` | finds the bugs of a small protocol |
//! | `--features listener --example chat` | one chat server, in memory or over TCP |
//! | `--features tokio --example bridge` | smol at one end, tokio at the other |
//! | `--features tokio --example proxy` | copies both ways, with half-closes |
//! | `--release --example compress` | a thread compresses, a task reads; an error arrives |
//! | `--no-default-features --features embedded-io --example no_std` | a driver, without `std` |
//! | `-p recipes --example hello` | a request and its answer under tokio |
//! | `-p recipes --example http` | an axum service under test, without a port |
//! | `-p recipes --example grpc` | a tonic service under test, without a port |
//! | `-p recipes --example tls` | rustls over a stream |
//! | `-p recipes --example websocket` | tungstenite over a stream |

#[doc = include_str!("capacity.md")]
pub mod capacity {}

#[doc = include_str!("testing.md")]
// Compiled where axum and tonic are dependencies: see `documented.rs` in protocols/recipes.
#[cfg_attr(not(doctest), doc = include_str!("testing_servers.md"))]
pub mod testing {}

#[doc = include_str!("recipes.md")]
// Compiled where axum and hyper are dependencies: see `documented.rs` in protocols/recipes.
#[cfg_attr(not(doctest), doc = include_str!("http_body.md"))]
pub mod recipes {}

#[doc = include_str!("how_it_works.md")]
pub mod how_it_works {}

/// From tokio's `duplex` and `simplex`, `piper`, `async-ringbuf` and socket pairs.
// The compiler reads the file only for the documentation, because it is not part of `src`. Most of
// its examples use tokio.
#[cfg_attr(
    any(all(doc, not(doctest)), all(doctest, feature = "tokio")),
    doc = include_str!("../../MIGRATING.md")
)]
pub mod migrating {}
