//! Errors, blocking streams, and the implementations of each family of I/O traits.

#[cfg(feature = "std")]
mod blocking;
#[cfg(feature = "embedded-io")]
mod embedded;
#[cfg(all(feature = "embedded-io", not(feature = "std")))]
mod embedded_error;
#[cfg(feature = "std")]
mod futures;
#[cfg(any(feature = "std", feature = "embedded-io"))]
mod halves;
#[cfg(feature = "tokio")]
mod tokio;

#[cfg(feature = "std")]
pub use blocking::Blocking;

pub use crate::error::{Error, ErrorKind, Result};
