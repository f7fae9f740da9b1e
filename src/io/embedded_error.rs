//! Makes the error that this crate has without `std` an error of `embedded-io`, which does this
//! itself for `std::io::Error`.

// As in `embedded.rs`: the `rust-version` that counts here is the one of `embedded-io-async`.
#![allow(clippy::incompatible_msrv)]

use embedded_io_async::ErrorKind as EmbeddedKind;

use crate::error::{Error, ErrorKind};

impl embedded_io_async::Error for Error {
    fn kind(&self) -> EmbeddedKind {
        match self.kind() {
            ErrorKind::BrokenPipe => EmbeddedKind::BrokenPipe,
            ErrorKind::ConnectionAborted => EmbeddedKind::ConnectionAborted,
            ErrorKind::ConnectionRefused => EmbeddedKind::ConnectionRefused,
            ErrorKind::ConnectionReset => EmbeddedKind::ConnectionReset,
            ErrorKind::Interrupted => EmbeddedKind::Interrupted,
            ErrorKind::InvalidData => EmbeddedKind::InvalidData,
            ErrorKind::InvalidInput => EmbeddedKind::InvalidInput,
            ErrorKind::NotConnected => EmbeddedKind::NotConnected,
            ErrorKind::OutOfMemory => EmbeddedKind::OutOfMemory,
            ErrorKind::PermissionDenied => EmbeddedKind::PermissionDenied,
            ErrorKind::TimedOut => EmbeddedKind::TimedOut,
            ErrorKind::Unsupported => EmbeddedKind::Unsupported,
            ErrorKind::WriteZero => EmbeddedKind::WriteZero,
            // `embedded-io` has no such kinds.
            ErrorKind::Other | ErrorKind::UnexpectedEof | ErrorKind::WouldBlock => {
                EmbeddedKind::Other
            }
        }
    }
}
