//! A pair of halves, and all the ways in which one of them or a handle can end their pipe.

use core::future::pending;
use core::time::Duration;
use std::io::{Error, ErrorKind};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use anyhow::{anyhow, ensure, Result};
use async_duplex::{Options, Reader, Writer};
use fastrand::Rng;
use futures_lite::future::zip;

use crate::moving::{receive, send, Seen, Side};
use crate::noise::{Noise, LONGEST};
use crate::places::{some_time, Place, Task};

/// From 1 to `max`: each power of two is as likely as the others.
pub(crate) fn up_to(rng: &mut Rng, max: u64) -> u64 {
    let power = 1 << rng.u32(0..=max.ilog2());
    rng.u64(power..2 * power).min(max)
}

/// What the task of a half does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    /// Goes on until the stream ends.
    ToTheEnd,
    /// Finishes or closes after some bytes. So do the others, with what their names say.
    Clean,
    /// Finishes with an error. A reader closes.
    WithError,
    Abort,
    Drop,
    Panic,
    /// Goes on until it is cancelled.
    Cancel,
}

use Ending::{Abort, Cancel, Clean, Drop, Panic, ToTheEnd, WithError};

impl Ending {
    fn random(rng: &mut Rng) -> Self {
        [ToTheEnd, Clean, WithError, Abort, Drop, Panic, Cancel][rng.usize(0..7)]
    }

    fn stops_by_itself(self) -> bool {
        !matches!(self, ToTheEnd | Cancel)
    }
}

/// The panic that tasks are told to raise. It does not print a message.
struct Injected;

/// The errors of the writer, of the reader and of a handle.
const GIVEN: [ErrorKind; 3] = [
    ErrorKind::InvalidData,
    ErrorKind::PermissionDenied,
    ErrorKind::ConnectionReset,
];

fn given(by: usize) -> Error {
    Error::new(GIVEN[by], "a reason")
}

/// The settings of a pipe, what ends it, and what its halves have moved.
#[derive(Debug)]
pub(crate) struct Pair {
    capacity: usize,
    yield_every: usize,
    spins: bool,
    error_on_drop: Option<ErrorKind>,
    places: [Place; 2],
    /// Of the writer and of the reader.
    endings: [Ending; 2],
    /// Whether a third task aborts the pipe through a handle.
    is_cut: bool,
    sent: Arc<Side>,
    pub(crate) received: Arc<Side>,
}

