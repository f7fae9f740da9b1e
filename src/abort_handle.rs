//! Ending a stream from outside.

use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

use crate::error::{Error, Reason};
use crate::pipe::{Handle, Wakers};

/// Aborts a pipe or a stream from outside, while both ends are owned elsewhere.
///
/// This cuts the cable of an in-memory connection: a test can break a connection whose ends belong
/// to a client and a server, and a supervisor can end a transfer that it does not take part in.
/// Made by [`Reader::abort_handle`], [`Writer::abort_handle`] and
/// [`DuplexStream::abort_handle`]. It can be cloned, sent to other threads, and used at any time,
/// also after both ends have been dropped: then it does nothing.
///
/// A handle keeps nothing open. It keeps about 700 bytes of a pipe's memory. The memory for the
/// capacity is freed with the second half.
///
/// [`Reader::abort_handle`]: crate::Reader::abort_handle
/// [`Writer::abort_handle`]: crate::Writer::abort_handle
/// [`DuplexStream::abort_handle`]: crate::DuplexStream::abort_handle
///
/// # Example
///
/// A blocking read is ended from another thread, as `shutdown` on a socket would.
///
/// ```
/// use std::io::{ErrorKind, Read};
/// use std::thread;
///
/// let (reader, writer) = async_duplex::pipe(64);
/// let handle = reader.abort_handle();
/// let mut reader = reader.blocking();
/// let reading = thread::spawn(move || reader.read(&mut [0; 8]));
///
/// handle.abort(ErrorKind::ConnectionReset);
/// let error = reading.join().unwrap().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::ConnectionReset);
/// assert!(writer.is_closed());
/// ```
#[derive(Clone)]
pub struct AbortHandle {
    /// One pipe, or the two of a stream.
    pipe: Handle,
    other: Option<Handle>,
}

impl AbortHandle {
    pub(crate) fn new(pipe: Handle, other: Option<Handle>) -> Self {
        Self { pipe, other }
    }

    /// Aborts the pipe, or both directions of the stream: from now on every read and write of every
    /// half fails with this error, and unread bytes are discarded.
    ///
    /// Each task and each thread that waits for one of the halves is woken, once. `is_closed` is
    /// `true` for every half, and `closed` resolves.
    ///
    /// A direction that one of its halves has ended before is left as it is: a clean end stays one,
    /// and so does the first abort.
    ///
    /// Each later call returns an error with the same kind, and with the same message and source if
    /// this error has them. An [`ErrorKind`](crate::io::ErrorKind) alone does not allocate.
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    ///
    /// let (mut client, mut server) = async_duplex::duplex(64);
    /// let cable = client.abort_handle();
    /// cable.abort(Error::new(ErrorKind::ConnectionReset, "the cable was cut"));
    ///
    /// let error = server.try_read(&mut [0; 8]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    /// assert_eq!(error.to_string(), "the cable was cut");
    /// assert_eq!(client.try_write(b"x").unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// ```
    ///
    /// # Panics
    ///
    /// If the error's kind is `Interrupted` or `WouldBlock`, because callers take these for "try
    /// again". The message names the kind.
    #[track_caller]
    pub fn abort(&self, error: impl Into<Error>) {
        let reason = Reason::new(error.into());
        // Both directions are cut before anything is woken: a waker may panic.
        let other = match &self.other {
            None => Default::default(),
            Some(other) => other.cut(reason.clone()),
        };
        let [a, b] = self.pipe.cut(reason);
        let [c, d] = other;
        Wakers::wake_all([a, b, c, d]);
    }

    /// Returns whether a handle has aborted the pipe, or one of the directions of the stream.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (reader, writer) = async_duplex::pipe(64);
    /// let (one, other) = (reader.abort_handle(), writer.abort_handle());
    /// assert!(!other.is_aborted());
    /// one.abort(ErrorKind::TimedOut);
    /// assert!(other.is_aborted());
    /// ```
    pub fn is_aborted(&self) -> bool {
        let other = self.other.as_ref();
        self.pipe.is_cut() || other.map_or(false, Handle::is_cut)
    }
}

// The compiler does not infer these, because of the cells for wakers. A panicking waker leaves the
// flags and the waiters consistent: each changes in one step.
impl UnwindSafe for AbortHandle {}
impl RefUnwindSafe for AbortHandle {}

/// Shows whether a handle has aborted the stream.
impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle")
            .field("is_aborted", &self.is_aborted())
            .finish()
    }
}
