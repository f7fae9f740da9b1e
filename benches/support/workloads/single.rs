//! Single operations, in which neither side waits.

use std::hint::black_box;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::{read_exact, used_pipe, write_all};
use crate::support::contender::Contender;
use crate::support::executor::Executor;
use crate::support::sliding::Sliding;

/// Writes a message that fits and reads it, `times` times. Neither side waits, so there is no task.
pub(crate) fn operate<C: Contender>(capacity: usize, message: usize, times: u64) -> Duration {
    let (mut reader, mut writer) = used_pipe::<C>(capacity);
    pass::<C>(&mut reader, &mut writer, message, times)
}

/// Likewise, through a pipe that exists already.
pub(crate) fn pass<C: Contender>(
    reader: &mut C::Reader,
    writer: &mut C::Writer,
    message: usize,
    times: u64,
) -> Duration {
    let (mut source, mut target) = (Sliding::new(message), Sliding::new(message));
    let mut cx = Context::from_waker(Waker::noop());

    let start = Instant::now();
    for _ in 0..times {
        let bytes = source.next();
        until_ready(message, || C::poll_write(writer, &mut cx, bytes));
        let buf = target.next();
        until_ready(message, || C::poll_read(reader, &mut cx, buf));
    }
    start.elapsed()
}

/// Makes a pipe and drops it, `times` times.
pub(crate) fn make<C: Contender>(capacity: usize, times: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        drop(black_box(C::pipe(black_box(capacity))));
    }
    start.elapsed()
}

/// Makes a pipe, passes one message and drops the pipe, `times` times.
pub(crate) fn short_lived<C: Contender>(capacity: usize, message: usize, times: u64) -> Duration {
    let (mut source, mut target) = (Sliding::new(message), Sliding::new(message));
    let executor = Executor::new();

    let start = Instant::now();
    for _ in 0..times {
        let (mut reader, mut writer) = C::pipe(black_box(capacity));
        C::run(&executor, async {
            write_all::<C>(&mut writer, source.next()).await;
            read_exact::<C>(&mut reader, target.next()).await;
        });
    }
    start.elapsed()
}

/// Polls until the whole message is moved. Only a contender that yields at random needs more than
/// one poll.
#[inline]
fn until_ready(message: usize, mut poll: impl FnMut() -> Poll<std::io::Result<usize>>) {
    loop {
        if let Poll::Ready(n) = poll() {
            return assert_eq!(n.expect("both halves are there"), message);
        }
    }
}
