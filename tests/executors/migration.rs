//! A call that waits under one executor and goes on under another. The waker of the first executor
//! is replaced, and only that of the second one is woken.

use crate::deadline::within;
use crate::scenario::{data, CAPACITY};
use crate::{current_thread, DEADLINE};
use async_duplex::pipe;
use core::future::Future;
use core::pin::pin;
use futures::future::join;
use futures::{poll, AsyncReadExt, AsyncWriteExt};
use std::sync::mpsc;
use std::thread;

const HALF: usize = 32 * 1024;
const WHOLE: usize = 2 * HALF;

#[test]
fn b7_a_pending_write_moves_from_smol_to_tokio() {
    let (mut reader, mut writer) = pipe(CAPACITY);
    let (resumed, peer_resumed) = mpsc::channel();
    let read = move || {
        let mut bytes = vec![0; HALF];
        pollster::block_on(reader.read_exact(&mut bytes)).unwrap();
        peer_resumed.recv().unwrap();
        pollster::block_on(reader.read_to_end(&mut bytes)).unwrap();
        assert!(bytes == data(0..WHOLE));
    };
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(read);
            let bytes = data(0..WHOLE);
            smol::block_on(writer.write_all(&bytes[..HALF])).unwrap();
            let mut rest = pin!(writer.write_all(&bytes[HALF..]));
            smol::block_on(assert_waits(rest.as_mut()));
            current_thread()
                .block_on(wait_then_tell(rest, resumed))
                .unwrap();
            writer.finish();
        });
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
