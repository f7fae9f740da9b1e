//! Ending a stream from outside.

use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

use crate::duplex::DuplexStream;
use crate::error::{Error, Reason};
use crate::pipe::Handle;
use crate::reader::Reader;
use crate::writer::Writer;

/// Aborts a pipe or a stream from outside, while both ends are owned elsewhere.
///
/// A test can break a connection whose ends belong to a client and a server, and a supervisor can
/// end a transfer that it does not take part in. Made by [`Reader::abort_handle`],
/// [`Writer::abort_handle`] and [`DuplexStream::abort_handle`]. It can be cloned, sent to other
/// threads, and used at any time, also after both ends have been dropped: then it does nothing.
///
/// A handle keeps nothing open. It is a weak reference: the bytes of a pipe are freed with its
/// second half, and the rest, at most 400 bytes, with the last handle.
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
    /// Aborts the pipe, or both directions of the stream: from now on every read and write of every
    /// half fails with this error, and unread bytes are discarded.
    ///
    /// `is_closed` is `true` for every half, and `closed` resolves. All of this has taken effect
    /// when the call returns, also if another handle aborts at the same moment. Each task and each
    /// thread that waits for one of the halves is woken, by the handle that aborts first, even if
    /// the waker of another one panics.
    ///
    /// A direction that one of its halves has ended before is left as it is: a clean end stays one,
    /// and so does the first abort.
    ///
    /// Each later call returns the error's kind, message and source: see [rule
    /// B16](crate::contract#b16-an-abort-fails-the-peers-calls).
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    ///
    /// let (mut client, mut server) = async_duplex::duplex(64);
    /// let handle = client.abort_handle();
    /// handle.abort(Error::new(ErrorKind::ConnectionReset, "the connection broke"));
    ///
    /// let error = server.try_read(&mut [0; 8]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    /// assert_eq!(error.to_string(), "the connection broke");
    /// assert_eq!(client.try_write(b"x").unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// ```
    pub fn abort(&self, error: impl Into<Error>) {
        let reason = Reason::new(error.into());
        // Both directions are aborted before anything is woken.
        let other = self.other.as_ref();
        let _wake_other = other.and_then(|other| other.abort(reason.clone()));
        let _wake = self.pipe.abort(reason);
    }

    /// Returns whether a handle has aborted the pipe, or one of the directions of the stream.
    ///
    /// The answer is `false` again once both halves of the aborted direction have been dropped.
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
        self.pipe.has_aborted() || other.map_or(false, Handle::has_aborted)
    }
}

// The compiler does not infer these, because of the slots for wakers. A panicking waker leaves the
// flags consistent: they change in one step.
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

impl Reader {
    /// Makes a handle that can abort the pipe from outside: see [`AbortHandle`].
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut reader, _writer) = async_duplex::pipe(8);
    /// reader.abort_handle().abort(ErrorKind::ConnectionReset);
    /// assert_eq!(reader.try_read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle {
            pipe: self.endpoint.handle(),
            other: None,
        }
    }
}

impl Writer {
    /// Makes a handle that can abort the pipe from outside: see [`AbortHandle`].
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (_reader, mut writer) = async_duplex::pipe(8);
    /// writer.abort_handle().abort(ErrorKind::ConnectionReset);
    /// assert_eq!(writer.try_write(b"a").unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle {
            pipe: self.endpoint.handle(),
            other: None,
        }
    }
}

impl DuplexStream {
    /// Makes a handle that can abort both directions from outside, for both streams: see
    /// [`AbortHandle`].
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut client, mut server) = async_duplex::duplex(64);
    /// client.abort_handle().abort(ErrorKind::ConnectionReset);
    /// for stream in [&mut client, &mut server] {
    ///     assert_eq!(stream.try_read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    ///     assert_eq!(stream.try_write(&[0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// }
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle {
            pipe: self.reader.endpoint.handle(),
            other: Some(self.writer.endpoint.handle()),
        }
    }
}
