//! The memory that a pipe asks for, touches and frees: B2, B19, B21 and B26. The allocator of these
//! tests counts, refuses, and fills what it grants with a pattern.

#![cfg(not(any(loom, shuttle)))]
#![cfg(all(feature = "tokio", feature = "embedded-io"))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

mod allocator;
mod errors;
mod freed;
mod growth;
mod initialised;
mod refused;
#[path = "../support/mod.rs"]
mod support;

fn drop_both<R, W>(reader: R, writer: W, writer_first: bool) {
    if writer_first {
        drop(writer);
        drop(reader);
    } else {
        drop(reader);
        drop(writer);
    }
}
