//! No inherent method shadows a method of the ecosystem's traits with another meaning.
//!
//! A caller that imports the traits of a family, and then writes `stream.close().await?`, gets what
//! these words mean for any other stream. An inherent method takes precedence over the method of an
//! imported trait, so each family has a module here that imports its traits and calls every method
//! on the public types. What is spelled alike in three of the families is in `calls`, which each of
//! them includes.

#![cfg(all(feature = "std", not(loom)))]
#![allow(clippy::duplicate_mod)] // The same calls are compiled with the traits of each family.

#[cfg(feature = "embedded-io")]
mod with_embedded_io;
mod with_futures;
mod with_futures_lite;
mod with_std;
#[cfg(feature = "tokio")]
mod with_tokio;

use async_duplex::{Reader, Writer};

/// Asserts that a `split` returned the halves of this crate, of an empty stream of four bytes each
/// way. The `split` of an extension trait returns halves that share a lock, or a stream of fields.
fn assert_halves((mut reader, mut writer): (Reader, Writer)) {
    assert_eq!((reader.capacity(), writer.capacity()), (4, 4));
    assert!(reader.is_empty() && !reader.is_peer_of(&writer));
    writer.finish();
    assert!(writer.try_write(b"x").is_err());
    reader.close();
}
