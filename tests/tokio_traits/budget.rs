//! B18: the budget of tokio's tasks, which only the calls of its traits obey. `like_tokio` has
//! how much of it each call uses.

use core::convert::Infallible;
use core::pin::{pin, Pin};
use core::task::Poll;
use core::time::Duration;

use async_duplex::{duplex, pipe};
use futures::future::{poll_fn, FutureExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::coop;
use tokio::time::{sleep, timeout};

use crate::run;

/// More calls than any budget allows.
const MANY: usize = 10_000;

/// Writes and reads for ever, and never has to wait.
async fn stay_busy() -> Infallible {
    let (mut near, mut far) = duplex(8192);
    let mut buf = [0; 4096];
    loop {
        near.write_all(&[1; 4096]).await.unwrap();
        far.read_exact(&mut buf).await.unwrap();
    }
}

#[test]
fn b18_a_select_over_a_busy_stream_lets_a_timer_fire() {
    run(async {
        let timer = || sleep(Duration::from_millis(1)).fuse();
        // These are polled in random order.
        futures::select! {
            never = pin!(stay_busy().fuse()) => match never {},
            () = pin!(timer()) => {}
        }
        futures::select_biased! {
            () = pin!(timer()) => {}
            never = pin!(stay_busy().fuse()) => match never {},
        }
        assert!(timeout(Duration::from_millis(1), stay_busy())
            .await
            .is_err());
    });
}

#[test]
fn b7_futures_io_and_inherent_methods_ignore_the_budget() {
    use futures::io::{AsyncRead, AsyncWrite};

    run(async {
        let (mut reader, mut writer) = pipe(8);
        poll_fn(|cx| {
            for _ in 0..MANY {
                assert!(AsyncWrite::poll_write(Pin::new(&mut writer), cx, b"ab").is_ready());
                assert!(writer.poll_write(cx, b"cd").is_ready());
                assert!(AsyncRead::poll_read(Pin::new(&mut reader), cx, &mut [0; 3]).is_ready());
                assert!(reader.poll_read(cx, &mut [0; 3]).is_ready());
            }
            assert!(coop::has_budget_remaining());
            Poll::Ready(())
        })
        .await;
    });
}
