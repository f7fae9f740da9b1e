//! The connections as a stream.

use alloc::boxed::Box;
use core::fmt;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};

use async_channel::Receiver;
use futures_core::stream::{FusedStream, Stream};

use super::{Listener, Queued};
use crate::io::Result;
use crate::DuplexStream;

/// A stream of the connections.
///
/// Made by [`Listener::incoming`], which borrows the listener, and by [`Listener::into_incoming`],
/// which returns an `Incoming<'static>` that owns it. Ends when the backlog is empty and the
/// listener is closed or all connectors are dropped. Cancel safe: dropping it loses no connection,
/// but an owned listener is dropped with it, which resets the connections in the backlog.
///
/// The items are `io::Result<DuplexStream>`, without the address of the client, because that is
/// what servers take: tonic's `serve_with_incoming` wants a stream of streams, and so do servers
/// that are written for the `incoming` of a TCP listener. None of the results is an error. A server
/// that wants addresses calls [`Listener::accept`].
///
/// ```
/// use futures::TryStreamExt;
///
/// # futures::executor::block_on(async {
/// let (listener, connector) = async_duplex::listener::listen(64, 16);
/// let client = connector.connect().await?;
/// drop(connector);
///
/// let mut incoming = listener.into_incoming();
/// let server = incoming.try_next().await?.unwrap();
/// assert!(server.is_peer_of(&client));
/// assert!(incoming.try_next().await?.is_none());
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct Incoming<'a> {
    /// A clone that is polled as a stream, because a connection wakes every stream. A connection
    /// wakes only one `Receiver::recv`, and if that is not polled again, the others miss it.
    receiver: Pin<Box<Receiver<Queued>>>,
    ended: bool,
    /// Dropped with the stream, which closes it and resets the backlog.
    owned: Option<Listener>,
    /// The listener that is not owned, which has to exist for as long as the stream does.
    borrowed: PhantomData<&'a Listener>,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(receiver: &'a Receiver<Queued>) -> Self {
        Self {
            receiver: Box::pin(receiver.clone()),
            ended: false,
            owned: None,
            borrowed: PhantomData,
        }
    }

    pub(super) fn owning(listener: Listener, receiver: Receiver<Queued>) -> Self {
        Self {
            receiver: Box::pin(receiver),
            ended: false,
            owned: Some(listener),
            borrowed: PhantomData,
        }
    }

    /// Takes the oldest connection out of the backlog.
    pub(super) fn poll_queued(&mut self, cx: &mut Context<'_>) -> Poll<Option<Queued>> {
        let next = self.receiver.as_mut().poll_next(cx);
        self.ended = matches!(next, Poll::Ready(None));
        next
    }
}

impl Stream for Incoming<'_> {
    type Item = Result<DuplexStream>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<DuplexStream>>> {
        let next = self.poll_queued(cx);
        next.map(|next| next.map(|queued| Ok(queued.stream)))
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
            .field("owned", &self.owned)
            .finish_non_exhaustive()
    }
}
