//! The auto traits and the future traits of every public type, checked by the compiler.

#![cfg(not(any(loom, shuttle)))]

use core::fmt::Debug;
use core::panic::{RefUnwindSafe, UnwindSafe};

use async_duplex::{io, Closed, DuplexStream, Options, Readable, Reader, Writable, Writer};
use futures::future::FusedFuture;

/// Compiles only for a type with `Debug`, all auto traits and no lifetime.
const fn is_easy_to_hold<T>()
where
    T: Debug + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'static,
{
}

/// Compiles only for a future that any executor can run and any `select!` can poll.
const fn is_easy_to_await<F, T>()
where
    F: FusedFuture<Output = T> + Debug + Send + Sync + Unpin,
{
}

const _: () = {
    is_easy_to_hold::<Reader>();
    is_easy_to_hold::<Writer>();
    is_easy_to_hold::<DuplexStream>();
    is_easy_to_hold::<Options>();
    is_easy_to_await::<Closed<'_, Reader>, ()>();
    is_easy_to_await::<Closed<'_, Writer>, ()>();
    is_easy_to_await::<Readable<'_>, io::Result<usize>>();
    is_easy_to_await::<Writable<'_>, io::Result<usize>>();
};

#[cfg(feature = "std")]
const _: () = {
    use async_duplex::io::Blocking;

    is_easy_to_hold::<Blocking<Reader>>();
    is_easy_to_hold::<Blocking<Writer>>();
    is_easy_to_hold::<Blocking<DuplexStream>>();
};

#[cfg(feature = "listener")]
const _: () = {
    use async_duplex::listener::{Accept, Address, Connect, Connector, Incoming, Listener};
    use futures::stream::FusedStream;

    /// Compiles only for a stream of connections, as the `incoming()` of a socket returns it.
    const fn is_incoming<S: FusedStream<Item = io::Result<DuplexStream>>>() {}
    const fn is_clone<T: Clone>() {}

    is_easy_to_hold::<Listener>();
    is_easy_to_hold::<Connector>();
    is_easy_to_hold::<Address>();
    is_easy_to_hold::<Accept<'_>>();
    is_easy_to_hold::<Connect<'_>>();
    is_easy_to_hold::<Incoming<'_>>();
    is_easy_to_await::<Accept<'_>, io::Result<(DuplexStream, Address)>>();
    is_easy_to_await::<Connect<'_>, io::Result<DuplexStream>>();
    is_incoming::<Incoming<'_>>();
    is_clone::<Connector>();
};

/// Compiles only for a task that a multi-threaded executor can spawn.
fn is_spawnable(_: impl Send + 'static) {}

#[test]
fn surface_a_task_that_owns_a_half_can_be_spawned() {
    let (mut reader, mut writer) = async_duplex::pipe(1);
    is_spawnable(async move {
        reader.closed().await;
        reader.readable(1).await
    });
    is_spawnable(async move {
        writer.closed().await;
        writer.writable(1).await
    });
}
