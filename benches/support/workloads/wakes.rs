//! How often the tasks of a stream are woken and polled.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};

use super::{receive, send, used_pipe, Stream};
use crate::support::contender::Contender;
use crate::support::sliding::Sliding;

/// How often tasks were polled, and how often their wakers were called.
#[derive(Clone, Copy, Default)]
pub(crate) struct Effort {
    pub(crate) polls: u64,
    pub(crate) wakes: u64,
}

impl Effort {
    /// Counts while one task sends `chunks` chunks and another reads them, on one thread. The
    /// counts are the same each time, except for contenders that yield at random.
    pub(crate) fn of<C: Contender>(stream: Stream, chunks: u64) -> Self {
        let (reader, writer) = used_pipe::<C>(stream.capacity);
        let write = send::<C>(writer, Sliding::new(stream.chunk), chunks);
        let read = receive::<C>(reader, Sliding::new(stream.chunk));
        let read = async { assert_eq!(read.await, stream.volume(chunks)) };
        run_both([Box::pin(write), Box::pin(read)])
    }
}

type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Polls the tasks in the order in which they were woken, until both are done.
fn run_both(tasks: [Task<'_>; 2]) -> Effort {
    let queue = Arc::new(Mutex::new(Queue {
        woken: VecDeque::from([0, 1]),
        wakes: 0,
    }));
    let wakers = [0, 1].map(|index| {
        let queue = Arc::clone(&queue);
        Waker::from(Arc::new(Handle { index, queue }))
    });
    let mut tasks = tasks.map(Some);
    let mut polls = 0;
    while tasks.iter().any(Option::is_some) {
        let next = lock(&queue).woken.pop_front();
        let index = next.expect("a task waits, and no other task can wake it");
        if let Some(task) = &mut tasks[index] {
            polls += 1;
            let mut cx = Context::from_waker(&wakers[index]);
            if let Poll::Ready(()) = task.as_mut().poll(&mut cx) {
                tasks[index] = None;
            }
        }
    }
    let wakes = lock(&queue).wakes;
    Effort { polls, wakes }
}

/// The tasks to poll next, and the number of wakes, including those of tasks that are in here
/// already.
struct Queue {
    woken: VecDeque<usize>,
    wakes: u64,
}

/// One of the tasks, to be woken.
struct Handle {
    index: usize,
    queue: Arc<Mutex<Queue>>,
}

impl Wake for Handle {
    fn wake(self: Arc<Self>) {
        let mut queue = lock(&self.queue);
        queue.wakes += 1;
        if !queue.woken.contains(&self.index) {
            queue.woken.push_back(self.index);
        }
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().expect("no thread panics with the lock")
}
