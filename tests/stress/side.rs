//! What the threads of both halves need: tasks, random numbers, and ways to wait.

use core::fmt;
use core::hint;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};
use std::time::Instant;

use async_duplex::{Reader, Writer};

/// The maximal number of calls of a side, unless it is a reader that reads until the end.
const STEPS: usize = 256;

/// No side is parked for so long, unless a wake was lost.
pub(crate) const PARK_LIMIT: Duration = Duration::from_secs(if cfg!(miri) { 600 } else { 10 });

/// A half that can wait for the end of its peer.
pub(crate) trait Half {
    fn poll_peer_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

impl Half for Reader {
    fn poll_peer_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_closed(cx).map(Ok)
    }
}

impl Half for Writer {
    fn poll_peer_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_closed(cx).map(Ok)
    }
}

/// The tasks and the random numbers of the thread that owns a half.
pub(crate) struct Side {
    name: &'static str,
    capacity: usize,
    round: usize,
    pub(crate) random: Random,
    tasks: [Arc<Task>; 3],
    pub(crate) polls: usize,
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
    pub(crate) fn new(name: &'static str, capacity: usize, round: usize) -> Self {
        let seed = (capacity as u64) << 40 | (round as u64) << 8 | u64::from(name.as_bytes()[0]);
        Self {
            name,
            capacity,
            round,
            random: Random::new(seed),
            tasks: core::array::from_fn(|_| Arc::new(Task::of_this_thread())),
            polls: 0,
        }
    }

    /// How many calls to make: often few, so that many pipes end soon after their start.
    pub(crate) fn steps(&mut self) -> usize {
        let most = STEPS >> self.random.below(9);
        self.random.below(most + 1)
    }

    /// The length of the next buffer: mostly small, and sometimes far above the capacity.
    pub(crate) fn len(&mut self) -> usize {
        let most = match self.random.below(128) {
            0 => 100_000,
            1..=15 => 4 * self.capacity,
            _ => self.capacity.min(8) + 2,
        };
        self.random.below(most)
    }

    pub(crate) fn wakes(&self) -> usize {
        let wakes = self.tasks.iter().map(|task| &task.wakes);
        wakes.map(|wakes| wakes.load(Ordering::Relaxed)).sum()
    }

    /// Polls until the call is ready. At random, it gives up instead, with `WouldBlock`.
    pub(crate) fn call<H: Half, T>(
        &mut self,
        half: &mut H,
        mut poll: impl FnMut(&mut H, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> io::Result<T> {
        loop {
            // Often not the task of the poll before.
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
                    // This replaces the waker, and the half goes on waiting for bytes. So one of
                    // the two tasks is woken.
                    let watching = self.any_task();
                    if !Arc::ptr_eq(&watching, &task) {
                        watching.is_woken.store(false, Ordering::Relaxed);
                    }
                    let waker = Waker::from(Arc::clone(&watching));
                    self.polls += 1;
                    let gone = half.poll_peer_end(&mut Context::from_waker(&waker));
                    if gone.is_pending() {
                        self.park([&task, &watching]);
                    }
                }
                2 => {}
                3 => (0..self.random.below(200)).for_each(|_| hint::spin_loop()),
                4 => thread::yield_now(),
                _ => self.park([&task, &task]),
            }
        }
    }

    fn any_task(&mut self) -> Arc<Task> {
        Arc::clone(&self.tasks[self.random.below(3)])
    }

    /// Parks the thread until one of the tasks is woken.
    fn park(&self, tasks: [&Task; 2]) {
        let since = Instant::now();
        let is_woken = |task: &Task| task.is_woken.load(Ordering::Acquire);
        while !tasks.into_iter().any(is_woken) {
            let left = PARK_LIMIT.checked_sub(since.elapsed());
            thread::park_timeout(left.unwrap_or_else(|| panic!("{self}: it was not woken")));
        }
    }
}

/// A task of the thread. A thread that is parked for another task parks again.
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

/// Marsaglia's xorshift generator.
pub(crate) struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        // Neighbouring seeds give unrelated numbers, and the state is never 0.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The upper half: the lower bits are less random.
        (self.0 >> 32) as usize % n
    }
}
