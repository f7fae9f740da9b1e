//! Other code that parks and unparks the same thread, such as an executor. A blocking call neither
//! consumes its `unpark`s nor takes them for progress.

use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::io::Read;
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};

use async_duplex::pipe;
use futures::future::{poll_fn, BoxFuture};

use crate::common::{assert_times_out, current_thread, multi_thread, DEADLINE, SHORT};
use crate::support::deadline::within;
use crate::support::half::until_waiting;

#[test]
fn b20_an_unpark_before_or_during_a_blocking_call_is_not_consumed() {
    within(DEADLINE, || {
        thread::current().unpark();
        read_a_late_byte(|| {});
        // Hangs if the blocking call has consumed the token.
        thread::park();
        let this = thread::current();
        read_a_late_byte(move || this.unpark());
        thread::park();
    });
}

#[test]
fn b20_unparks_do_not_end_a_blocking_call() {
    within(DEADLINE, || {
        let this = thread::current();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    this.unpark();
                    thread::yield_now();
                }
            });
            let (reader, _writer) = pipe(8);
            let mut reader = reader.blocking();
            reader.set_timeout(Some(SHORT));
            assert_times_out(SHORT, || reader.read(&mut [0; 8]));
            read_a_late_byte(|| {});
            done.store(true, Ordering::Relaxed);
        });
    });
}

/// Another event wakes the task while a call in it blocks. The executor must poll the task again.
#[test]
fn b20_an_executor_keeps_a_wake_that_comes_while_its_task_blocks() {
    within(DEADLINE, || {
        wake_while_the_task_blocks(block_on_by_parking);
        wake_while_the_task_blocks(pollster::block_on);
        wake_while_the_task_blocks(futures::executor::block_on);
        wake_while_the_task_blocks(smol::block_on);
        wake_while_the_task_blocks(async_std::task::block_on);
        wake_while_the_task_blocks(|task| current_thread().block_on(task));
        wake_while_the_task_blocks(|task| {
            multi_thread(1).block_on(async { tokio::spawn(task).await.unwrap() })
        });
    });
}

/// Runs a task that blocks in its first poll and is woken meanwhile. That poll returns `Pending`,
/// and the second poll completes the task.
fn wake_while_the_task_blocks(block_on: impl FnOnce(BoxFuture<'static, ()>)) {
    let mut polls = 0;
    block_on(Box::pin(poll_fn(move |cx| {
        polls += 1;
        if polls > 1 {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        read_a_late_byte(|| waker.wake());
        Poll::Pending
    })));
}

/// An executor that waits with `thread::park`.
fn block_on_by_parking<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Blocks in a read. Meanwhile another thread calls `meanwhile` and then writes a byte.
///
/// Not a scoped thread, because the end of a scope waits with `thread::park`.
fn read_a_late_byte(meanwhile: impl FnOnce() + Send + 'static) {
    let (reader, mut writer) = pipe(1);
    let late = thread::spawn(move || {
        until_waiting(&writer);
        meanwhile();
        writer.try_write(b"x").unwrap();
    });
    assert_eq!(reader.blocking().read(&mut [0]).unwrap(), 1);
    late.join().unwrap();
}
