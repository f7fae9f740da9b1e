//! A listener and a connector in memory: a server accepts streams, without a network.
//!
//! [`listen`] makes the two. Each call of [`Connector::connect`] makes a connection and returns the
//! client's end. The connection waits in the backlog, which has a limit, until the [`Listener`]
//! accepts it and returns the server's end. Both ends are [`DuplexStream`]s.
//!
//! [`Listener::accept`] returns the stream and the [`Address`] of the client, as TCP listeners do.
//! The stream itself does not store an address: the field would make every [`DuplexStream`] larger,
//! also those of [`duplex`](crate::duplex), which have no address.
//!
//! [`Listener::incoming`] is a stream of `io::Result<DuplexStream>`, as TCP listeners have one of
//! `io::Result<TcpStream>`. A server that takes any such stream therefore runs in memory and over
//! TCP:
//!
//! ```
//! use std::io;
//!
//! use async_duplex::listener::listen;
//! use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Stream, TryStreamExt};
//!
//! /// Sends each client's data back, for all clients concurrently, until `incoming` ends.
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
//! | case | result |
//! | --- | --- |
//! | connect | returns as soon as the connection is in the backlog, before it is accepted |
//! | connect, the backlog is full | waits; [`Connector::try_connect`] is `WouldBlock` |
//! | connect, the listener is closed or dropped, before the call or while it waits | `ConnectionRefused` |
//! | accept | the oldest connection in the backlog, and the [`Address`] of the client |
//! | accept, the backlog is empty | waits; [`Listener::try_accept`] is `WouldBlock` |
//! | accept, all connectors are dropped or the listener is closed | the connections in the backlog, then `NotConnected` for ever; [`Incoming`] ends |
//! | accept, the client is dropped | the stream, with the bytes that the client has written |
//! | the listener is dropped | the streams of clients in the backlog fail with `ConnectionReset`; accepted connections continue |
//! | a backlog of 0, or one too large for memory | a panic that names the value |
//!
//! # Wakers
//!
//! The backlog is a queue of the crate `async-channel`, which wakes a task while it holds a lock of
//! its own. So rule [B9](crate::contract#b9-a-waker-may-call-back) does not hold for connecting and
//! accepting: a waker that runs its task inside of `wake`, and so connects or accepts there, may
//! wait for that lock for ever. The wakers of the usual executors only schedule their task. The
//! streams themselves keep the rule.
//!
// Compiled where axum, tonic and hyper are dependencies: see `documented.rs` in protocols/recipes.
#![cfg_attr(not(doctest), doc = include_str!("serving.md"))]

mod accept;
mod address;
mod connect;
mod incoming;

use core::mem::size_of;

use crate::{DuplexStream, Options};

pub use accept::{Accept, Listener};
pub use address::Address;
pub use connect::{Connect, Connector};
pub use incoming::Incoming;

/// A connection in the backlog.
#[derive(Debug)]
struct Queued {
    /// The server's end.
    stream: DuplexStream,
    /// The address that the connector was given. Without one, the listener numbers the connection.
    address: Option<Address>,
}

/// The largest backlog whose queue does not overflow the address space. The queue stores a word
/// beside each connection, and a word is smaller than a connection.
const MAX_BACKLOG: usize = isize::MAX as usize / (2 * size_of::<Queued>());

/// Makes a listener and its connector. Each direction of a connection has a capacity of `capacity`
/// bytes, and up to `backlog` connections wait to be accepted.
///
/// [`Options::listener`] makes them for streams with other settings.
///
/// The memory for the backlog, about `backlog` times the size of a [`DuplexStream`], is allocated
/// here. The memory for a connection is allocated when the connection is made.
///
/// # Panics
///
/// If `capacity` or `backlog` is 0 or too large for memory. The process aborts if the allocator
/// refuses the memory for the backlog.
///
/// # Example
///
/// ```
/// use futures::{AsyncReadExt, AsyncWriteExt};
///
/// # futures::executor::block_on(async {
/// let (listener, connector) = async_duplex::listener::listen(4096, 16);
///
/// // This returns before the listener accepts: the connection is in the backlog.
/// let mut client = connector.connect().await?;
/// client.write_all(b"ping").await?;
///
/// let (mut server, _address) = listener.accept().await?;
/// let mut buf = [0; 4];
/// server.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"ping");
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[track_caller]
#[doc(alias = "bufconn")]
#[must_use = "the listener is dropped otherwise"]
pub fn listen(capacity: usize, backlog: usize) -> (Listener, Connector) {
    Options::new(capacity).listener(backlog)
}

impl Options {
    /// Makes a [`Listener`] and its [`Connector`], for streams with these options. Up to `backlog`
    /// connections wait to be accepted.
    ///
    /// ```
    /// use async_duplex::Options;
    ///
    /// let (listener, connector) = Options::new(65536).listener(16);
    /// let client = connector.try_connect().unwrap();
    /// let (server, _address) = listener.try_accept().unwrap();
    /// assert!(client.is_peer_of(&server));
    /// ```
    ///
    /// # Panics
    ///
    /// If the capacity or `backlog` is 0 or too large for memory. The process aborts if the
    /// allocator refuses the memory for the backlog: see [`listen`].
    #[track_caller]
    #[must_use = "the listener is dropped otherwise"]
    pub fn listener(&self, backlog: usize) -> (Listener, Connector) {
        assert!(
            (1..=MAX_BACKLOG).contains(&backlog),
            "the backlog of a listener must be from 1 to {MAX_BACKLOG} connections, not {backlog}"
        );
        // Invalid options panic here, and not when a client connects.
        drop(self.pipe());
        let (sender, receiver) = async_channel::bounded(backlog);
        let options = self.clone();
        (Listener::new(receiver), Connector::new(sender, options))
    }
}
