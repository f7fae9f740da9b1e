//! Real work: protocols and proxies over a pipe.

mod http;
mod lines;
mod proxy;

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::duplex::Duplex;
use super::{Figure, Job};
use crate::allocator::scattered;
use crate::cases::Label;
use crate::findings::Unit;
use crate::support::size;

const BODY: usize = 64 << 10;

/// Some work on a runtime, through pipes of this capacity.
#[derive(Clone, Copy)]
pub(super) struct RealWork {
    task: Task,
    place: Place,
    capacity: usize,
}

#[derive(Clone, Copy)]
enum Task {
    /// The round trip of a line.
    Lines,
    /// Chunks through a proxy.
    CopyBidirectional,
    /// Requests with a body of this size, which the server sends back, one after another.
    Http1 { body: usize },
    /// Likewise, with this many concurrent requests.
    Http2 { body: usize, streams: usize },
}

#[derive(Clone, Copy)]
enum Place {
    OneThread,
    TwoWorkers,
}

pub(super) fn jobs() -> Vec<RealWork> {
    let tasks = [
        Task::Lines,
        Task::CopyBidirectional,
        Task::Http1 { body: 0 },
        Task::Http1 { body: BODY },
        Task::Http2 {
            body: 0,
            streams: 32,
        },
        Task::Http2 {
            body: BODY,
            streams: 8,
        },
    ];
    let mut jobs = Vec::new();
    for task in tasks {
        for place in [Place::OneThread, Place::TwoWorkers] {
            jobs.extend([1 << 10, 64 << 10].map(|capacity| RealWork {
                task,
                place,
                capacity,
            }));
        }
    }
    jobs
}

impl Job for RealWork {
    fn figures(&self) -> Vec<Figure> {
        let (task, place) = (self.task.name(), self.place.name());
        vec![Figure {
            label: Label {
                name: format!("work/{task}/{place}/{}", size(self.capacity)),
                group: "work",
                place: place.into(),
                capacity: self.capacity,
                size: self.task.size(),
                count: self.task.pipes(),
            },
            unit: Unit::Nanoseconds,
            bytes: match self.task {
                Task::CopyBidirectional => Some(proxy::CHUNK),
                _ => None,
            },
        }]
    }

    fn time(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn run<D: Duplex>(&self, time: Duration) -> Vec<f64> {
        let Self {
            task,
            place,
            capacity,
        } = *self;
        // As a task, because `block_on` does not run its future on a worker.
        let work = async move {
            let pipe = D::duplex(capacity);
            match task {
                Task::Lines => lines::run(pipe, time).await,
                Task::CopyBidirectional => proxy::run(pipe, D::duplex(capacity), time).await,
                Task::Http1 { body } => http::http1(pipe, body, time).await,
                Task::Http2 { body, streams } => http::http2(pipe, body, streams, time).await,
            }
        };
        let runtime = place.runtime();
        let each = scattered(|| runtime.block_on(async { tokio::spawn(work).await }));
        vec![each.expect("the work does not panic")]
    }
}

impl Task {
    fn name(self) -> String {
        match self {
            Self::Lines => "lines".into(),
            Self::CopyBidirectional => "copy-bidirectional".into(),
            Self::Http1 { body } => format!("http1-{}", name_of_body(body)),
            Self::Http2 { body, streams } => format!("http2-{}-x{streams}", name_of_body(body)),
        }
    }

    /// The number of bytes of a message, a chunk or a body.
    fn size(self) -> usize {
        match self {
            Self::Lines => lines::LINE.len(),
            Self::CopyBidirectional => proxy::CHUNK,
            Self::Http1 { body } | Self::Http2 { body, .. } => body,
        }
    }

    fn pipes(self) -> usize {
        match self {
            Self::CopyBidirectional => 2,
            _ => 1,
        }
    }
}

/// A request without a body is answered with a short one.
fn name_of_body(body: usize) -> String {
    match body {
        0 => "hello".into(),
        _ => size(body),
    }
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::OneThread => "one-thread",
            Self::TwoWorkers => "two-workers",
        }
    }

    fn runtime(self) -> Runtime {
        match self {
            Self::OneThread => Builder::new_current_thread().build(),
            Self::TwoWorkers => Builder::new_multi_thread().worker_threads(2).build(),
        }
        .expect("a runtime can be made")
    }
}
