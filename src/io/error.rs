//! What `std::io::Error` is to this crate where there is no `std`.

use core::fmt;

/// The result of an operation that can fail with an [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

/// An error of a stream, known by its kind alone.
///
/// With the `std` feature, this name is `std::io::Error`.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
}

impl Error {
    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

/// The kinds of [`Error`] that this crate returns, named as in `std::io::ErrorKind`.
///
/// With the `std` feature, this name is `std::io::ErrorKind`.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The other half is closed or gone, or this one has been closed.
    BrokenPipe,
    /// The operation would have to wait.
    WouldBlock,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BrokenPipe => "broken pipe",
            Self::WouldBlock => "operation would block",
        })
    }
}
