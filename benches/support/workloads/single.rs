//! Single operations, in which neither side waits, and the life of a pipe.

use std::hint::black_box;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{read_exact, used_pipe, write_all};
use crate::support::contender::{Contender, Duplex, Family};
use crate::support::executor::Executor;
use crate::support::sliding::Sliding;

/// The size of the message through a short-lived pipe. It fits into the smallest one.
const SHORT_MESSAGE: usize = 64;

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
        until_ready(message, || C::Family::poll_write(writer, &mut cx, bytes));
        let buf = target.next();
        until_ready(message, || C::Family::poll_read(reader, &mut cx, buf));
    }
    start.elapsed()
}

/// Writes so many KiB, which fit, one at a time.
pub(crate) fn fill<C: Contender>(writer: &mut C::Writer, kib: usize) {
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..kib {
        until_ready(1024, || {
            C::Family::poll_write(writer, &mut cx, &[0x5a; 1024])
        });
    }
}

/// Reads so many KiB, which are unread, one at a time.
pub(crate) fn drain<C: Contender>(reader: &mut C::Reader, kib: usize) {
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..kib {
        until_ready(1024, || {
            C::Family::poll_read(reader, &mut cx, &mut [0; 1024])
        });
    }
}

/// Makes and drops, `times` times.
pub(crate) fn make<T>(make: impl Fn() -> T, times: u64) -> Duration {
    timed(|| drop(black_box(make())), times)
}

/// Makes a pipe, passes one message and drops the pipe, `times` times.
pub(crate) fn short_lived<C: Contender>(capacity: usize, times: u64) -> Duration {
    let (mut source, mut target) = (Sliding::new(SHORT_MESSAGE), Sliding::new(SHORT_MESSAGE));
    let executor = Executor::new();
    let life = || {
        let (mut reader, mut writer) = C::pipe(black_box(capacity));
        executor.run(async {
            write_all::<C>(&mut writer, source.next()).await;
            read_exact::<C>(&mut reader, target.next()).await;
        });
    };
    timed(life, times)
}

/// Makes a duplex, passes one message each way and drops the duplex, `times` times.
pub(crate) fn short_lived_duplex<D: Duplex>(capacity: usize, times: u64) -> Duration {
    let (mut source, mut target) = (Sliding::new(SHORT_MESSAGE), Sliding::new(SHORT_MESSAGE));
    let executor = Executor::new();
    let life = || {
        let (mut near, mut far) = D::duplex(black_box(capacity));
        let passed = executor.run(async {
            near.write_all(source.next()).await?;
            far.read_exact(target.next()).await?;
            far.write_all(source.next()).await?;
            near.read_exact(target.next()).await
        });
        passed.expect("both ends are there");
    };
    timed(life, times)
}

fn timed(mut work: impl FnMut(), times: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        work();
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
