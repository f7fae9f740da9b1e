//! What every public type is to its users, whatever it is made of: checked by the compiler.

#![cfg(not(loom))]

use core::fmt::Debug;
use core::panic::{RefUnwindSafe, UnwindSafe};
use std::io;

use async_duplex::{Closed, DuplexStream, Options, Readable, Reader, Writable, Writer};
use futures::future::FusedFuture;

/// Compiles only for a type that can be shown, sent, shared and moved, and held across a panic.
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

/// The bound that an executor puts on what it spawns.
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
