//! The errors of the crate, and the [`Reason`] of an end.
//!
//! With the `std` feature, `Error`, `ErrorKind` and `Result` are `std::io`'s own. Without it they
//! are types of this crate with the same names and the same methods, as far as streams need them.

#[cfg(not(feature = "std"))]
use alloc::boxed::Box;
use alloc::format;
#[cfg(feature = "std")]
use alloc::sync::Arc;
#[cfg(feature = "std")]
use core::fmt;

#[cfg(not(feature = "std"))]
pub use no_std::{Error, ErrorKind, Result};
#[cfg(feature = "std")]
pub use std::io::{Error, ErrorKind, Result};

/// Why a half can move no byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Why a stream has ended: an error that every later call can return again.
#[derive(Clone)]
pub(crate) enum Reason {
    Kind(ErrorKind),
    #[cfg(feature = "std")]
    Os(i32),
    #[cfg(feature = "std")]
    Custom(Arc<Error>),
    #[cfg(not(feature = "std"))]
    Message(ErrorKind, Box<str>),
}

impl Reason {
    /// Panics if callers would take the error for "try again".
    #[track_caller]
    pub(crate) fn new(error: Error) -> Self {
        assert_final(error.kind());
        Self::of(error)
    }

    #[cfg(feature = "std")]
    fn of(error: Error) -> Self {
        if let Some(code) = error.raw_os_error() {
            Self::Os(code)
        } else if is_plain(&error) {
            Self::Kind(error.kind())
        } else {
            Self::Custom(Arc::new(error))
        }
    }

    #[cfg(not(feature = "std"))]
    fn of(error: Error) -> Self {
        let kind = error.kind();
        match error.into_message() {
            Some(message) => Self::Message(kind, message),
            None => Self::Kind(kind),
        }
    }

    /// The error, for one call.
    #[cold]
    pub(crate) fn to_error(&self) -> Error {
        match self {
            Self::Kind(kind) => (*kind).into(),
            #[cfg(feature = "std")]
            Self::Os(code) => Error::from_raw_os_error(*code),
            #[cfg(feature = "std")]
            Self::Custom(error) => Error::new(error.kind(), Told(error.clone())),
            #[cfg(not(feature = "std"))]
            Self::Message(kind, message) => Error::new(*kind, message.clone()),
        }
    }
}

/// Panics if an error of this kind would be mistaken for "try again".
#[track_caller]
pub(crate) fn assert_final(kind: ErrorKind) {
    assert!(
        !matches!(kind, ErrorKind::Interrupted | ErrorKind::WouldBlock),
        "cannot end a stream with {kind:?}: it means that the operation should be tried again"
    );
}

/// Whether the error is a kind and nothing else. An error of the standard library may have no
/// payload and yet a message of its own. Does not allocate.
#[cfg(feature = "std")]
fn is_plain(error: &Error) -> bool {
    let same_text = || Some(Text::of(error)? == Text::of(&error.kind().into())?);
    error.get_ref().is_none() && same_text() == Some(true)
}

/// A short text on the stack.
#[cfg(feature = "std")]
#[derive(PartialEq)]
struct Text {
    bytes: [u8; 64],
    len: usize,
}

#[cfg(feature = "std")]
impl Text {
    /// The message of an error, if it is short.
    fn of(error: &Error) -> Option<Self> {
        let mut text = Self {
            bytes: [0; 64],
            len: 0,
        };
        fmt::write(&mut text, format_args!("{error}")).ok()?;
        Some(text)
    }
}

#[cfg(feature = "std")]
impl fmt::Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.len + part.len();
        let place = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        place.copy_from_slice(part.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// An error of the user's that is told once more, with its message and its source.
#[cfg(feature = "std")]
struct Told(Arc<Error>);

#[cfg(feature = "std")]
impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(feature = "std")]
impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(feature = "std")]
impl std::error::Error for Told {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
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
        message: Option<Box<str>>,
    }

    impl Error {
        /// Makes an error of `kind` with a message.
        ///
        /// ```
        /// use async_duplex::io::{Error, ErrorKind};
        ///
        /// let error = Error::new(ErrorKind::InvalidData, "checksum mismatch");
        /// assert_eq!(error.to_string(), "checksum mismatch");
        /// ```
        pub fn new(kind: ErrorKind, message: impl Into<Box<str>>) -> Self {
            Self {
                kind,
                message: Some(message.into()),
            }
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

        pub(super) fn into_message(self) -> Option<Box<str>> {
            self.message
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
