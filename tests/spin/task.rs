//! Tasks whose wakes take as long as that of a parked thread, or of a busy one.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::task::Wake;
use std::thread;
use std::time::Instant;

use async_duplex::{Options, Reader, Writer};

/// Waking a parked thread takes longer than this.
const SLOW: Duration = Duration::from_micros(3);

/// The first wake of its peer that a half measures.
const MEASURED_WAKE: usize = 2;

/// The capacity of the pipes of these tests.
pub(crate) const CAPACITY: usize = 2;

struct Count {
    wakes: AtomicUsize,
    duration: Duration,
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::SeqCst);
        wait_busily(self.duration);
    }
}

pub(crate) fn wait_busily(duration: Duration) {
    let started = Instant::now();
    while started.elapsed() < duration {
        core::hint::spin_loop();
    }
}

/// A task that counts its wakes and the wakers that are retained.
pub(crate) struct Task(Arc<Count>);

impl Task {
    fn new(duration: Duration) -> Self {
        Self(Arc::new(Count {
            wakes: AtomicUsize::new(0),
            duration,
        }))
    }

    /// A task whose thread seems to be parked.
    pub(crate) fn slow() -> Self {
        Self::new(SLOW)
    }

    /// A task whose thread seems to run other tasks.
    pub(crate) fn fast() -> Self {
        Self::new(Duration::ZERO)
    }

    pub(crate) fn poll<T>(&self, poll: impl FnOnce(&mut Context<'_>) -> T) -> T {
        poll(&mut Context::from_waker(&Waker::from(self.0.clone())))
    }

    /// How many times the task was woken, and how many of its wakers are retained.
    pub(crate) fn state(&self) -> (usize, usize) {
        let wakes = self.0.wakes.load(Ordering::SeqCst);
        (wakes, Arc::strong_count(&self.0) - 1)
    }
}

/// The result of a wait for bytes.
pub(crate) type Found = Poll<Result<usize, io::ErrorKind>>;

/// A reader or a writer.
pub(crate) trait Half: Send + Sized + 'static {
    type Peer: Send + 'static;
    const NAME: &'static str;

    /// A half with nothing available, and its peer.
    fn pair(options: &Options) -> (Self, Self::Peer);

    /// Waits for `min` bytes.
    fn wait(&mut self, task: &Task, min: usize) -> Found;

    /// Moves all available bytes without waiting, and returns how many.
    fn move_all(&mut self) -> usize;

    /// Makes one byte available.
    fn give(peer: &mut Self::Peer);
}

impl Half for Reader {
    type Peer = Writer;
    const NAME: &'static str = "reader";

    fn pair(options: &Options) -> (Self, Writer) {
        options.pipe()
    }

    fn wait(&mut self, task: &Task, min: usize) -> Found {
        let found = task.poll(|cx| self.poll_readable(cx, min));
        found.map_err(|error| error.kind())
    }

    fn move_all(&mut self) -> usize {
        self.try_read(&mut [0; CAPACITY]).unwrap_or(0)
    }

    fn give(writer: &mut Writer) {
        assert_eq!(writer.try_write(b"x").unwrap(), 1);
    }
}

impl Half for Writer {
    type Peer = Reader;
    const NAME: &'static str = "writer";

    fn pair(options: &Options) -> (Self, Reader) {
        let (reader, mut writer) = options.pipe();
        assert_eq!(writer.move_all(), CAPACITY);
        (writer, reader)
    }

    fn wait(&mut self, task: &Task, min: usize) -> Found {
        let found = task.poll(|cx| self.poll_writable(cx, min));
        found.map_err(|error| error.kind())
    }

    fn move_all(&mut self) -> usize {
        self.try_write(&[7; CAPACITY]).unwrap_or(0)
    }

    fn give(reader: &mut Reader) {
        assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
    }
}

/// Makes a pipe whose half has been woken often enough for its peer to measure a wake of `task`.
pub(crate) fn measured<H: Half>(options: &Options, task: &Task) -> (H, H::Peer) {
    let (mut half, mut peer) = H::pair(options);
    for _ in 0..MEASURED_WAKE {
        assert_eq!(half.wait(task, 1), Poll::Pending, "a {}", H::NAME);
        H::give(&mut peer);
        assert_eq!(half.move_all(), 1);
    }
    (half, peer)
}

/// Returns whether halves spin on this machine.
pub(crate) fn has_two_cores() -> bool {
    thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}
