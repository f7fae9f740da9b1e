//! Errors, and streams that block a thread.
//!
//! With the feature `std`, the errors are those of `std::io`, and `blocking` gives a half or a
//! stream the traits of `std::io`. Without it they are types of this crate with the same names.
//!
//! ```
//! use async_duplex::io::ErrorKind;
//!
//! let (reader, mut writer) = async_duplex::pipe(64);
//! drop(reader);
//! let error: async_duplex::io::Error = writer.try_write(b"hello").unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::BrokenPipe);
//! ```

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
