//! B23: a limit of spinning is clamped, so that a half which spins in vain parks.

use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::task::Wake;
use std::time::Instant;

use async_duplex::{DuplexStream, Options};
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::counting_waker::as_poll;
use crate::deadline::within;
use crate::DEADLINE;

/// A task that takes as long to wake as a thread that sleeps: a pipe may count that as a reason for
/// spinning.
#[derive(Default)]
struct SlowTask {
    is_woken: AtomicBool,
}

impl Wake for SlowTask {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        let started = Instant::now();
        while started.elapsed() < Duration::from_micros(10) {
            core::hint::spin_loop();
        }
    }
}

/// Polls a future on this thread until it is ready. Panics if it waits without having been woken.
fn run<T>(future: impl Future<Output = T>) -> T {
    let task = Arc::new(SlowTask::default());
    let waker = Waker::from(task.clone());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return result;
        }
        assert!(task.is_woken.swap(false, Ordering::SeqCst), "no wake");
    }
}

const ROUNDS: usize = 20;

/// The limits are clamped to 10 ms.
const LIMITS: [Duration; 2] = [Duration::MAX, Duration::from_secs(3600)];

async fn ping(mut stream: DuplexStream) -> io::Result<()> {
    for _ in 0..ROUNDS {
        stream.write_all(b"ping").await?;
        stream.read_exact(&mut [0; 4]).await?;
    }
    stream.close().await
}

async fn pong(mut stream: DuplexStream) -> io::Result<()> {
    for _ in 0..ROUNDS {
        stream.read_exact(&mut [0; 4]).await?;
        stream.write_all(b"pong").await?;
    }
    stream.close().await
}

#[test]
fn b23_two_tasks_on_one_thread_end_although_the_limit_is_the_longest() {
    for limit in LIMITS {
        let (near, far) = Options::new(2).spin_limit(limit).duplex();
        within(DEADLINE, || {
            let (sent, got) = run(futures::future::join(ping(near), pong(far)));
            sent.and(got).unwrap();
        });
    }
}

#[test]
fn b23_two_tasks_in_block_on_end_although_the_limit_is_the_longest() {
    for limit in LIMITS {
        let (near, far) = Options::new(2).spin_limit(limit).duplex();
        within(DEADLINE, || {
            let both = futures::future::join(ping(near), pong(far));
            let (sent, got) = futures::executor::block_on(both);
            sent.and(got).unwrap();
        });
    }
}

#[test]
fn b23_a_half_that_spins_in_vain_waits_in_the_end() {
    for limit in LIMITS {
        let (mut reader, mut writer) = Options::new(2).spin_limit(limit).pipe();
        let task = Arc::new(SlowTask::default());
        let waker = Waker::from(task.clone());
        let mut cx = Context::from_waker(&waker);
        within(DEADLINE, || {
            for _ in 0..ROUNDS {
                assert!(reader.poll_read(&mut cx, &mut [0; 4]).is_pending());
                assert_eq!(writer.try_write(b"ab").unwrap(), 2);
                assert!(task.is_woken.swap(false, Ordering::SeqCst));
                assert!(writer.poll_write(&mut cx, b"cd").is_pending());
                assert_eq!(reader.try_read(&mut [0; 4]).unwrap(), 2);
                assert!(task.is_woken.swap(false, Ordering::SeqCst));
            }
        });
        assert!(as_poll(reader.try_read(&mut [0])).is_pending());
    }
}