impl Pair {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let [capacity, a, b] =
            [128 << 10, LONGEST as u64, LONGEST as u64].map(|max| up_to(rng, max));
        // At most about a thousand calls, each of which may cost a wake.
        let most = (capacity.min(a).min(b) * 1000).min(1 << 20);
        let is_cut = rng.u8(0..4) == 0;
        let mut endings = [Ending::random(rng), Ending::random(rng)];
        // Most pairs have one cause to end, and some have two or three.
        match rng.u8(0..8) {
            0 => {}
            which => endings[usize::from(which % 2)] = ToTheEnd,
        }
        if endings == [ToTheEnd; 2] && !is_cut {
            endings[0] = Clean;
        }
        let noise = Noise::random(rng);
        let mut side = |chunk: u64, ending: Ending| {
            let limit = match ending.stops_by_itself() {
                true => up_to(rng, most) - 1,
                false => u64::MAX,
            };
            Arc::new(Side::new(noise, chunk as usize, limit))
        };
        let (sent, received) = (side(a, endings[0]), side(b, endings[1]));
        Self {
            capacity: capacity as usize,
            yield_every: [0, 0, 0, rng.usize(1..64)][rng.usize(0..4)],
            spins: rng.u8(0..4) == 0,
            error_on_drop: rng.bool().then_some(ErrorKind::UnexpectedEof),
            // A task can be cancelled, and a thread cannot.
            places: endings.map(|ending| match Place::random(rng) {
                Place::Thread if ending == Cancel => Place::Smol,
                place => place,
            }),
            endings,
            is_cut,
            sent,
            received,
        }
    }

    /// A number that grows while the pair makes progress.
    pub(crate) fn progress(&self) -> u64 {
        self.sent.calls() + self.received.calls()
    }

    fn pipe(&self) -> (Reader, Writer) {
        let mut options = Options::new(self.capacity).yield_every(self.yield_every);
        if self.spins {
            options = options.spin_limit(Duration::from_micros(20));
        }
        if let Some(kind) = self.error_on_drop {
            options = options.error_on_drop(kind);
        }
        options.pipe()
    }

    pub(crate) async fn run(&self, rng: &mut Rng) -> Result<()> {
        let (mut reader, mut writer) = self.pipe();
        let handle = reader.abort_handle();
        let [ends, closes] = self.endings;

        let (side, mut own) = (self.received.clone(), rng.fork());
        let reading = self.places[1].spawn(async move {
            let seen = receive(&mut reader, &side, &mut own).await?;
            match (closes, &seen) {
                (Clean | WithError, Seen::Own) => reader.close(),
                (Abort, Seen::Own) => reader.abort(given(1)),
                (Panic, Seen::Own) => resume_unwind(Box::new(Injected)),
                (Cancel, _) => pending().await,
                _ => {}
            }
            Ok(seen)
        });
        let (side, mut own) = (self.sent.clone(), rng.fork());
        let writing = self.places[0].spawn(async move {
            let seen = send(&mut writer, &side, &mut own).await?;
            match (ends, &seen) {
                (Clean, Seen::Own) => writer.finish(),
                (WithError, Seen::Own) => writer.finish_with(given(0)),
                (Abort, Seen::Own) => writer.abort(given(0)),
                (Panic, Seen::Own) => resume_unwind(Box::new(Injected)),
                (Cancel, _) => pending().await,
                _ => {}
            }
            Ok(seen)
        });
        if self.is_cut {
            some_time(rng.fork()).await;
            handle.abort(given(2));
        }
        // Whichever is cancelled ends the other.
        let writing = ended(writing, ends, rng.fork());
        let (wrote, read) = zip(writing, ended(reading, closes, rng.fork())).await;
        self.check(wrote?, read?)
    }

    fn check(&self, wrote: Option<Seen>, read: Option<Seen>) -> Result<()> {
        let [ends, closes] = self.endings;
        let kind = |kind: ErrorKind| Seen::from(&Error::from(kind));
        let by_reader = match closes {
            ToTheEnd => None,
            Clean | WithError => Some(kind(ErrorKind::BrokenPipe)),
            Abort => Some(Seen::from(&given(1))),
            _ => Some(kind(self.error_on_drop.unwrap_or(ErrorKind::BrokenPipe))),
        };
        let by_writer = match ends {
            ToTheEnd => None,
            Clean => Some(Seen::End),
            WithError | Abort => Some(Seen::from(&given(0))),
            _ => Some(self.error_on_drop.map_or(Seen::End, kind)),
        };
        let by_handle = self.is_cut.then(|| Seen::from(&given(2)));
        for (seen, by_peer, own) in [(&wrote, &by_reader, ends), (&read, &by_writer, closes)] {
            let is_own = own.stops_by_itself() && *seen == Some(Seen::Own);
            let expected = seen == by_peer || *seen == by_handle || is_own || seen.is_none();
            ensure!(
                expected,
                "{seen:?} in place of {by_peer:?} or {by_handle:?}"
            );
        }
        let (sent, received) = (self.sent.moved(), self.received.moved());
        ensure!(received <= sent, "{received} bytes have arrived of {sent}");
        let unread = sent - received;
        ensure!(
            unread <= self.capacity as u64,
            "{unread} bytes were in the pipe"
        );
        let is_complete = ends != Abort && read.is_some() && read == by_writer;
        ensure!(unread == 0 || !is_complete, "{unread} bytes are lost");
        Ok(())
    }
}

/// What the task of a half has seen, unless it was told to vanish.
async fn ended(task: Task<Result<Seen>>, ending: Ending, rng: Rng) -> Result<Option<Seen>> {
    let result: Option<thread::Result<_>> = match ending {
        Cancel => {
            some_time(rng).await;
            task.cancel().await
        }
        _ => task.join().await,
    };
    match result {
        None => Ok(None),
        Some(Ok(seen)) => seen.map(Some),
        Some(Err(panic)) if panic.is::<Injected>() => Ok(None),
        Some(Err(_)) => Err(anyhow!("a task panicked")),
    }
}
