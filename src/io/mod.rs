//! The error type of this crate, and one file for each family of I/O traits, besides `vectored.rs`, which
//! several of them call.
//!
//! With the `std` feature the names here are `std::io`'s own. Without it there is no such thing, so
//! that they stand for types of this crate that look the same.

use alloc::format;

#[cfg(feature = "std")]
mod blocking;
#[cfg(feature = "embedded-io")]
mod embedded;
#[cfg(all(feature = "embedded-io", not(feature = "std")))]
mod embedded_error;
#[cfg(not(feature = "std"))]
mod error;
#[cfg(feature = "std")]
mod futures;
#[cfg(feature = "tokio")]
mod tokio;
#[cfg(feature = "std")]
mod vectored;

#[cfg(feature = "std")]
pub use blocking::Blocking;

#[cfg(not(feature = "std"))]
pub use error::{Error, ErrorKind, Result};
#[cfg(feature = "std")]
pub use std::io::{Error, ErrorKind, Result};

use crate::pipe::Stop;

impl From<Stop> for Error {
    #[cold]
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::WouldBlock => ErrorKind::WouldBlock,
            Stop::Closed => ErrorKind::BrokenPipe,
            Stop::Aborted(kind) => kind,
        }
        .into()
    }
}

/// Refuses to wait for more bytes than a pipe can hold.
pub(crate) fn at_most(capacity: usize, min: usize) -> Result<()> {
    if min <= capacity {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        format!("cannot wait for {min} bytes in a pipe with a capacity of {capacity} bytes"),
    ))
}
