//! The error type of this crate, and one file for each family of I/O traits.
//!
//! With the `std` feature the names here are `std::io`'s own. Without it there is no such thing, so
//! that they stand for types of this crate that look the same.

#[cfg(not(feature = "std"))]
mod error;
#[cfg(feature = "std")]
mod futures;

#[cfg(not(feature = "std"))]
pub use error::{Error, ErrorKind, Result};
#[cfg(feature = "std")]
pub use std::io::{Error, ErrorKind, Result};
