//! What `std::io::Error` is to this crate where there is no `std`.

use alloc::boxed::Box;
use core::fmt;

/// The result of an operation that can fail with an [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

/// An error of a stream: its kind, and for some a message.
///
/// With the `std` feature, this name is `std::io::Error`.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: Option<Box<str>>,
}

impl Error {
    /// An error of `kind` that says `message`.
    pub fn new(kind: ErrorKind, message: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            message: Some(message.into()),
        }
    }

    /// What kind of error it is.
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

/// What kind of [`Error`] it is: the kinds of `std::io::ErrorKind` that have to do with streams.
///
/// With the `std` feature, this name is `std::io::ErrorKind`.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The other half is closed or gone, or this one has been closed.
    BrokenPipe,
    /// The connection was given up by this end.
    ConnectionAborted,
    /// Nobody accepts the connection.
    ConnectionRefused,
    /// The connection was given up by the other end.
    ConnectionReset,
    /// The operation was interrupted, and can be tried again.
    Interrupted,
    /// What was read makes no sense.
    InvalidData,
    /// An argument makes no sense.
    InvalidInput,
    /// There is no connection.
    NotConnected,
    /// Anything else.
    Other,
    /// There is not so much memory.
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
    /// A write of some bytes took none of them.
    WriteZero,
}

impl ErrorKind {
    /// All kinds, each at the index that is its number.
    pub(crate) const ALL: [Self; 16] = [
        Self::BrokenPipe,
        Self::ConnectionAborted,
        Self::ConnectionRefused,
        Self::ConnectionReset,
        Self::Interrupted,
        Self::InvalidData,
        Self::InvalidInput,
        Self::NotConnected,
        Self::Other,
        Self::OutOfMemory,
        Self::PermissionDenied,
        Self::TimedOut,
        Self::UnexpectedEof,
        Self::Unsupported,
        Self::WouldBlock,
        Self::WriteZero,
    ];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_at_its_number() {
        for (number, kind) in ErrorKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, number);
        }
    }
}
