//! Real work: protocols and proxies over a duplex.

mod http;
mod lines;
mod proxy;

use std::time::Duration;

use tokio::runtime::Builder;

use crate::allocator::scattered;
use crate::support::contender::Duplex;
use crate::support::size;

const BODY: usize = 64 << 10;

/// Some work on a runtime, through pipes of this capacity.
#[derive(Clone, Copy)]
pub(crate) struct RealWork {
    task: Task,
    workers: Workers,
    capacity: usize,
}

#[derive(Clone, Copy)]
enum Task {
    /// The round trip of a line.
    Lines,
    /// Chunks through a proxy.
    CopyBidirectional,
    /// Requests with a body of this size, which the server sends back, one after another.
    Http1(usize),
    /// Likewise, with this many concurrent requests.
    Http2(usize, u64),
}

#[derive(Clone, Copy)]
enum Workers {
    /// A runtime on one thread.
    One,
    Two,
}

impl RealWork {
    pub(crate) fn all() -> Vec<Self> {
        let tasks = [
            Task::Lines,
            Task::CopyBidirectional,
            Task::Http1(0),
            Task::Http1(BODY),
            Task::Http2(0, 32),
            Task::Http2(BODY, 8),
        ];
        let mut all = Vec::new();
        for task in tasks {
            for workers in [Workers::One, Workers::Two] {
                all.extend([1 << 10, 64 << 10].map(|capacity| Self {
                    task,
                    workers,
                    capacity,
                }));
            }
        }
        all
    }

    pub(crate) fn name(self) -> String {
        let task = match self.task {
            Task::Lines => "lines".into(),
            Task::CopyBidirectional => "copy-bidirectional".into(),
            Task::Http1(body) => format!("http1-{}", name_of_body(body)),
            Task::Http2(body, streams) => format!("http2-{}-x{streams}", name_of_body(body)),
        };
        let workers = match self.workers {
            Workers::One => "one-thread",
            Workers::Two => "two-workers",
        };
        format!("work/{task}/{workers}/{}", size(self.capacity))
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
            Workers::One => Builder::new_current_thread().build(),
            Workers::Two => Builder::new_multi_thread().worker_threads(2).build(),
        };
        let runtime = runtime.expect("a runtime can be made");
        let time = scattered(|| runtime.block_on(async { tokio::spawn(work).await }));
        time.expect("the work does not panic")
    }
}

/// A request without a body is answered with a short one.
fn name_of_body(body: usize) -> String {
    match body {
        0 => "hello".into(),
        _ => size(body),
    }
}
