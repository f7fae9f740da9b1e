//! The server's side: takes connections from the backlog.

use alloc::boxed::Box;
use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::panic::{catch_unwind, resume_unwind};

use async_channel::{Receiver, TryRecvError};
use futures_core::future::FusedFuture;
use futures_core::stream::{FusedStream, Stream};

use crate::io::{Error, ErrorKind, Result};
use crate::DuplexStream;

/// Accepts connections, in the order in which its [`Connector`](super::Connector)s made them.
///
/// Made by [`listen`](super::listen) or [`Options::listener`](crate::Options::listener). Several
/// tasks may accept at the same time, through a shared reference. Each connection goes to one of
/// them.
///
/// Dropping the listener refuses connections, including those that wait for room in the backlog. It
/// also resets the connections in the backlog: the reads and writes of their clients fail with
/// `ConnectionReset`, and the bytes that they have written are lost. [`close`](Self::close) keeps
/// the backlog, so that its connections can be accepted.
///
/// ```
/// use async_duplex::listener::listen;
/// use std::io::ErrorKind;
///
/// let (listener, connector) = listen(64, 16);
/// let (mut reader, _writer) = connector.try_connect().unwrap().into_split();
/// drop(listener);
///
/// assert_eq!(reader.try_read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
/// assert_eq!(connector.try_connect().unwrap_err().kind(), ErrorKind::ConnectionRefused);
/// ```
pub struct Listener {
    receiver: Receiver<DuplexStream>,
}

// `Receiver` is not `Unpin`, because it can be pinned and polled as a stream. This one never is.
impl Unpin for Listener {}

impl Listener {
    pub(super) fn new(receiver: Receiver<DuplexStream>) -> Self {
        Self { receiver }
    }

    /// Waits for a connection, and returns the server's end of it.
    ///
    /// # Errors
    ///
    /// `NotConnected` if the backlog is empty and no connection can be made any more, because the
    /// listener is [closed](Self::close) or all connectors are dropped. Every later call fails too.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no connection: the future takes a connection out of the backlog
    /// only when it resolves.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::listener::listen;
    ///
    /// # futures::executor::block_on(async {
    /// let (listener, connector) = listen(64, 16);
    /// let (client, server) = futures::try_join!(connector.connect(), listener.accept())?;
    /// assert!(client.is_peer_of(&server));
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn accept(&self) -> Accept<'_> {
        Accept {
            incoming: self.incoming(),
            resolved: false,
        }
    }

    /// Accepts without waiting.
    ///
    /// # Errors
    ///
    /// * `WouldBlock` if the backlog is empty.
    /// * `NotConnected` as for [`accept`](Self::accept).
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::listener::listen;
    /// use std::io::ErrorKind;
    ///
    /// let (listener, connector) = listen(64, 16);
    /// assert_eq!(listener.try_accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    ///
    /// let client = connector.try_connect().unwrap();
    /// assert!(listener.try_accept().unwrap().is_peer_of(&client));
    ///
    /// drop(connector);
    /// assert_eq!(listener.try_accept().unwrap_err().kind(), ErrorKind::NotConnected);
    /// ```
    pub fn try_accept(&self) -> Result<DuplexStream> {
        self.receiver.try_recv().map_err(|error| match error {
            TryRecvError::Empty => ErrorKind::WouldBlock.into(),
            TryRecvError::Closed => not_connected(),
        })
    }

    /// Returns the connections as a stream, which ends where [`accept`](Self::accept) fails.
    ///
    /// ```
    /// use async_duplex::listener::listen;
    /// use futures::TryStreamExt;
    ///
    /// # futures::executor::block_on(async {
    /// let (listener, connector) = listen(64, 16);
    /// let clients = [connector.connect().await?, connector.connect().await?];
    /// drop(connector);
    ///
    /// let mut incoming = listener.incoming();
    /// let mut served = 0;
    /// while let Some(stream) = incoming.try_next().await? {
    ///     assert!(stream.is_peer_of(&clients[served]));
    ///     served += 1;
    /// }
    /// assert_eq!(served, 2);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming {
            receiver: Box::pin(self.receiver.clone()),
            ended: false,
            listener: PhantomData,
        }
    }

    /// Refuses connections from now on, including those that wait for room in the backlog. The
    /// connections in the backlog can still be accepted. After them [`accept`](Self::accept) fails
    /// and [`incoming`](Self::incoming) ends. Closing again does nothing.
    ///
    /// ```
    /// use async_duplex::listener::listen;
    /// use std::io::ErrorKind;
    ///
    /// let (listener, connector) = listen(64, 16);
    /// let client = connector.try_connect().unwrap();
    /// listener.close();
    /// assert_eq!(connector.try_connect().unwrap_err().kind(), ErrorKind::ConnectionRefused);
    ///
    /// assert!(listener.try_accept().unwrap().is_peer_of(&client));
    /// assert_eq!(listener.try_accept().unwrap_err().kind(), ErrorKind::NotConnected);
    /// ```
    pub fn close(&self) {
        self.receiver.close();
    }

    /// Returns whether no connection can be made any more, because the listener is closed or all
    /// connectors are dropped. The backlog may still hold connections.
    ///
    /// ```
    /// let (listener, connector) = async_duplex::listener::listen(64, 16);
    /// let _client = connector.try_connect().unwrap();
    /// assert!(!listener.is_closed());
    /// drop(connector);
    /// assert!(listener.is_closed());
    /// assert!(listener.try_accept().is_ok());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.receiver.is_closed()
    }
}

