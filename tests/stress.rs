//! Two threads, one pipe, and everything that the scheduler comes up with.
//!
//! Each side does random operations; a failure names the capacity and the round that seed its dice.
//! When it has to wait it sleeps, spins, polls again with another waker, waits for something else
//! in between, or gives up and comes back later. Nothing here depends on time, but for how long a
//! side sleeps before it says that nobody has woken it.

#![cfg(not(loom))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "support/deadline.rs"]
mod deadline;

use core::fmt;
use core::hint;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};
use std::time::Instant;

use async_duplex::{pipe, Reader, Writer};
use deadline::within;
use futures::io::{AsyncBufRead, AsyncRead, AsyncWrite};

/// Tiny ones, in which the sides are in each other's way all the time, and one with some room.
const CAPACITIES: [usize; 6] = [1, 2, 3, 4, 5, 64];

/// How many pipes of each capacity live and die.
const ROUNDS: usize = if cfg!(debug_assertions) { 3000 } else { 10_000 };

/// How many operations a side does at most, but for a reader that reads until the end.
const STEPS: usize = 256;

/// How long no side ever sleeps.
const FOR_GOOD: Duration = Duration::from_secs(10);

#[test]
fn two_threads_lose_neither_a_byte_nor_a_wake() {
    within(240, || CAPACITIES.into_iter().for_each(play));
}

/// Gives pipe after pipe to two threads, and compares their stories.
fn play(capacity: usize) {
    let (readers, writers): (Vec<_>, Vec<_>) = (0..ROUNDS).map(|_| pipe(capacity)).unzip();
    let gone: Vec<_> = (0..ROUNDS).map(|_| Gone::default()).collect();
    let rendezvous = Rendezvous::default();
    let (read, written) = thread::scope(|scope| {
        let reading = scope.spawn(|| {
            rendezvous.meet(0, readers, |round, reader| {
                read(reader, Side::new("reader", capacity, round), &gone[round])
            })
        });
        let writing = scope.spawn(|| {
            rendezvous.meet(1, writers, |round, writer| {
                write(writer, Side::new("writer", capacity, round), &gone[round])
            })
        });
        (reading.join(), writing.join())
    });
    let (Ok(read), Ok(written)) = (read, written) else {
        panic!("capacity {capacity}: see above");
    };
    assert_eq!((read.len(), written.len()), (ROUNDS, ROUNDS));

    for (round, (read, written)) in read.into_iter().zip(written).enumerate() {
        let story = || format!("capacity {capacity}, round {round}: {read:?}, {written:?}");
        if read.outlived {
            assert_eq!(read.bytes, written.bytes, "{}", story());
        }
        assert!(read.bytes <= written.bytes, "{}", story());
        // Each waker that was left behind is woken once at most.
        assert!(read.wakes <= read.polls, "{}", story());
        assert!(written.wakes <= written.polls, "{}", story());
    }
}

/// Where two threads meet before each round. They spin, to start at the same time: to close a pipe
/// while the other end goes to sleep takes nanoseconds, and happens once in its life.
#[derive(Default)]
struct Rendezvous([AtomicUsize; 2]);

impl Rendezvous {
    /// Runs a round for each of `halves`, until the other thread is gone.
    fn meet<H, T>(&self, own: usize, halves: Vec<H>, round: impl Fn(usize, H) -> T) -> Vec<T> {
        /// The round that a thread has come to, or beyond all when it returns or panics.
        struct At<'a>(&'a AtomicUsize);

        impl Drop for At<'_> {
            fn drop(&mut self) {
                self.0.store(usize::MAX, Ordering::Relaxed);
            }
        }

        let at = At(&self.0[own]);
        let other = &self.0[1 - own];
        let rounds = halves.len();
        let mut results = Vec::with_capacity(rounds);
        for (i, half) in halves.into_iter().enumerate() {
            at.0.store(i + 1, Ordering::Relaxed);
            let mut spins = 0;
            while other.load(Ordering::Relaxed) <= i {
                if spins < 1000 {
                    spins += 1;
                    hint::spin_loop();
                } else {
                    // There may be but one core.
                    thread::yield_now();
                }
            }
            if other.load(Ordering::Relaxed) == usize::MAX && i + 1 < rounds {
                break;
            }
            results.push(round(i, half));
        }
        results
    }
}

/// What has become of a side.
#[derive(Debug)]
struct Story {
    bytes: usize,
    polls: usize,
    wakes: usize,
    /// It went on until the other side had ended.
    outlived: bool,
}

/// Who has begun to close. `Relaxed`: that a side learns of it in time is the pipe's business.
#[derive(Default)]
struct Gone {
    reader: AtomicBool,
    writer: AtomicBool,
}

