//! A listener and a connector in memory: "accept gives a stream", without a network.
//!
//! [`listen`] makes the two. A [`Connector`] connects, as often as you like and from wherever you
//! like; the [`Listener`] accepts, one [`DuplexStream`] after the other. Between them is the
//! backlog: the connections that are made but not accepted yet, up to a number that you choose.
//!
//! So a server that takes its connections from [`Listener::incoming`], a stream of
//! `io::Result<DuplexStream>`, runs over TCP when it is given those of a socket instead:
//!
//! ```
//! use std::io;
//!
//! use async_duplex::listener::listen;
//! use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Stream, TryStreamExt};
//!
//! /// Sends back what it is sent, to everybody at the same time, until no more connections come.
//! async fn echo<S>(incoming: impl Stream<Item = io::Result<S>>) -> io::Result<()>
//! where
//!     S: AsyncRead + AsyncWrite,
//! {
//!     let echo_one = |stream: S| async {
//!         let (reader, mut writer) = stream.split();
//!         futures::io::copy(reader, &mut writer).await?;
//!         writer.close().await
//!     };
//!     incoming.try_for_each_concurrent(None, echo_one).await
//! }
//!
//! # futures::executor::block_on(async {
//! // Over TCP: let listener = async_net::TcpListener::bind("127.0.0.1:0").await?;
//! let (listener, connector) = listen(4096, 16);
//!
//! let client = async {
//!     let mut stream = connector.connect().await?;
//!     drop(connector);
//!     stream.write_all(b"ping").await?;
//!     stream.close().await?;
//!     let mut answer = String::new();
//!     stream.read_to_string(&mut answer).await?;
//!     assert_eq!(answer, "ping");
//!     Ok(())
//! };
//! futures::try_join!(echo(listener.incoming()), client)?;
//! # io::Result::Ok(()) }).unwrap();
//! ```
//!
//! # Edge cases
//!
//! | what | happens |
//! | --- | --- |
//! | connect | done as soon as the connection is in the backlog, accepted or not |
//! | connect, the backlog is full | waits; [`Connector::try_connect`] is `WouldBlock` |
//! | connect, the listener is closed or gone, at once or meanwhile | `ConnectionRefused` |
//! | accept | what was connected first |
//! | accept, the backlog is empty | waits; [`Listener::try_accept`] is `WouldBlock` |
//! | accept, all connectors are gone, or the listener is closed | what is in the backlog, then `NotConnected` for ever; [`Incoming`] ends |
//! | accept, the client is gone | its stream all the same, with what it has written |
//! | the listener is dropped | the clients in the backlog fail with `ConnectionReset`; those accepted go on |
//! | a backlog of 0, or of more than fits into memory | a panic that names the value |

use alloc::boxed::Box;
use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::mem::size_of;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::panic::{catch_unwind, resume_unwind};

use async_channel::{Receiver, Send, SendError, Sender, TryRecvError, TrySendError};
use futures_core::future::FusedFuture;
use futures_core::stream::{FusedStream, Stream};

use crate::io::{Error, ErrorKind, Result};
use crate::{DuplexStream, Options};

/// The queue puts a word beside each stream, which is smaller than the stream: this many are never
/// more bytes than there are addresses.
const MAX_BACKLOG: usize = isize::MAX as usize / (2 * size_of::<DuplexStream>());

/// Makes a listener and its connector, for streams with up to `capacity` bytes on their way in each
/// direction, and with up to `backlog` connections that wait to be accepted.
///
/// [`Options::listener`] does it for streams with other settings.
///
/// # Panics
///
/// If `capacity` or `backlog` is 0 or more than fits into memory. Aborts if there is not enough for
/// the backlog. It takes about as much as so many [`DuplexStream`]s, without what they hold; that
/// is allocated for each connection when it is made.
///
/// # Example
///
/// ```
/// use futures::{AsyncReadExt, AsyncWriteExt};
///
/// # futures::executor::block_on(async {
/// let (listener, connector) = async_duplex::listener::listen(4096, 16);
///
/// // No need to accept for this to be done: it is in the backlog.
/// let mut client = connector.connect().await?;
/// client.write_all(b"ping").await?;
///
/// let mut server = listener.accept().await?;
/// let mut buf = [0; 4];
/// server.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"ping");
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[track_caller]
pub fn listen(capacity: usize, backlog: usize) -> (Listener, Connector) {
    Options::new(capacity).listener(backlog)
}