/// Resets the connections in the backlog. If their streams were only dropped, the clients could not
/// tell them from connections that a server accepted and closed.
impl Drop for Listener {
    fn drop(&mut self) {
        // Close first, so that every connection is either refused or in the backlog.
        self.receiver.close();
        let mut panic = None;
        while let Ok(mut stream) = self.receiver.try_recv() {
            let abort = || stream.abort(ErrorKind::ConnectionReset);
            // Resets the other clients too if a waker of this client panics.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(abort)) {
                panic.get_or_insert(payload);
            }
        }
        match panic {
            Some(payload) if !std::thread::panicking() => resume_unwind(payload),
            _ => {}
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("backlog", &self.receiver.capacity().unwrap_or(0))
            .field("waiting", &self.receiver.len())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

/// Resolves to the next connection.
///
/// Made by [`Listener::accept`]. Cancel safe: dropping it loses no connection.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Accept<'a> {
    incoming: Incoming<'a>,
    resolved: bool,
}

impl Future for Accept<'_> {
    type Output = Result<DuplexStream>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<DuplexStream>> {
        let next = Pin::new(&mut self.incoming).poll_next(cx);
        self.resolved = next.is_ready();
        next.map(|next| next.unwrap_or_else(|| Err(not_connected())))
    }
}

impl FusedFuture for Accept<'_> {
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}

/// A stream of the connections. The items are results, as those of TCP listeners are, but none is
/// an error.
///
/// Made by [`Listener::incoming`]. Ends when the backlog is empty and the listener is closed or all
/// connectors are dropped. Cancel safe: dropping it loses no connection.
#[must_use = "streams do nothing unless polled"]
pub struct Incoming<'a> {
    /// A clone that is polled as a stream, because a connection wakes every stream. A connection
    /// wakes only one `Receiver::recv`, and if that is not polled again, the others miss it.
    receiver: Pin<Box<Receiver<DuplexStream>>>,
    ended: bool,
    /// Borrows the listener, because dropping that resets the backlog.
    listener: PhantomData<&'a Listener>,
}

impl Stream for Incoming<'_> {
    type Item = Result<DuplexStream>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<DuplexStream>>> {
        let next = self.receiver.as_mut().poll_next(cx);
        self.ended = matches!(next, Poll::Ready(None));
        next.map(|next| next.map(Ok))
    }
}

impl FusedStream for Incoming<'_> {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

impl fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// The error of an accept when no connection can be made any more. Servers retry `accept` after
/// `ConnectionReset` and the like; this kind tells them to stop.
fn not_connected() -> Error {
    Error::new(
        ErrorKind::NotConnected,
        "the listener is closed or all connectors are dropped",
    )
}
