//! Our own error as one of `embedded-io`. With `std`, `embedded-io` itself does this for
//! `std::io::Error`.

// As in `embedded.rs`: the `rust-version` that counts here is the one of `embedded-io-async`.
#![allow(clippy::incompatible_msrv)]

use embedded_io_async::ErrorKind as Theirs;

use crate::error::{Error, ErrorKind};

// Not in `error.rs`, because this trait is younger than what the rest of the crate needs.
impl core::error::Error for Error {}

impl embedded_io_async::Error for Error {
    fn kind(&self) -> Theirs {
        match self.kind() {
            ErrorKind::BrokenPipe => Theirs::BrokenPipe,
            ErrorKind::ConnectionAborted => Theirs::ConnectionAborted,
            ErrorKind::ConnectionRefused => Theirs::ConnectionRefused,
            ErrorKind::ConnectionReset => Theirs::ConnectionReset,
            ErrorKind::Interrupted => Theirs::Interrupted,
            ErrorKind::InvalidData => Theirs::InvalidData,
            ErrorKind::InvalidInput => Theirs::InvalidInput,
            ErrorKind::NotConnected => Theirs::NotConnected,
            ErrorKind::OutOfMemory => Theirs::OutOfMemory,
            ErrorKind::PermissionDenied => Theirs::PermissionDenied,
            ErrorKind::TimedOut => Theirs::TimedOut,
            ErrorKind::Unsupported => Theirs::Unsupported,
            ErrorKind::WriteZero => Theirs::WriteZero,
            // They have no such kinds.
            ErrorKind::Other | ErrorKind::UnexpectedEof | ErrorKind::WouldBlock => Theirs::Other,
        }
    }
}