/// With the `listener` feature.
impl Options {
    /// Makes a [`Listener`] and its [`Connector`], for streams with these options and with up to
    /// `backlog` connections that wait to be accepted.
    ///
    /// ```
    /// use async_duplex::Options;
    ///
    /// let (listener, connector) = Options::new(65536).listener(16);
    /// let client = connector.try_connect().unwrap();
    /// assert!(client.is_peer_of(&listener.try_accept().unwrap()));
    /// ```
    ///
    /// # Panics
    ///
    /// If the options contradict each other, or the capacity or `backlog` is 0 or more than fits
    /// into memory. Aborts if there is not enough for the backlog: see [`listen`].
    #[track_caller]
    pub fn listener(&self, backlog: usize) -> (Listener, Connector) {
        assert!(
            (1..=MAX_BACKLOG).contains(&backlog),
            "the backlog of a listener must be from 1 to {MAX_BACKLOG} connections, not {backlog}"
        );
        // What is wrong with the options is found here, not by some client later.
        self.assert_valid();
        let (sender, receiver) = async_channel::bounded(backlog);
        let options = self.clone();
        (Listener { receiver }, Connector { sender, options })
    }
}

/// Accepts what a [`Connector`] connects, in that order.
///
/// Made by [`listen`] or [`Options::listener`]. Several tasks may accept at the same time, through
/// a shared reference; each connection goes to one of them.
///
/// Dropping the listener refuses whoever connects or waits to, and resets what is in the backlog:
/// those clients' reads and writes fail with `ConnectionReset`, and what they have written is lost.
/// [`close`](Self::close) leaves the backlog to be accepted.
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

// A receiver is not, so that it can be pinned and used as a stream. This one never is.
impl Unpin for Listener {}

impl Listener {
    /// Waits for a connection, and returns the server's end of it.
    ///
    /// # Errors
    ///
    /// `NotConnected` if no connection can come any more: the listener is [closed](Self::close), or
    /// all connectors are dropped, and the backlog is empty. It stays so.
    ///
    /// # Cancel safety
    ///
    /// An accept that was not reported has not taken place: dropping its future loses no
    /// connection.
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
            TryRecvError::Closed => no_more(),
        })
    }

    /// The connections that come, as a stream: it ends where [`accept`](Self::accept) fails.
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

    /// Refuses new connections from now on, also those that wait for room. What is in the backlog
    /// can still be accepted; then [`accept`](Self::accept) fails and [`incoming`](Self::incoming)
    /// ends. Closing again does nothing.
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

    /// Whether no new connection can come: the listener is closed or all connectors are dropped.
    /// There may still be some in the backlog.
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

