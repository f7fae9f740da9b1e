//! Protocols, by crates that do not depend on this one, over these streams in place of a socket.
//!
//! Each runs at capacities 1, 64 and 65536, or at the smallest capacity that its handshake allows.
//! At capacity 1, every read and every write is a partial one. At 65536, a stream is like a socket.

extern crate alloc;

#[path = "../../../tests/support/data.rs"]
mod data;
#[path = "../../../tests/support/deadline.rs"]
mod deadline;
mod tls;
mod trusting;
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

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 60;

/// Runs the two ends of a connection on two threads. Both must succeed: if one fails, the other
/// often does too, so the panic shows both errors.
///
/// At small capacities, two threads would switch every few bytes, so both run on this one.
#[track_caller]
fn run<C, S: Send, E: Debug + Send>(
    capacity: usize,
    client: impl Future<Output = Result<C, E>>,
    server: impl Future<Output = Result<S, E>> + Send,
) -> (C, S) {
    let results = deadline::within(DEADLINE, || match capacity {
        ..64 => block_on(join(client, server)),
        _ => thread::scope(|scope| {
            let server = scope.spawn(|| block_on(server));
            (block_on(client), server.join().unwrap())
        }),
    });
    match results {
        (Ok(client), Ok(server)) => (client, server),
        (client, server) => panic!("client: {:?}, server: {:?}", client.err(), server.err()),
    }
}

/// Reads exactly `expected`, and then the end of the stream.
///
/// `read_to_end` clears the spare capacity of its vector at each poll, which takes too long if it
/// is polled for every byte.
async fn expect(mut reader: impl AsyncRead + Unpin, expected: &[u8]) -> io::Result<()> {
    let mut received = vec![0; expected.len()];
    reader.read_exact(&mut received).await?;
    assert!(received == expected);
    assert_eq!(reader.read(&mut [0; 8]).await?, 0);
    Ok(())
}
