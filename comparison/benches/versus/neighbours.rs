//! What a pipe costs the tasks that share a thread with it.

use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Builder;
use tokio::task::yield_now;

use crate::support::contender::Duplex;

/// How long a neighbour works in each of its turns.
const TURN: Duration = Duration::from_micros(2);

/// How long the writer works before each byte.
const PERIOD: Duration = Duration::from_micros(20);

/// Has a task take `turns` turns, beside a reader on the same thread that gets a byte in each
/// period from another thread.
pub(crate) fn turns<D: Duplex>(turns: u64) -> Duration {
    let (mut source, mut target) = D::duplex(4 << 10);
    let feeder = thread::spawn(move || {
        D::block_on(async {
            while source.write_all(&[0x5a]).await.is_ok() {
                ponder(PERIOD);
            }
        });
    });
    let runtime = Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime can be made");
    runtime.spawn(async move {
        let mut buf = [0; 64];
        while target.read(&mut buf).await.expect("the source is there") > 0 {}
    });
    let elapsed = runtime.block_on(async {
        let start = Instant::now();
        for _ in 0..turns {
            ponder(TURN);
            yield_now().await;
        }
        start.elapsed()
    });
    // This drops the reader, which ends the feeder.
    drop(runtime);
    feeder.join().expect("the feeder does not panic");
    elapsed
}

/// Keeps this thread busy.
fn ponder(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}