/// Resets what is in the backlog. A stream that is merely dropped would look to its client like one
/// that was accepted and served.
impl Drop for Listener {
    fn drop(&mut self) {
        // First, so that every connection is either refused or found here.
        self.receiver.close();
        let mut panic = None;
        while let Ok(mut stream) = self.receiver.try_recv() {
            let abort = || stream.abort(ErrorKind::ConnectionReset);
            // The other clients are reset although a waker of this one panics.
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

/// Connects to a [`Listener`].
///
/// Made by [`listen`] or [`Options::listener`]. Its clones connect to the same listener. When all
/// of them are dropped, the listener knows that no more connections come.
#[derive(Clone)]
pub struct Connector {
    sender: Sender<DuplexStream>,
    options: Options,
}

impl Connector {
    /// Waits for room in the backlog, puts a connection there, and returns the client's end of it.
    ///
    /// That the listener has accepted it, only an answer of the server can tell.
    ///
    /// # Errors
    ///
    /// * `ConnectionRefused` if the listener is closed or dropped, be it before or while this
    ///   waits.
    /// * `OutOfMemory` if the allocator refuses the streams' capacity.
    ///
    /// # Cancel safety
    ///
    /// A connect that was not reported has not taken place: dropping its future leaves nothing in
    /// the backlog.
    ///
    /// While it waits, the future holds a place in a line, and the memory that the streams need.
    /// One that is neither polled nor dropped can keep others waiting that came later.
    ///
    /// # Example
    ///
    /// ```
    /// use async_duplex::listener::listen;
    /// use std::io::ErrorKind;
    ///
    /// # futures::executor::block_on(async {
    /// let (listener, connector) = listen(64, 1);
    /// let first = connector.connect().await?;
    ///
    /// // There is no room for another one until the first is accepted.
    /// let (second, accepted) = futures::try_join!(connector.connect(), listener.accept())?;
    /// assert!(first.is_peer_of(&accepted));
    /// assert!(second.is_peer_of(&listener.accept().await?));
    ///
    /// drop(listener);
    /// let error = connector.connect().await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    /// # std::io::Result::Ok(()) }).unwrap();
    /// ```
    pub fn connect(&self) -> Connect<'_> {
        Connect {
            connector: self,
            offer: None,
            resolved: false,
        }
    }

    /// Connects without waiting.
    ///
    /// # Errors
    ///
    /// * `WouldBlock` if the backlog is full.
    /// * `ConnectionRefused` if the listener is closed or dropped.
    /// * `OutOfMemory` if the allocator refuses the streams' capacity.
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
        let (client, server) = self.pair()?;
        match self.sender.try_send(server) {
            Ok(()) => Ok(client),
            Err(TrySendError::Full(_)) => Err(ErrorKind::WouldBlock.into()),
            Err(TrySendError::Closed(_)) => Err(refused()),
        }
    }

    /// Whether the listener is closed or dropped, so that it refuses every connection.
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

    /// Both ends of a new connection, the client's first.
    fn pair(&self) -> Result<(DuplexStream, DuplexStream)> {
        // Whoever is refused should not have to wait for memory first.
        if self.is_closed() {
            return Err(refused());
        }
        self.options.try_duplex()
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("backlog", &self.sender.capacity().unwrap_or(0))
            .field("waiting", &self.sender.len())
            .field("is_closed", &self.is_closed())
            .field("options", &self.options)
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
        next.map(|next| next.unwrap_or_else(|| Err(no_more())))
    }
}

impl FusedFuture for Accept<'_> {
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}

/// The connections that come. No item is an error; they are results because those of a socket are.
///
/// Made by [`Listener::incoming`]. Ends when the listener is closed or all connectors are dropped,
/// and the backlog is empty. Cancel safe: dropping it loses no connection.
#[must_use = "streams do nothing unless polled"]
pub struct Incoming<'a> {
    /// A clone, and used as a stream: who waits for `Receiver::recv` is told of a connection alone,
    /// and if it is not polled again, the others never learn of it. Streams are all told.
    receiver: Pin<Box<Receiver<DuplexStream>>>,
    ended: bool,
    /// The listener is what keeps the backlog from being reset.
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

/// Resolves to the client's end of a connection.
///
/// Made by [`Connector::connect`]. Cancel safe: dropping it leaves nothing in the backlog.
///
/// # Panics
///
/// When it is polled again after it has resolved.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Connect<'a> {
    connector: &'a Connector,
    offer: Option<Offer<'a>>,
    resolved: bool,
}

/// A connection that waits for room in the backlog.
#[derive(Debug)]
struct Offer<'a> {
    client: DuplexStream,
    /// Has the server's end until the moment when it is in the backlog and this is ready.
    sending: Pin<Box<Send<'a, DuplexStream>>>,
}

impl Future for Connect<'_> {
    type Output = Result<DuplexStream>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<DuplexStream>> {
        assert!(!self.resolved, "`Connect` polled after completion");
        self.resolved = true;
        let mut offer = match self.offer.take() {
            Some(offer) => offer,
            None => {
                let (client, server) = self.connector.pair()?;
                let sending = Box::pin(self.connector.sender.send(server));
                Offer { client, sending }
            }
        };
        match offer.sending.as_mut().poll(cx) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(offer.client)),
            Poll::Ready(Err(SendError(_))) => Poll::Ready(Err(refused())),
            Poll::Pending => {
                self.offer = Some(offer);
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

fn refused() -> Error {
    ErrorKind::ConnectionRefused.into()
}

/// Not one of the kinds that servers take for trouble of a single connection, and go on after.
fn no_more() -> Error {
    Error::new(
        ErrorKind::NotConnected,
        "the listener is closed or all connectors are gone",
    )
}
