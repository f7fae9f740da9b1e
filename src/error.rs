//! The errors of the crate, and the [`Reason`] of an end.
//!
//! With the `std` feature, `Error`, `ErrorKind` and `Result` are `std::io`'s own. Without it they
//! are types of this crate with the same names and the same methods, as far as streams need them.

use alloc::format;
use alloc::string::ToString;
#[cfg(not(feature = "portable-atomic"))]
use alloc::sync::Arc;
use core::fmt;
#[cfg(feature = "portable-atomic")]
use portable_atomic_util::Arc;

#[cfg(not(feature = "std"))]
pub use no_std::{Error, ErrorKind, Result};
#[cfg(feature = "std")]
pub use std::io::{Error, ErrorKind, Result};

#[cfg(not(feature = "std"))]
use core::error::Error as StdError;
#[cfg(feature = "std")]
use std::error::Error as StdError;

/// Why a half can move no byte.
///
/// As large as the number of bytes in whose place it is returned, so that `Poll<Result<usize,
/// Stop>>` is returned in two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Stop {
    /// Not now, but after the peer has made progress.
    WouldBlock,
    /// Never again: the stream has ended.
    Closed,
    /// Never again: the stream has ended with an error, whose reason the pipe knows.
    Failed,
    /// Not now: the allocator has refused memory.
    OutOfMemory,
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

/// Why a stream has ended: an error that every later call returns again.
#[derive(Clone)]
pub(crate) enum Reason {
    Kind(ErrorKind),
    #[cfg(feature = "std")]
    Os(i32),
    Custom(ErrorKind, Arc<Error>),
}

impl Reason {
    pub(crate) fn new(error: Error) -> Self {
        let kind = match error.kind() {
            // What a socket reports as `WouldBlock` after its timeout.
            ErrorKind::WouldBlock => ErrorKind::TimedOut,
            ErrorKind::Interrupted => ErrorKind::Other,
            kind => kind,
        };
        if kind == error.kind() {
            #[cfg(feature = "std")]
            if let Some(code) = error.raw_os_error() {
                return Self::Os(code);
            }
            // An error of the standard library may have a message of its own and yet no payload.
            if error.get_ref().is_none() && error.to_string() == Error::from(kind).to_string() {
                return Self::Kind(kind);
            }
        }
        Self::Custom(kind, Arc::new(error))
    }

    /// Whether callers take an error of this kind for "try again".
    pub(crate) fn means_try_again(kind: ErrorKind) -> bool {
        matches!(kind, ErrorKind::Interrupted | ErrorKind::WouldBlock)
    }

    /// The error, for one call.
    #[cold]
    pub(crate) fn to_error(&self) -> Error {
        match self {
            Self::Kind(kind) => (*kind).into(),
            #[cfg(feature = "std")]
            Self::Os(code) => Error::from_raw_os_error(*code),
            Self::Custom(kind, error) => Error::new(*kind, Repeated(error.clone())),
        }
    }
}

/// A further copy of the caller's error, with the same message. The caller's own error is its
/// source.
struct Repeated(Arc<Error>);

impl fmt::Debug for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for Repeated {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .get_ref()
            .map(|error| error as &(dyn StdError + 'static))
    }
}

/// What `std::io` has, for a crate without `std`.
#[cfg(not(feature = "std"))]
mod no_std {
    use alloc::boxed::Box;
    use core::error::Error as StdError;
    use core::fmt;

    /// The result of an operation that can fail with an [`Error`].
    pub type Result<T> = core::result::Result<T, Error>;

    /// An error of a stream: its kind and, where there is one, what it carries.
    ///
    /// With the `std` feature, this name is `std::io::Error`, which has the methods of this type
    /// with the same signatures.
    ///
    /// ```
    /// use async_duplex::io::{Error, ErrorKind};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.abort(Error::new(ErrorKind::InvalidData, "checksum mismatch"));
    /// let error = reader.try_read(&mut [0; 8]).unwrap_err();
    /// assert_eq!(error.to_string(), "checksum mismatch");
    /// ```
    #[derive(Debug)]
    pub struct Error {
        kind: ErrorKind,
        error: Option<Box<dyn StdError + Send + Sync>>,
    }

    impl Error {
        /// Makes an error of `kind` that carries another one, or a message.
        ///
        /// ```
        /// use async_duplex::io::{Error, ErrorKind};
        ///
        /// let error = Error::new(ErrorKind::InvalidData, "checksum mismatch");
        /// assert_eq!(error.to_string(), "checksum mismatch");
        /// ```
        pub fn new<E>(kind: ErrorKind, error: E) -> Self
        where
            E: Into<Box<dyn StdError + Send + Sync>>,
        {
            Self {
                kind,
                error: Some(error.into()),
            }
        }

        /// Makes an error of the kind [`Other`](ErrorKind::Other).
        ///
        /// ```
        /// use async_duplex::io::{Error, ErrorKind};
        ///
        /// assert_eq!(Error::other("no idea").kind(), ErrorKind::Other);
        /// ```
        pub fn other<E>(error: E) -> Self
        where
            E: Into<Box<dyn StdError + Send + Sync>>,
        {
            Self::new(ErrorKind::Other, error)
        }

        /// Returns the kind of the error.
        ///
        /// ```
        /// use async_duplex::io::{Error, ErrorKind};
        ///
        /// assert_eq!(Error::from(ErrorKind::TimedOut).kind(), ErrorKind::TimedOut);
        /// ```
        pub fn kind(&self) -> ErrorKind {
            self.kind
        }

        /// Returns the error that was passed to [`new`](Self::new).
        ///
        /// ```
        /// use async_duplex::io::{Error, ErrorKind};
        ///
        /// let error = Error::new(ErrorKind::InvalidData, "checksum mismatch");
        /// assert_eq!(error.get_ref().unwrap().to_string(), "checksum mismatch");
        /// assert!(Error::from(ErrorKind::InvalidData).get_ref().is_none());
        /// ```
        pub fn get_ref(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
            self.error.as_deref()
        }

        /// Returns the error that was passed to [`new`](Self::new).
        ///
        /// ```
        /// use async_duplex::io::{Error, ErrorKind};
        ///
        /// let error = Error::new(ErrorKind::InvalidData, "checksum mismatch");
        /// assert_eq!(error.into_inner().unwrap().to_string(), "checksum mismatch");
        /// ```
        pub fn into_inner(self) -> Option<Box<dyn StdError + Send + Sync>> {
            self.error
        }
    }

    impl StdError for Error {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.error.as_ref()?.source()
        }
    }

    impl From<ErrorKind> for Error {
        fn from(kind: ErrorKind) -> Self {
            Self { kind, error: None }
        }
    }

    impl fmt::Display for Error {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match &self.error {
                Some(error) => error.fmt(f),
                None => self.kind.fmt(f),
            }
        }
    }

    /// The kind of an [`Error`]: those kinds of `std::io::ErrorKind` that concern streams.
    ///
    /// With the `std` feature, this name is `std::io::ErrorKind`.
    ///
    /// ```
    /// use async_duplex::io::ErrorKind;
    ///
    /// let (mut reader, _writer) = async_duplex::pipe(8);
    /// let error = reader.try_read(&mut [0; 8]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::WouldBlock);
    /// ```
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
