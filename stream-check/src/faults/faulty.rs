//! The wrapper around a stream.

use std::fmt;

use super::control::Control;
use super::held::Held;
use super::latency::Latency;

/// A stream whose calls can be short, late or fail, always as the traits allow.
///
/// Implements `futures-io`'s `AsyncRead`, `AsyncBufRead` and `AsyncWrite` where the inner stream
/// does, tokio's as well (feature `tokio`), and the `Read`, `BufRead` and `Write` of
/// `embedded-io-async` (feature `embedded-io`). [`new`](Self::new) changes nothing; each setting
/// adds one kind of misbehaviour. The [module](super) defines an operation, and describes what
/// happens after a fault has fired.
///
/// The inner stream must be `Unpin`, as most streams are. `Box::pin` makes any other stream
/// `Unpin`.
///
/// # Cancel safety
///
/// That of the inner stream. A call with an injected `Pending` or error, and one that a gate or a
/// rate makes wait, does not reach it, except for the prefix that
/// [`truncate_write`](Self::truncate_write) passes on. Bytes in flight, and bytes that are held
/// back until a flush, belong to the stream and not to a call: dropping a future loses none.
///
/// # Panics
///
/// * In the 10 000th operation that fails because of a fault or finds its end of the stream,
///   because the caller seems to ignore it.
/// * In `consume`, if its argument is larger than the number of bytes that `poll_fill_buf` has lent
///   and that are not consumed.
///
/// # Example
///
/// ```
/// use futures::{io::Cursor, AsyncReadExt, AsyncWriteExt};
/// use std::io::ErrorKind;
/// use stream_check::faults::Faulty;
///
/// # futures::executor::block_on(async {
/// let mut stream = Faulty::new(Cursor::new(b"hello, world".to_vec()))
///     .max_read(3)
///     .pending(42, 2)
///     .fail_at(3, ErrorKind::ConnectionReset);
///
/// let mut buf = [0; 64];
/// assert_eq!(stream.read(&mut buf).await?, 3);
/// assert_eq!(stream.write(b"all").await?, 3);
/// assert_eq!(stream.read(&mut buf).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
/// assert_eq!(stream.write(b"all").await.unwrap_err().kind(), ErrorKind::ConnectionReset);
/// assert!(stream.fired());
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[must_use = "a stream does nothing unless it is used"]
pub struct Faulty<S> {
    pub(super) inner: S,
    pub(super) control: Control,
    pub(super) latency: Option<Latency>,
    pub(super) held: Option<Held>,
}

impl<S> Faulty<S> {
    /// Wraps a stream or a half of one, and changes nothing yet.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            control: Control::default(),
            latency: None,
            held: None,
        }
    }

    /// Returns whether a fault has fired in this stream: an error or an end. Short reads, short
    /// writes and injected `Pending`s are not faults.
    pub fn fired(&self) -> bool {
        self.control.fired()
    }

    /// Borrows the inner stream.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Borrows the inner stream, to call it directly. Such calls are not counted, do not fail
    /// because of a fault, and have no limit.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner stream, without limits and faults.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

/// Shows the settings and the state of the faults. Does not show the inner stream, whose `Debug`
/// might show bytes.
impl<S> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty")
            .field("control", &self.control)
            .field("latency", &self.latency)
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}
