//! Pages that explain how to use the crate, and how it works.
//!
//! * [Choosing a capacity](capacity): what a capacity costs, and what a small one does.
//! * [Testing](testing): protocols, HTTP, gRPC and faults, with examples to copy.
//! * [How it works](how_it_works): the ring, the wakes, the spin, and how they are checked.
//! * [Migrating](migrating): from tokio's `duplex` and `simplex`, from `piper`, `async-ringbuf` and
//!   socket pairs.
//!
//! The [contract](crate::contract) states each rule that the crate keeps.

#[doc = include_str!("capacity.md")]
pub mod capacity {}

#[doc = include_str!("testing.md")]
// Compiled where axum and tonic are dependencies: see `documented.rs` in protocols/recipes.
#[cfg_attr(not(doctest), doc = include_str!("testing_servers.md"))]
pub mod testing {}

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
