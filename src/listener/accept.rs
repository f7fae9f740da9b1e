//! The server's side: takes connections from the backlog.

use core::fmt;
use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::panic::{catch_unwind, resume_unwind};

use async_channel::{Receiver, TryRecvError};
use crossbeam_utils::atomic::AtomicCell;
use futures_core::future::FusedFuture;

use super::{Address, Incoming, Queued};
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
    receiver: Receiver<Queued>,
    address: Address,
    /// How many connections without an address of their own have been accepted.
    numbered: AtomicCell<u64>,
}

// `Receiver` is not `Unpin`, because it can be pinned and polled as a stream. This one never is.
impl Unpin for Listener {}

impl Listener {
    pub(super) fn new(receiver: Receiver<Queued>) -> Self {
        Self {
            receiver,
            address: Address::numbered(0),
            numbered: AtomicCell::new(0),
        }
    }

    /// Gives the listener an address of the caller's choice, instead of the number 0.
    ///
    /// ```
    /// let (listener, _connector) = async_duplex::listener::listen(64, 16);
    /// assert_eq!(listener.local_addr().unwrap().to_string(), "memory:0");
    ///
    /// let listener = listener.with_address("api");
    /// assert_eq!(listener.local_addr().unwrap().to_string(), "api");
    /// ```
    #[must_use = "the listener is dropped otherwise"]
    pub fn with_address(mut self, address: impl Into<Address>) -> Self {
        self.address = address.into();
        self
    }

    /// Returns the address of the listener.
    ///
    /// # Errors
    ///
    /// None. It returns a result because the `local_addr` of a socket does.
    ///
    /// # Example
    ///
    /// ```
    /// let (listener, _connector) = async_duplex::listener::listen(64, 16);
    /// assert_eq!(listener.local_addr()?.to_string(), "memory:0");
    /// # std::io::Result::Ok(())
    /// ```
    pub fn local_addr(&self) -> Result<Address> {
        Ok(self.address.clone())
    }

    /// Waits for a connection, and returns the server's end of it and the address of the client.
    ///
    /// The address is the one that the [`Connector`](super::Connector::with_address) was given.
    /// Without one it is a number, which no other connection of this listener has.
    ///
    /// # Errors
    ///
    /// `NotConnected` if the backlog is empty and no connection can be made any more, because the
    /// listener is [closed](Self::close) or all connectors are dropped. Every later call fails too.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no connection: the future takes a connection out of the backlog
    /// only when it resolves. The same holds for numbers of addresses.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::listener::listen;
    ///
    /// # futures::executor::block_on(async {
    /// let (listener, connector) = listen(64, 16);
    /// let (client, accepted) = futures::try_join!(connector.connect(), listener.accept())?;
    /// let (server, address) = accepted;
    /// assert!(client.is_peer_of(&server));
    /// assert_eq!(address.to_string(), "memory:1");
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn accept(&self) -> Accept<'_> {
        Accept {
            listener: self,
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
    /// let (server, _address) = listener.try_accept().unwrap();
    /// assert!(server.is_peer_of(&client));
    ///
    /// drop(connector);
    /// assert_eq!(listener.try_accept().unwrap_err().kind(), ErrorKind::NotConnected);
    /// ```
    pub fn try_accept(&self) -> Result<(DuplexStream, Address)> {
        match self.receiver.try_recv() {
            Ok(queued) => Ok(self.accepted(queued)),
            Err(TryRecvError::Empty) => Err(ErrorKind::WouldBlock.into()),
            Err(TryRecvError::Closed) => Err(not_connected()),
        }
    }

    /// Numbers a connection that is accepted, unless it has an address.
    fn accepted(&self, queued: Queued) -> (DuplexStream, Address) {
        let address = queued.address.unwrap_or_else(|| {
            let number = self.numbered.fetch_add(1) + 1;
            Address::numbered(number)
        });
        (queued.stream, address)
    }

    /// Returns the connections as a stream, which ends where [`accept`](Self::accept) fails.
    ///
    /// ```
    /// use futures::{executor::block_on, StreamExt};
    ///
    /// let (listener, connector) = async_duplex::listener::listen(64, 16);
    /// let _clients = [connector.try_connect().unwrap(), connector.try_connect().unwrap()];
    /// drop(connector);
    /// assert_eq!(block_on(listener.incoming().count()), 2);
    /// ```
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming::new(&self.receiver)
    }

    /// Returns the connections as a stream that owns the listener, for a server that is spawned.
    /// Dropping the stream drops the listener.
    ///
    /// ```
    /// use futures::{executor::block_on, StreamExt};
    /// use std::thread;
    ///
    /// let (listener, connector) = async_duplex::listener::listen(64, 16);
    /// let incoming = listener.into_incoming();
    /// let server = thread::spawn(|| block_on(incoming.count()));
    /// let _client = connector.try_connect().unwrap();
    /// drop(connector);
    /// assert_eq!(server.join().unwrap(), 1);
    /// ```
    pub fn into_incoming(self) -> Incoming<'static> {
        let receiver = self.receiver.clone();
        Incoming::owning(self, receiver)
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
    /// assert!(listener.try_accept().unwrap().0.is_peer_of(&client));
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
        while let Ok(mut queued) = self.receiver.try_recv() {
            let abort = || queued.stream.abort(ErrorKind::ConnectionReset);
            // Resets the other clients too if a waker of this client panics.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(abort)) {
                panic.get_or_insert(payload);
            }
        }
        // Not while another panic unwinds the stack: `abort` panics only if none does.
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("address", &self.address)
            .field("backlog", &self.receiver.capacity().unwrap_or(0))
            .field("waiting", &self.receiver.len())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

/// Resolves to the next connection and the address of its client.
///
/// Made by [`Listener::accept`]. Cancel safe: dropping it loses no connection.
///
/// ```
/// # futures::executor::block_on(async {
/// let (listener, connector) = async_duplex::listener::listen(64, 16);
/// let accept = listener.accept();
/// let client = connector.connect().await?;
/// let (server, _address) = accept.await?;
/// assert!(client.is_peer_of(&server));
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Accept<'a> {
    listener: &'a Listener,
    incoming: Incoming<'a>,
    resolved: bool,
}

impl Future for Accept<'_> {
    type Output = Result<(DuplexStream, Address)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let next = self.incoming.poll_queued(cx);
        self.resolved = next.is_ready();
        next.map(|next| {
            let queued = next.ok_or_else(not_connected)?;
            Ok(self.listener.accepted(queued))
        })
    }
}

impl FusedFuture for Accept<'_> {
    fn is_terminated(&self) -> bool {
        self.resolved
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
