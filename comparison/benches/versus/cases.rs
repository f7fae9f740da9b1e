//! The cases, by name.

use std::iter::successors;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Duration;

use crate::support::size;
use crate::support::workloads::{PingPong, Stream};
use crate::work::{Place, Work, CAPACITY, SHORT_MESSAGE};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

const CAPACITIES: [usize; 4] = [64, 4 * KIB, 64 * KIB, MIB];

/// The capacity of the pipes of a round trip.
const ROUND_TRIP_CAPACITY: usize = 4 * KIB;

/// How long the answering side works in the cases `thinking`.
const THINK: Duration = Duration::from_micros(100);

/// Capacity and chunk of the streams of the short form.
const SHORT_ONE_THREAD: [(usize, usize); 6] = [
    (64, 64),
    (4 * KIB, 64),
    (4 * KIB, KIB),
    (64 * KIB, KIB),
    (64 * KIB, 64 * KIB),
    (MIB, 16 * KIB),
];
const SHORT_TWO_THREADS: [(usize, usize); 5] = [
    (64, 64),
    (4 * KIB, KIB),
    (64 * KIB, 64),
    (64 * KIB, KIB),
    (64 * KIB, 16 * KIB),
];

/// Capacity and chunk of the cases with many streams, in the full form.
const SHARED: [(usize, usize); 7] = [
    (64, 64),
    (4 * KIB, 64),
    (4 * KIB, KIB),
    (4 * KIB, 4 * KIB),
    (64 * KIB, 64),
    (64 * KIB, KIB),
    (64 * KIB, 64 * KIB),
];

/// The numbers of streams at once, in the full form.
const CROWDS: [usize; 5] = [1, 8, 64, 1000, 10_000];

/// Capacity and chunk of the cases that have only one size of each.
const TYPICAL: (usize, usize) = (4 * KIB, KIB);

pub(crate) struct Case {
    pub(crate) label: Label,
    pub(crate) work: Work,
}

/// The words and numbers that describe a case. A field that does not apply is empty or 0.
#[derive(Clone)]
pub(crate) struct Label {
    pub(crate) name: String,
    pub(crate) group: &'static str,
    /// The threads that do the work, or the kind of memory.
    pub(crate) place: String,
    pub(crate) capacity: usize,
    /// The size of the chunk or the message.
    pub(crate) size: usize,
    /// The number of pipes or pairs of pipes at a time.
    pub(crate) count: usize,
}

/// The cases of the short form, or all of them.
pub(crate) fn cases(full: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend([1, 64, KIB, 16 * KIB].map(operation));
    let (one_thread, two_threads) = if full {
        (all_streams(), all_streams())
    } else {
        (SHORT_ONE_THREAD.to_vec(), SHORT_TWO_THREADS.to_vec())
    };
    cases.extend(one_thread.into_iter().map(|s| stream(s, Place::OneThread)));
    cases.extend(
        two_threads
            .into_iter()
            .map(|s| stream(s, Place::TwoThreads)),
    );
    cases.push(stream(TYPICAL, Place::Crowded));
    for count in CROWDS {
        let shared: &[_] = match (full, count) {
            (true, 8 | 64) => &SHARED,
            (true, _) | (_, 8 | 64) => &[TYPICAL],
            _ => &[],
        };
        cases.extend(shared.iter().map(|&s| stream(s, Place::Shared(count))));
    }
    if full {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = successors(Some(2), |n| Some(2 * n)).take_while(|&n| n <= cores);
        cases.extend(threads.map(|n| stream(TYPICAL, Place::Apart(n))));
    }
    let places = [
        Place::OneThread,
        Place::TwoThreads,
        Place::Shared(64),
        Place::Crowded,
    ];
    for place in places {
        cases.extend([1, KIB].map(|message| round_trip(message, place, Duration::ZERO)));
    }
    cases.push(round_trip(1, Place::TwoThreads, THINK));
    cases.extend(CAPACITIES.map(|capacity| lifetime("make", capacity, 0, Work::Make(capacity))));
    cases.extend(CAPACITIES.map(|capacity| {
        let work = Work::ShortLived(capacity);
        lifetime("short-lived", capacity, SHORT_MESSAGE, work)
    }));
    cases.extend([TYPICAL, (64 * KIB, 64 * KIB)].map(copy));
    cases
}

/// For each capacity, all chunks that fit.
fn all_streams() -> Vec<(usize, usize)> {
    let chunks = [64, KIB, 4 * KIB, 16 * KIB, 64 * KIB, MIB];
    let fits = |capacity, chunk| chunk <= capacity && (chunk != 4 * KIB || capacity == chunk);
    CAPACITIES
        .into_iter()
        .flat_map(|capacity| chunks.map(|chunk| (capacity, chunk)))
        .filter(|&(capacity, chunk)| fits(capacity, chunk))
        .collect()
}

fn operation(message: usize) -> Case {
    Case {
        label: Label {
            name: format!("operation/{}", size(message)),
            group: "operation",
            place: "one-thread".into(),
            capacity: CAPACITY,
            size: message,
            count: 1,
        },
        work: Work::Operation(message),
    }
}

fn stream((capacity, chunk): (usize, usize), place: Place) -> Case {
    let (place_name, count) = name_of(place, "streams");
    Case {
        label: Label {
            name: format!("stream/{place_name}/{}/{}", size(capacity), size(chunk)),
            group: "stream",
            place: place_name,
            capacity,
            size: chunk,
            count,
        },
        work: Work::Stream(Stream { chunk, capacity }, place),
    }
}

fn round_trip(message: usize, place: Place, think: Duration) -> Case {
    let (mut place_name, count) = name_of(place, "pairs");
    if !think.is_zero() {
        place_name = "thinking".into();
    }
    let game = PingPong {
        message,
        capacity: ROUND_TRIP_CAPACITY,
        think,
    };
    Case {
        label: Label {
            name: format!("round-trip/{place_name}/{}", size(message)),
            group: "round-trip",
            place: place_name,
            capacity: ROUND_TRIP_CAPACITY,
            size: message,
            count,
        },
        work: Work::RoundTrip(game, place),
    }
}

fn lifetime(group: &'static str, capacity: usize, message: usize, work: Work) -> Case {
    Case {
        label: Label {
            name: format!("{group}/{}", size(capacity)),
            group,
            place: "one-thread".into(),
            capacity,
            size: message,
            count: 1,
        },
        work,
    }
}

fn copy((capacity, chunk): (usize, usize)) -> Case {
    Case {
        label: Label {
            name: format!("copy/{}/{}", size(capacity), size(chunk)),
            group: "copy",
            place: "one-thread".into(),
            capacity,
            size: chunk,
            count: 2,
        },
        work: Work::Copy(Stream { chunk, capacity }),
    }
}

/// The name of a place, and the number of pipes at a time.
fn name_of(place: Place, many: &str) -> (String, usize) {
    match place {
        Place::OneThread => ("one-thread".into(), 1),
        Place::TwoThreads => ("two-threads".into(), 1),
        Place::Crowded => ("crowded".into(), 1),
        Place::Shared(count) => (format!("{count}-{many}"), count),
        Place::Apart(count) => (format!("{count}-threads-apart"), count),
    }
}
