//! Real work: protocols and proxies over a duplex.

mod http;
mod lines;
mod proxy;

use std::time::Duration;

use tokio::runtime::Builder;

use crate::allocator::scattered;
use crate::support::contender::Duplex;
use crate::support::size;

#[derive(Clone, Copy)]
enum Task {
    /// The round trip of a line.
    Lines,
    /// Chunks through a proxy.
    CopyBidirectional,
    /// Requests with a body of this size, one after another. The server sends it back, or a few
    /// bytes if the body is empty.
    Http1(usize),
    /// Likewise, with this many concurrent requests.
    Http2(usize, u64),
}

const BODY: usize = 64 << 10;

const TASKS: [(&str, Task); 6] = [
    ("lines", Task::Lines),
    ("copy-bidirectional", Task::CopyBidirectional),
    ("http1-hello", Task::Http1(0)),
    ("http1-64KiB", Task::Http1(BODY)),
    ("http2-hello-x32", Task::Http2(0, 32)),
    ("http2-64KiB-x8", Task::Http2(BODY, 8)),
];

/// Some work on a runtime, through pipes of this capacity.
#[derive(Clone, Copy)]
pub(crate) struct RealWork {
    task: Task,
    /// If 1, the runtime has only the thread that starts it.
    workers: usize,
    capacity: usize,
}

impl RealWork {
    /// All work, with its name.
    pub(crate) fn all() -> Vec<(String, Self)> {
        let mut all = Vec::new();
        for (name, task) in TASKS {
            for (place, workers) in [("one-thread", 1), ("two-workers", 2)] {
                for capacity in [1 << 10, 64 << 10] {
                    let name = format!("work/{name}/{place}/{}", size(capacity));
                    let work = Self {
                        task,
                        workers,
                        capacity,
                    };
                    all.push((name, work));
                }
            }
        }
        all
    }

    /// The number of operations is a multiple of this.
    pub(crate) fn at_once(self) -> u64 {
        match self.task {
            Task::Http2(_, streams) => streams,
            _ => 1,
        }
    }

    /// The number of bytes that an operation moves, where the result is a throughput.
    pub(crate) fn bytes(self) -> Option<usize> {
        match self.task {
            Task::CopyBidirectional => Some(proxy::CHUNK),
            _ => None,
        }
    }

    pub(crate) fn run<D: Duplex>(self, times: u64) -> Duration {
        let (task, capacity) = (self.task, self.capacity);
        // As a task, because `block_on` does not run its future on a worker.
        let work = async move {
            let pipe = D::duplex(capacity);
            match task {
                Task::Lines => lines::run(pipe, times).await,
                Task::CopyBidirectional => proxy::run(pipe, D::duplex(capacity), times).await,
                Task::Http1(body) => http::http1(pipe, body, times).await,
                Task::Http2(body, streams) => http::http2(pipe, body, streams, times).await,
            }
        };
        let runtime = match self.workers {
            1 => Builder::new_current_thread().build(),
            workers => Builder::new_multi_thread().worker_threads(workers).build(),
        };
        let runtime = runtime.expect("a runtime can be made");
        let time = scattered(|| runtime.block_on(async { tokio::spawn(work).await }));
        time.expect("the work does not panic")
    }
}
