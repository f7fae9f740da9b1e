//! No inherent method shadows a method of the ecosystem's traits with another meaning.
//!
//! An inherent method takes precedence over the methods of imported traits. Each family of traits
//! has a module here that imports them and calls their methods on the public types, with the
//! spelling of a user. The calls that several families spell alike are in `calls` and `adapters`,
//! which these modules include. What they spell differently is a function of the module.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::duplicate_mod)] // The same calls are compiled with the traits of each family.

#[cfg(feature = "embedded-io")]
mod with_embedded_io;
mod with_futures;
mod with_futures_lite;
mod with_std;
#[cfg(feature = "tokio")]
mod with_tokio;