fn write(mut writer: Writer, mut side: Side, gone: &Gone) -> Story {
    let most = writer.capacity().min(8) + 2;
    let (mut sent, mut outlived) = (0, false);
    for _ in 0..side.steps() {
        let len = side.random.below(most);
        let bytes: Vec<u8> = (sent..sent + len).map(pattern).collect();
        let (front, back) = bytes.split_at(side.random.below(len + 1));
        let (closed, room) = (writer.is_closed(), writer.capacity() - writer.len());
        let written = match side.random.below(5) {
            0 => writer.try_write(&bytes),
            1 | 2 => side.attempt(&mut writer, |writer, cx| {
                let bufs = [front, &[], back].map(IoSlice::new);
                Pin::new(writer).poll_write_vectored(cx, &bufs)
            }),
            _ => side.attempt(&mut writer, |writer, cx| {
                Pin::new(writer).poll_write(cx, &bytes)
            }),
        };
        match written {
            Ok(n) => {
                assert!(!closed, "{side}: closed, but not for a write");
                assert!(
                    (len.min(room.max(1))..=len).contains(&n),
                    "{side}: {n} of {len}"
                );
                sent += n;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                assert!(!closed, "{side}: closed, but not for a write");
                assert_eq!(len.min(room), 0, "{side}: there was room");
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{side}");
                assert!(gone.reader.load(Ordering::Relaxed), "{side}: too early");
                outlived = true;
                break;
            }
        }
    }

    gone.writer.store(true, Ordering::Relaxed);
    if side.random.below(2) == 0 {
        writer.finish();
        let again = writer.try_write(&[0]).map_err(|error| error.kind());
        assert_eq!(again, Err(ErrorKind::BrokenPipe), "{side}");
        if side.random.below(2) == 0 {
            while side.attempt(&mut writer, Half::poll_gone).is_err() {}
            assert!(gone.reader.load(Ordering::Relaxed), "{side}: too early");
        }
    }
    Story {
        bytes: sent,
        polls: side.polls,
        wakes: side.wakes(),
        outlived,
    }
}

fn read(mut reader: Reader, mut side: Side, gone: &Gone) -> Story {
    let most = reader.capacity().min(8) + 2;
    let (mut received, mut outlived) = (0, false);
    let mut receive = |side: &Side, bytes: &[u8]| {
        for &byte in bytes {
            assert_eq!(byte, pattern(received), "{side}: byte {received}");
            received += 1;
        }
    };
    let steps = match side.random.below(2) {
        0 => side.steps(),
        _ => usize::MAX,
    };
    for _ in 0..steps {
        let mut buf = [0; 10];
        let len = side.random.below(most);
        let buf = &mut buf[..len];
        let cut = side.random.below(len + 1);
        let (closed, unread) = (reader.is_closed(), reader.len());
        let way = side.random.below(6);
        let read = match way {
            0 => reader.try_read(buf),
            1 | 2 => side.attempt(&mut reader, |reader, cx| {
                let (front, back) = buf.split_at_mut(cut);
                let bufs = &mut [front, &mut [], back].map(IoSliceMut::new);
                Pin::new(reader).poll_read_vectored(cx, bufs)
            }),
            3 | 4 => side.attempt(&mut reader, |reader, cx| {
                Pin::new(reader).poll_read(cx, buf)
            }),
            _ => {
                // Lent, and then taken or left.
                let lent = side.attempt(&mut reader, |reader, cx| {
                    let lent = Pin::new(reader).poll_fill_buf(cx);
                    lent.map_ok(|lent| lent.to_vec())
                });
                match lent {
                    Ok(lent) if lent.is_empty() => {
                        assert_eq!(unread, 0, "{side}");
                        Ok(0)
                    }
                    Ok(lent) => {
                        let n = side.random.below(lent.len() + 1);
                        receive(&side, &lent[..n]);
                        Pin::new(&mut reader).consume(n);
                        continue;
                    }
                    Err(error) => Err(error),
                }
            }
        };
        match read {
            Ok(0) if way == 5 || len > 0 => {
                assert!(gone.writer.load(Ordering::Relaxed), "{side}: too early");
                assert_eq!(unread, 0, "{side}");
                outlived = true;
                break;
            }
            Ok(n) => {
                assert!(n >= len.min(unread), "{side}: {n} of {len}");
                receive(&side, &buf[..n]);
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock, "{side}");
                assert!(!closed, "{side}: closed, but not for a read");
                assert_eq!(unread, 0, "{side}: there were bytes");
            }
        }
    }

    gone.reader.store(true, Ordering::Relaxed);
    if side.random.below(2) == 0 {
        let unread = reader.len();
        reader.close();
        // What had come by then is still there, and nothing more comes.
        assert!(reader.len() >= unread, "{side}: forgotten");
        let mut rest = vec![0; reader.len() + 1];
        let n = reader.try_read(&mut rest).unwrap();
        assert_eq!(n, rest.len() - 1, "{side}");
        receive(&side, &rest[..n]);
        assert_eq!(reader.try_read(&mut rest).unwrap(), 0, "{side}");
        if side.random.below(2) == 0 {
            while side.attempt(&mut reader, Half::poll_gone).is_err() {}
            assert!(gone.writer.load(Ordering::Relaxed), "{side}: too early");
        }
    }
    Story {
        bytes: received,
        polls: side.polls,
        wakes: side.wakes(),
        outlived,
    }
}

