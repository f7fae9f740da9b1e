//! A half that waits under one executor and goes on under another. The waker of the first executor
//! is replaced, and only that of the second one is woken.

use crate::deadline::within;
use crate::scenario::{data, CAPACITY};
use crate::{current_thread, DEADLINE};
use async_duplex::{pipe, Reader, Writer};
use core::future::Future;
use core::pin::pin;
use futures::future::join;
use futures::{poll, AsyncReadExt, AsyncWriteExt};
use std::sync::mpsc;
use std::thread;

const HALF: usize = 32 * 1024;
const WHOLE: usize = 2 * HALF;

#[test]
fn a_reader_that_waits_under_smol_goes_on_under_tokio() {
    let (reader, writer) = pipe(CAPACITY);
    let (resumed, peer_resumed) = mpsc::channel();
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(|| write_in_two_halves(writer, peer_resumed));
            let reader = smol::block_on(smol::spawn(async {
                let mut reader = reader;
                let mut bytes = vec![0; HALF];
                reader.read_exact(&mut bytes).await.unwrap();
                assert!(bytes == data(0..HALF));
                // The other side does not write on yet.
                assert_waits(reader.read(&mut [0])).await;
                reader
            }));
            let runtime = current_thread();
            let read = runtime.spawn(async move {
                let mut reader = reader;
                let mut bytes = Vec::new();
                let rest = reader.read_to_end(&mut bytes);
                wait_then_tell(rest, resumed).await.unwrap();
                assert!(bytes == data(HALF..WHOLE));
            });
            runtime.block_on(read).unwrap();
        });
    });
}

/// Here the pending future moves with the half.
#[test]
fn a_pending_write_moves_from_smol_to_tokio() {
    let (reader, mut writer) = pipe(CAPACITY);
    let (resumed, peer_resumed) = mpsc::channel();
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(|| read_in_two_halves(reader, peer_resumed));
            let bytes = data(0..WHOLE);
            smol::block_on(writer.write_all(&bytes[..HALF])).unwrap();
            let mut rest = pin!(writer.write_all(&bytes[HALF..]));
            smol::block_on(assert_waits(rest.as_mut()));
            let rest = wait_then_tell(rest, resumed);
            current_thread().block_on(rest).unwrap();
            writer.finish();
        });
    });
}

/// Reads the first half, waits until the peer runs under its second executor, then reads the rest.
fn read_in_two_halves(mut reader: Reader, peer_resumed: mpsc::Receiver<()>) {
    pollster::block_on(async {
        let mut bytes = vec![0; HALF];
        reader.read_exact(&mut bytes).await.unwrap();
        peer_resumed.recv().unwrap();
        reader.read_to_end(&mut bytes).await.unwrap();
        assert!(bytes == data(0..WHOLE));
    });
}

/// Writes the first half, waits until the peer runs under its second executor, then writes the
/// rest.
fn write_in_two_halves(mut writer: Writer, peer_resumed: mpsc::Receiver<()>) {
    pollster::block_on(async {
        let bytes = data(0..WHOLE);
        writer.write_all(&bytes[..HALF]).await.unwrap();
        peer_resumed.recv().unwrap();
        writer.write_all(&bytes[HALF..]).await.unwrap();
    });
}

/// Polls `operation`, which must be pending, and then tells the peer to go on. If the peer woke
/// another waker, `operation` would not be polled again.
async fn wait_then_tell<T>(operation: impl Future<Output = T>, resumed: mpsc::Sender<()>) -> T {
    let mut operation = pin!(operation);
    assert_waits(operation.as_mut()).await;
    let tell = async { resumed.send(()).unwrap() };
    join(operation, tell).await.0
}

/// Polls `operation` once, with the waker of the current executor. It must be pending.
async fn assert_waits(operation: impl Future) {
    assert!(poll!(pin!(operation)).is_pending());
}
