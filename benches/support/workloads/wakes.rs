//! What a stream costs besides time: how often its tasks are woken and polled.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};

use super::{receive, send, used_pipe, Stream};
use crate::support::contender::Contender;
use crate::support::sliding::Sliding;

/// How often tasks were polled, and how often somebody called their wakers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Effort {
    pub(crate) polls: u64,
    pub(crate) wakes: u64,
}

impl Effort {
    /// Of sending `chunks` chunks and reading them, in two tasks that take turns on one thread. The
    /// same each time, but for who yields at random.
    pub(crate) fn of<C: Contender>(stream: Stream, chunks: u64) -> Self {
        let (reader, writer) = used_pipe::<C>(stream.capacity);
        let write = send::<C>(writer, Sliding::new(stream.chunk), chunks);
        let read = receive::<C>(reader, Sliding::new(stream.chunk));
        let read = async { assert_eq!(read.await, stream.volume(chunks)) };
        run_both([Box::pin(write), Box::pin(read)])
    }
}

type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Polls, in the order in which they were woken, the tasks that were, until both are done.
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
        let index = next.expect("a task waits, and nobody is left to wake it");
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

/// Which tasks to poll next, and how often one was woken, waiting in here already or not.
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
    queue.lock().expect("nobody panics in here")
}
