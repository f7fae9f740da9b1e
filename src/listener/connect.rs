//! The client's side: puts connections into the backlog.

use alloc::boxed::Box;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use async_channel::{Send, SendError, Sender, TrySendError};
use futures_core::future::FusedFuture;

use super::{Address, Queued};
use crate::io::{Error, ErrorKind, Result};
use crate::{DuplexStream, Options};

/// Makes connections to a [`Listener`](super::Listener).
///
/// Made by [`listen`](super::listen) or [`Options::listener`]. Clones connect to the same listener.
/// When all of them are dropped and the backlog is empty,
/// [`Listener::accept`](super::Listener::accept) fails.
///
/// ```
/// use async_duplex::listener::listen;
///
/// let (listener, connector) = listen(64, 16);
/// let other_connector = connector.clone();
/// let client = connector.try_connect().unwrap();
/// let other_client = other_connector.try_connect().unwrap();
///
/// // In the order in which the connections were made.
/// assert!(listener.try_accept().unwrap().0.is_peer_of(&client));
/// assert!(listener.try_accept().unwrap().0.is_peer_of(&other_client));
/// ```
#[derive(Clone)]
pub struct Connector {
    sender: Sender<Queued>,
    options: Options,
    /// The address of the connections, if the program has chosen one.
    address: Option<Address>,
}

impl Connector {
    pub(super) fn new(sender: Sender<Queued>, options: Options) -> Self {
        Self {
            sender,
            options,
            address: None,
        }
    }

    /// Gives the connections of this connector an address of the caller's choice, which
    /// [`Listener::accept`](super::Listener::accept) returns. A clone that was made before keeps
    /// what it has.
    ///
    /// ```
    /// let (listener, connector) = async_duplex::listener::listen(64, 16);
    /// let alice = connector.clone().with_address("alice");
    /// let _clients = [alice.try_connect().unwrap(), connector.try_connect().unwrap()];
    ///
    /// let (_stream, address) = listener.try_accept().unwrap();
    /// assert_eq!(address.to_string(), "alice");
    /// let (_stream, address) = listener.try_accept().unwrap();
    /// assert_eq!(address.to_string(), "memory:1");
    /// ```
    #[must_use = "the connector is dropped otherwise"]
    pub fn with_address(mut self, address: impl Into<Address>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Waits for room in the backlog, puts a connection there, and returns the client's end of it.
    ///
    /// The client cannot tell whether the listener has accepted the connection before it receives
    /// data from the server.
    ///
    /// # Errors
    ///
    /// * `ConnectionRefused` if the listener is closed or dropped, before the call or while it
    ///   waits.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves no connection in the backlog: the future puts the connection
    /// there only when it resolves.
    ///
    /// While the future waits, it holds the memory for the streams and a place in a queue. A future
    /// that is neither polled nor dropped can therefore delay later ones.
    ///
    /// # Example
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (listener, connector) = async_duplex::listener::listen(64, 1);
    /// let first = connector.connect().await?;
    ///
    /// // There is no room for another one until the first is accepted.
    /// let (second, accepted) = futures::try_join!(connector.connect(), listener.accept())?;
    /// assert!(first.is_peer_of(&accepted.0));
    /// assert!(second.is_peer_of(&listener.accept().await?.0));
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn connect(&self) -> Connect<'_> {
        Connect {
            connector: self,
            waiting: None,
            resolved: false,
        }
    }

    /// Connects without waiting.
    ///
    /// # Errors
    ///
    /// * `WouldBlock` if the backlog is full.
    /// * `ConnectionRefused` if the listener is closed or dropped.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::listener::listen;
    /// use std::io::ErrorKind;
    ///
    /// let (listener, connector) = listen(64, 1);
    /// let client = connector.try_connect().unwrap();
    /// assert_eq!(connector.try_connect().unwrap_err().kind(), ErrorKind::WouldBlock);
    ///
    /// drop(listener);
    /// assert_eq!(connector.try_connect().unwrap_err().kind(), ErrorKind::ConnectionRefused);
    /// ```
    pub fn try_connect(&self) -> Result<DuplexStream> {
        let (client, server) = self.make_connection()?;
        match self.sender.try_send(server) {
            Ok(()) => Ok(client),
            Err(TrySendError::Full(_)) => Err(ErrorKind::WouldBlock.into()),
            Err(TrySendError::Closed(_)) => Err(refused()),
        }
    }

    /// Returns whether the listener is closed or dropped, and therefore refuses every connection.
    ///
    /// ```
    /// let (listener, connector) = async_duplex::listener::listen(64, 16);
    /// assert!(!connector.is_closed());
    /// drop(listener);
    /// assert!(connector.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Makes both ends of a connection, the client's first.
    fn make_connection(&self) -> Result<(DuplexStream, Queued)> {
        // A connection that is refused allocates no memory.
        if self.is_closed() {
            return Err(refused());
        }
        let (client, stream) = self.options.try_duplex()?;
        let address = self.address.clone();
        Ok((client, Queued { stream, address }))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("backlog", &self.sender.capacity().unwrap_or(0))
            .field("waiting", &self.sender.len())
            .field("is_closed", &self.is_closed())
            .field("options", &self.options)
            .field("address", &self.address)
            .finish()
    }
}

/// Resolves to the client's end of a connection.
///
/// Made by [`Connector::connect`]. Cancel safe: dropping it leaves nothing in the backlog.
///
/// ```
/// use async_duplex::listener::listen;
/// use futures::FutureExt;
///
/// let (listener, connector) = listen(64, 1);
/// let _first = connector.try_connect().unwrap();
/// // The backlog is full.
/// assert!(connector.connect().now_or_never().is_none());
/// drop(listener.try_accept());
/// assert!(connector.connect().now_or_never().unwrap().is_ok());
/// ```
///
/// # Panics
///
/// If it is polled again after it has resolved.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Connect<'a> {
    connector: &'a Connector,
    waiting: Option<Waiting<'a>>,
    resolved: bool,
}

/// A connection that waits for room in the backlog.
#[derive(Debug)]
struct Waiting<'a> {
    client: DuplexStream,
    /// Owns the server's end until that is in the backlog.
    send: Pin<Box<Send<'a, Queued>>>,
}

impl Future for Connect<'_> {
    type Output = Result<DuplexStream>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<DuplexStream>> {
        assert!(!self.resolved, "`Connect` polled after completion");
        self.resolved = true;
        let mut waiting = match self.waiting.take() {
            Some(waiting) => waiting,
            None => {
                let (client, server) = self.connector.make_connection()?;
                let send = Box::pin(self.connector.sender.send(server));
                Waiting { client, send }
            }
        };
        match waiting.send.as_mut().poll(cx) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(waiting.client)),
            Poll::Ready(Err(SendError(_))) => Poll::Ready(Err(refused())),
            Poll::Pending => {
                self.waiting = Some(waiting);
                self.resolved = false;
                Poll::Pending
            }
        }
    }
}

impl FusedFuture for Connect<'_> {
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}

/// The error of a connect if the listener is closed or dropped.
fn refused() -> Error {
    ErrorKind::ConnectionRefused.into()
}
