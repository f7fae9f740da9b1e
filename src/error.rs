//! The errors of the crate, and what becomes of a [`Stop`].
//!
//! With the `std` feature, `Error`, `ErrorKind` and `Result` are `std::io`'s own. Without it they
//! are types of this crate with the same names and the same methods, as far as streams need them.

use alloc::format;

#[cfg(not(feature = "std"))]
pub use no_std::{Error, ErrorKind, Result};
#[cfg(feature = "std")]
pub use std::io::{Error, ErrorKind, Result};

/// Why a half can move no byte.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Not now, but after the peer has made progress.
    WouldBlock,
    /// Never again: the stream has ended.
    Closed,
    /// Never again: the peer has aborted the stream.
    Aborted(ErrorKind),
    /// Not now: the allocator has refused memory.
    OutOfMemory,
}

impl Stop {
    /// What it is to a caller, in a pipe of `capacity` bytes.
    #[cold]
    #[inline(never)]
    pub(crate) fn into_error(self, capacity: usize) -> Error {
        match self {
            Self::WouldBlock => ErrorKind::WouldBlock.into(),
            Self::Closed => ErrorKind::BrokenPipe.into(),
            Self::Aborted(kind) => kind.into(),
            Self::OutOfMemory => out_of_memory(capacity),
        }
    }
}

/// The allocator has refused the memory of a pipe.
pub(crate) fn out_of_memory(capacity: usize) -> Error {
    let message = format!("cannot allocate a pipe with a capacity of {capacity} bytes");
    Error::new(ErrorKind::OutOfMemory, message)
}

/// Refuses to wait for more bytes than a pipe can hold.
pub(crate) fn check_min(min: usize, capacity: usize) -> Result<()> {
    if min <= capacity {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        format!("cannot wait for {min} bytes in a pipe with a capacity of {capacity} bytes"),
    ))
}

/// Panics if an abort with this kind would be mistaken for "try again".
#[track_caller]
pub(crate) fn assert_final(kind: ErrorKind) {
    assert!(
        !matches!(kind, ErrorKind::Interrupted | ErrorKind::WouldBlock),
        "cannot abort with {kind:?}: it means that the operation should be tried again"
    );
}

/// What `std::io` has, for a crate without `std`.
#[cfg(not(feature = "std"))]
mod no_std {
    use alloc::boxed::Box;
    use core::fmt;

    /// The result of an operation that can fail with an [`Error`].
    pub type Result<T> = core::result::Result<T, Error>;

    /// An error of a stream: its kind and, where there is one, a message.
    ///
    /// With the `std` feature, this name is `std::io::Error`.
    #[derive(Debug)]
    pub struct Error {
        kind: ErrorKind,
        message: Option<Box<str>>,
    }

    impl Error {
        /// An error of `kind` with a message.
        pub fn new(kind: ErrorKind, message: impl Into<Box<str>>) -> Self {
            Self {
                kind,
                message: Some(message.into()),
            }
        }

        /// The kind of the error.
        pub fn kind(&self) -> ErrorKind {
            self.kind
        }
    }

    impl From<ErrorKind> for Error {
        fn from(kind: ErrorKind) -> Self {
            Self {
                kind,
                message: None,
            }
        }
    }

    impl fmt::Display for Error {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match &self.message {
                Some(message) => f.write_str(message),
                None => self.kind.fmt(f),
            }
        }
    }

    /// The kind of an [`Error`]: those kinds of `std::io::ErrorKind` that concern streams.
    ///
    /// With the `std` feature, this name is `std::io::ErrorKind`.
    #[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum ErrorKind {
        /// The other half is closed or gone, or this one has been closed.
        BrokenPipe,
        /// This end aborted the connection.
        ConnectionAborted,
        /// No listener accepts the connection.
        ConnectionRefused,
        /// The other end aborted the connection.
        ConnectionReset,
        /// The operation was interrupted and can be tried again.
        Interrupted,
        /// The data is malformed.
        InvalidData,
        /// An argument is invalid.
        InvalidInput,
        /// There is no connection.
        NotConnected,
        /// Anything else.
        Other,
        /// The allocator has refused the memory.
        OutOfMemory,
        /// The operation is not allowed.
        PermissionDenied,
        /// The operation took too long.
        TimedOut,
        /// The stream ended too early.
        UnexpectedEof,
        /// The operation is not supported.
        Unsupported,
        /// The operation would have to wait.
        WouldBlock,
        /// A write of one byte or more wrote none.
        WriteZero,
    }

    impl fmt::Display for ErrorKind {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(match self {
                Self::BrokenPipe => "broken pipe",
                Self::ConnectionAborted => "connection aborted",
                Self::ConnectionRefused => "connection refused",
                Self::ConnectionReset => "connection reset",
                Self::Interrupted => "operation interrupted",
                Self::InvalidData => "invalid data",
                Self::InvalidInput => "invalid input parameter",
                Self::NotConnected => "not connected",
                Self::Other => "other error",
                Self::OutOfMemory => "out of memory",
                Self::PermissionDenied => "permission denied",
                Self::TimedOut => "timed out",
                Self::UnexpectedEof => "unexpected end of file",
                Self::Unsupported => "unsupported",
                Self::WouldBlock => "operation would block",
                Self::WriteZero => "write zero",
            })
        }
    }
}
