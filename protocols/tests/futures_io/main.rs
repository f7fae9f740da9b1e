//! Real protocols, by crates that know nothing of this one, over our streams in place of a socket.
//!
//! Each at capacities 1, 64 and 65536, or as small as its handshake allows: with the first, a protocol
//! meets a partial read and a partial write at every byte; the last is like a socket.

extern crate alloc;

#[path = "../../../tests/support/data.rs"]
mod data;
#[path = "../../../tests/support/deadline.rs"]
mod deadline;
mod tls;
mod websocket;
mod yamux;

use core::fmt::Debug;
use core::future::Future;
use data::data;
use futures::executor::block_on;
use futures::future::join;
use futures::{AsyncRead, AsyncReadExt};
use std::io;
use std::thread;

/// Seconds that are far more than any of these tests takes.
const DEADLINE: u64 = 60;

/// Runs the two ends of a connection, each on a thread of its own. Both must succeed.
#[track_caller]
fn run<C, S, E>(
    client: impl Future<Output = Result<C, E>>,
    server: impl Future<Output = Result<S, E>> + Send,
) -> (C, S)
where
    S: Send,
    E: Debug + Send,
{
    both(deadline::within(DEADLINE, || {
        thread::scope(|scope| {
            let server = scope.spawn(|| block_on(server));
            let client = block_on(client);
            (client, server.join().unwrap())
        })
    }))
}

/// Runs the two ends in turns: for the smallest capacities, at which there is a switch of threads
/// for every few bytes otherwise.
#[track_caller]
fn run_on_one_thread<C, S, E: Debug>(
    client: impl Future<Output = Result<C, E>>,
    server: impl Future<Output = Result<S, E>>,
) -> (C, S) {
    both(deadline::within(DEADLINE, || {
        block_on(join(client, server))
    }))
}

/// Where one end fails, so does often the other: shows both errors.
fn both<C, S, E: Debug>(results: (Result<C, E>, Result<S, E>)) -> (C, S) {
    match results {
        (Ok(client), Ok(server)) => (client, server),
        (client, server) => panic!("client: {:?}, server: {:?}", client.err(), server.err()),
    }
}

/// Reads exactly `expected`, and then the end of the stream.
///
/// Not by `read_to_end`, which clears all the spare room of its vector whenever it is polled: that
/// takes far too long if it is polled for every byte.
async fn expect(mut reader: impl AsyncRead + Unpin, expected: &[u8]) -> io::Result<()> {
    let mut received = vec![0; expected.len()];
    reader.read_exact(&mut received).await?;
    assert!(received == expected);
    assert_eq!(reader.read(&mut [0; 8]).await?, 0);
    Ok(())
}