/// Byte `i` of what is written: no shift, whether by a capacity or by 256, goes unnoticed.
fn pattern(i: usize) -> u8 {
    ((i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
}

/// What the two halves have in common here.
trait Half {
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

impl Half for Reader {
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_closed(cx).map(Ok)
    }
}

impl Half for Writer {
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_closed(cx).map(Ok)
    }
}

/// A thread that owns a half, with its tasks and its dice.
struct Side {
    name: &'static str,
    capacity: usize,
    round: usize,
    random: Xorshift,
    tasks: [Arc<Task>; 3],
    polls: usize,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            capacity,
            round,
            ..
        } = self;
        write!(f, "{name}, capacity {capacity}, round {round}")
    }
}

impl Side {
    fn new(name: &'static str, capacity: usize, round: usize) -> Self {
        let seed = (capacity as u64) << 40 | (round as u64) << 8 | u64::from(name.as_bytes()[0]);
        Self {
            name,
            capacity,
            round,
            random: Xorshift::new(seed),
            tasks: core::array::from_fn(|_| Arc::new(Task::of_this_thread())),
            polls: 0,
        }
    }

    /// How many operations to do: often few, so that much ends while it has hardly begun.
    fn steps(&mut self) -> usize {
        let most = STEPS >> self.random.below(9);
        self.random.below(most + 1)
    }

    fn wakes(&self) -> usize {
        let wakes = self.tasks.iter().map(|task| &task.wakes);
        wakes.map(|wakes| wakes.load(Ordering::Relaxed)).sum()
    }

    /// Polls until the answer is there, or until this side has had enough: `WouldBlock`.
    fn attempt<H: Half, T>(
        &mut self,
        half: &mut H,
        mut poll: impl FnMut(&mut H, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> io::Result<T> {
        loop {
            // Often another one than the last time.
            let task = self.any_task();
            task.is_woken.store(false, Ordering::Relaxed);
            let waker = Waker::from(Arc::clone(&task));
            self.polls += 1;
            if let Poll::Ready(result) = poll(half, &mut Context::from_waker(&waker)) {
                return result;
            }
            match self.random.below(8) {
                0 => return Err(ErrorKind::WouldBlock.into()),
                1 => {
                    // To wait for the end takes nothing from the wait that is there already.
                    let watching = self.any_task();
                    let is_same = Arc::ptr_eq(&watching, &task);
                    let waker = Waker::from(watching);
                    self.polls += 1;
                    let gone = half.poll_gone(&mut Context::from_waker(&waker));
                    if is_same && gone.is_pending() {
                        self.sleep(&task);
                    }
                }
                2 => {}
                3 => (0..self.random.below(200)).for_each(|_| hint::spin_loop()),
                4 => thread::yield_now(),
                _ => self.sleep(&task),
            }
        }
    }

    fn any_task(&mut self) -> Arc<Task> {
        Arc::clone(&self.tasks[self.random.below(3)])
    }

    /// Sleeps until this very task is woken.
    fn sleep(&self, task: &Task) {
        let since = Instant::now();
        while !task.is_woken.load(Ordering::Acquire) {
            let left = FOR_GOOD.checked_sub(since.elapsed());
            thread::park_timeout(left.unwrap_or_else(|| panic!("{self}: nobody has woken it")));
        }
    }
}

/// Something to wake: a thread, but only who sleeps for this very task stays awake.
struct Task {
    thread: Thread,
    is_woken: AtomicBool,
    wakes: AtomicUsize,
}

impl Task {
    fn of_this_thread() -> Self {
        Self {
            thread: thread::current(),
            is_woken: AtomicBool::new(false),
            wakes: AtomicUsize::new(0),
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
        self.is_woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Marsaglia's generator: small, and good enough to be unfair with.
struct Xorshift(u64);

impl Xorshift {
    fn new(seed: u64) -> Self {
        // Neighbouring seeds should have nothing in common, and 0 is the one state to avoid.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The upper half, as the lower bits are the poorer ones.
        (self.0 >> 32) as usize % n
    }
}
