//! Errors, blocking streams, and the traits of each family of I/O traits: one file each.

#[cfg(feature = "std")]
mod blocking;
#[cfg(feature = "embedded-io")]
mod embedded;
#[cfg(all(feature = "embedded-io", not(feature = "std")))]
mod embedded_error;
#[cfg(feature = "std")]
mod futures;
#[cfg(feature = "tokio")]
mod tokio;

#[cfg(feature = "std")]
pub use blocking::Blocking;

pub use crate::error::{Error, ErrorKind, Result};
