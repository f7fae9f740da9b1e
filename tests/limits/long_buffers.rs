//! B3, B8 and B21 for buffers that are longer than the pipe, or than any piece of a transfer.

use core::mem;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::io;
use std::panic::{catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::task::Wake;

use async_duplex::{pipe, Reader, Writer};

use crate::calls::{READS, WRITES};
use crate::data::data;

/// A half that moves bytes until it has to wait.
trait Greedy: Send + 'static {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>>;
}

impl Greedy for Reader {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.poll_read(cx, &mut [0; 4096])
    }
}

impl Greedy for Writer {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.poll_write(cx, &[7; 4096])
    }
}

/// A task that runs inside of `wake`, until its half has to wait again.
struct GreedyTask<H> {
    half: Mutex<H>,
    wakes: AtomicUsize,
    /// How many wakes found nothing to do.
    idle_wakes: AtomicUsize,
}

impl<H: Greedy> GreedyTask<H> {
    /// The half has to wait for its first byte.
    fn park(half: H) -> Arc<Self> {
        let task = Arc::new(Self {
            half: Mutex::new(half),
            wakes: AtomicUsize::new(0),
            idle_wakes: AtomicUsize::new(0),
        });
        assert_eq!(task.clone().run(), 0);
        task
    }

    /// Moves bytes until the half has to wait, and returns how many.
    fn run(self: Arc<Self>) -> usize {
        let waker = Waker::from(self.clone());
        let mut moved = 0;
        let mut half = self.half.lock().unwrap();
        // At the end of the test, the peer is dropped: nothing is left to move then.
        while let Poll::Ready(Ok(n @ 1..)) = half.poll(&mut Context::from_waker(&waker)) {
            moved += n;
        }
        moved
    }

    /// How many times the task was woken, and how many of the wakes found nothing to do.
    fn wakes(&self) -> (usize, usize) {
        let load = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        (load(&self.wakes), load(&self.idle_wakes))
    }
}

impl<H: Greedy> Wake for GreedyTask<H> {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::SeqCst);
        if self.clone().run() == 0 {
            self.idle_wakes.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Capacities, and buffers that are longer. No transfer is cut into pieces of less than 4 KiB.
const SIZES: [(usize, usize); 5] = [
    (1, 33_000),
    (4, 100_000),
    (10, 1 << 20),
    (1000, (32 << 10) + 1),
    (4096, 1 << 20),
];

#[test]
fn b8_a_write_longer_than_the_pipe_wakes_the_reader_once() {
    for (name, write) in WRITES {
        for (capacity, len) in SIZES {
            let (reader, mut writer) = pipe(capacity);
            let task = GreedyTask::park(reader);
            // The reader empties the pipe meanwhile, and parks again.
            let written = write(&mut writer, &vec![7; len]).unwrap();
            assert_eq!(written, capacity, "{name}, {len} bytes");
            assert_eq!(task.wakes(), (1, 0), "{name}: {len} bytes to {capacity}");
        }
    }
}

#[test]
fn b8_a_read_longer_than_the_pipe_wakes_the_writer_once() {
    for (name, read) in READS {
        for (capacity, len) in SIZES {
            let (mut reader, mut writer) = pipe(capacity);
            assert_eq!(writer.try_write(&vec![7; capacity]).unwrap(), capacity);
            let task = GreedyTask::park(writer);
            // The writer fills the pipe meanwhile, and parks again.
            let got = read(&mut reader, &mut vec![0; len]).unwrap();
            assert_eq!(got, capacity, "{name}, {len} bytes");
            assert_eq!(task.wakes(), (1, 0), "{name}: {len} bytes of {capacity}");
        }
    }
}

/// The call publishes once, so the reader finds all of its bytes when it is woken.
#[test]
fn b8_a_long_write_wakes_the_reader_once_and_for_bytes() {
    for (name, write) in WRITES {
        let (reader, mut writer) = pipe(100_000);
        let task = GreedyTask::park(reader);
        let written = write(&mut writer, &vec![7; 1 << 20]).unwrap();
        assert_eq!(written, 100_000, "{name}: what fits when the call begins");
        assert_eq!(task.wakes(), (1, 0), "{name}");
    }
}

/// The call publishes once, so the writer finds all of the space when it is woken.
#[test]
fn b8_a_long_read_wakes_the_writer_once_and_for_space() {
    for (name, read) in READS {
        let (mut reader, mut writer) = pipe(100_000);
        assert_eq!(writer.try_write(&[7; 100_000]).unwrap(), 100_000);
        let task = GreedyTask::park(writer);
        let got = read(&mut reader, &mut vec![0; 1 << 20]).unwrap();
        assert_eq!(got, 100_000, "{name}: what is unread when the call begins");
        assert_eq!(task.wakes(), (1, 0), "{name}");
    }
}

/// Longer than any block that a transfer could be copied in.
const LONG: usize = 100_000;

struct Panicking;

impl Wake for Panicking {
    fn wake(self: Arc<Self>) {
        resume_unwind(Box::new("woken"));
    }
}

/// Calls `f`, which must panic. Its captures are used again, hence `AssertUnwindSafe`.
#[track_caller]
fn assert_panics<T>(f: impl FnOnce() -> T) {
    assert!(catch_unwind(AssertUnwindSafe(f)).is_err());
}

/// Leaves the half waiting with a waker that panics when it is woken.
fn park_panicking(half: &mut impl Greedy) {
    let waker = Waker::from(Arc::new(Panicking));
    assert!(half.poll(&mut Context::from_waker(&waker)).is_pending());
}

#[test]
fn b21_a_long_write_whose_waker_panics_has_written_every_byte() {
    let bytes = data(1, LONG);
    for (name, write) in WRITES {
        let (mut reader, mut writer) = pipe(LONG);
        park_panicking(&mut reader);
        assert_panics(|| write(&mut writer, &bytes));
        assert_eq!(reader.len(), LONG, "{name}");
        let (front, back) = reader.as_slices();
        assert!([front, back].concat() == bytes, "{name}: other bytes");
    }
}

#[test]
fn b21_a_long_read_whose_waker_panics_has_read_every_byte() {
    let bytes = data(2, LONG);
    for (name, read) in READS {
        let (mut reader, mut writer) = pipe(LONG);
        assert_eq!(writer.try_write(&bytes).unwrap(), LONG);
        park_panicking(&mut writer);
        let mut buf = vec![0; LONG];
        assert_panics(|| read(&mut reader, &mut buf));
        assert!(buf == bytes, "{name}: the buffer has other bytes");
        assert!(
            writer.is_empty(),
            "{name}: {} bytes are unread",
            writer.len()
        );
    }
}

/// The writes wrap around the end of the storage, because a byte stays unread.
#[test]
fn b21_after_long_writes_whose_wakers_panic_the_pipe_goes_on() {
    let (mut reader, mut writer) = pipe(LONG);
    assert_eq!(writer.try_write(b"-").unwrap(), 1);
    let mut unread = b"-".to_vec();
    for round in 0..4 {
        let waker = Waker::from(Arc::new(Panicking));
        let mut cx = Context::from_waker(&waker);
        assert!(reader.poll_readable(&mut cx, 2).is_pending());
        let bytes = data(round, LONG - 1000);
        assert_panics(|| writer.try_write(&bytes));
        unread.extend(bytes);
        let mut buf = vec![0; unread.len() - 1];
        assert_eq!(reader.try_read(&mut buf).unwrap(), buf.len());
        let last = unread.split_off(buf.len());
        assert!(mem::replace(&mut unread, last) == buf, "round {round}");
    }
}
