//! One direction, and all the ways in which one of its halves or a handle can end it.

use core::future::pending;
use core::sync::atomic::Ordering;
use std::io::ErrorKind;
use std::panic::resume_unwind;
use std::sync::Arc;

use anyhow::{ensure, Result};
use async_duplex::{Reader, Writer};
use fastrand::Rng;

use super::{check_all_bytes, check_bytes};
use crate::noise::Noise;
use crate::pair::{Injected, Pair, Running};
use crate::places::{some_time, Place};
use crate::receiving::receive;
use crate::sending::send;
use crate::shape::{Reason, Shape};
use crate::side::{Seen, Side};
use crate::tally::{self, Fault};

/// What the task of a half does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ending {
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

impl Ending {
    pub(super) fn random(rng: &mut Rng) -> Self {
        use Ending::*;
        [ToTheEnd, Clean, WithError, Abort, Drop, Panic, Cancel][rng.usize(0..7)]
    }

    /// After how many bytes the task stops by itself.
    fn limit(self, limit: u64) -> u64 {
        match self {
            Self::ToTheEnd | Self::Cancel => u64::MAX,
            _ => limit,
        }
    }

    /// A task can be cancelled, and a thread cannot.
    fn place(self, rng: &mut Rng) -> Place {
        match self {
            Self::Cancel => Place::runtime(rng),
            _ => Place::random(rng),
        }
    }

    fn count(self) {
        tally::count(match self {
            Self::ToTheEnd | Self::Clean => return,
            Self::WithError => Fault::EndedWithError,
            Self::Abort => Fault::HalfAborted,
            Self::Drop => Fault::HalfDropped,
            Self::Panic => Fault::TaskPanicked,
            Self::Cancel => Fault::TaskCancelled,
        });
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) writer: Ending,
    pub(super) reader: Ending,
    /// Whether a third task aborts the pipe through a handle.
    pub(super) cut: bool,
}

pub(super) async fn run(pair: &Pair, plan: Plan, rng: &mut Rng) -> Result<()> {
    let shape = Shape::random(rng);
    let noise = Noise::random(rng);
    let places = [plan.writer, plan.reader].map(|ending| ending.place(rng));
    pair.describe((plan, places, &shape));
    tally::streams(places[0], places[1]).fetch_add(1, Ordering::Relaxed);
    let [sent, received] = ["sent", "received"].map(|name| pair.side(name));
    let reasons = [
        Reason::random(rng, ErrorKind::InvalidData),
        Reason::random(rng, ErrorKind::PermissionDenied),
        Reason::random(rng, ErrorKind::ConnectionReset),
    ];

    let (reader, writer) = shape.options().pipe();
    let handle = reader.abort_handle();
    let writing = Writing {
        writer,
        side: sent.clone(),
        noise,
        ending: plan.writer,
        limit: plan.writer.limit(shape.limits[0]),
        chunk: shape.chunks[0],
        reason: reasons[0].clone(),
        rng: rng.fork(),
    };
    let reading = Reading {
        reader,
        side: received.clone(),
        ending: plan.reader,
        limit: plan.reader.limit(shape.limits[1]),
        chunk: shape.chunks[1],
        reason: reasons[1].clone(),
        rng: rng.fork(),
    };
    let reading = pair.spawn(places[1], reading.run());
    let writing = pair.spawn(places[0], writing.run());
    let wakes = [writing.wakes.clone(), reading.wakes.clone()];
    if plan.cut {
        let moment = some_time(rng.fork());
        let reason = reasons[2].error();
        let cut = pair.spawn(Place::random(rng), async move {
            moment.await;
            handle.abort(reason);
            Ok(())
        });
        cut.join().await.returned()?;
        tally::count(Fault::CableCut);
    }
    let writing = ended(writing, plan.writer, rng.fork());
    let reading = ended(reading, plan.reader, rng.fork());
    // Whichever is cancelled ends the other.
    let (writer_saw, reader_saw) = futures_lite::future::zip(writing, reading).await;
    let (writer_saw, reader_saw) = (writer_saw?, reader_saw?);

    let found = Found {
        plan,
        reasons,
        dropped: shape.error_on_drop,
    };
    found.check(writer_saw, reader_saw.as_ref())?;
    check_bytes(noise, &sent, &received)?;
    if found.has_every_byte(reader_saw.as_ref()) {
        check_all_bytes(noise, &sent, &received)?;
    }
    let unread = sent.moved() - received.moved();
    ensure!(
        unread <= shape.capacity as u64,
        "{unread} bytes were in the pipe"
    );
    wakes[0].check(&[&sent])?;
    wakes[1].check(&[&received])
}

/// What the task of a half has seen, if it was not told to vanish.
async fn ended(task: Running<Result<Seen>>, ending: Ending, rng: Rng) -> Result<Option<Seen>> {
    let ended = match ending {
        Ending::Cancel => {
            some_time(rng).await;
            task.cancel().await
        }
        _ => task.join().await,
    };
    ending.count();
    ended.value()
}

struct Writing {
    writer: Writer,
    side: Arc<Side>,
    noise: Noise,
    ending: Ending,
    limit: u64,
    chunk: usize,
    reason: Reason,
    rng: Rng,
}

impl Writing {
    async fn run(self) -> Result<Seen> {
        let Self {
            mut writer,
            side,
            noise,
            ending,
            limit,
            chunk,
            reason,
            mut rng,
        } = self;
        let seen = send(&mut writer, &side, noise, limit, chunk, &mut rng).await?;
        if seen == Seen::Own {
            match ending {
                Ending::Clean => writer.finish(),
                Ending::WithError => writer.finish_with(reason.error()),
                Ending::Abort => writer.abort(reason.error()),
                Ending::Panic => resume_unwind(Box::new(Injected)),
                Ending::Drop | Ending::ToTheEnd | Ending::Cancel => {}
            }
        } else if ending == Ending::Cancel {
            pending::<()>().await;
        }
        Ok(seen)
    }
}

struct Reading {
    reader: Reader,
    side: Arc<Side>,
    ending: Ending,
    limit: u64,
    chunk: usize,
    reason: Reason,
    rng: Rng,
}

impl Reading {
    async fn run(self) -> Result<Seen> {
        let Self {
            mut reader,
            side,
            ending,
            limit,
            chunk,
            reason,
            mut rng,
        } = self;
        let seen = receive(&mut reader, &side, limit, chunk, &mut rng).await?;
        if seen == Seen::Own {
            match ending {
                Ending::Clean | Ending::WithError => reader.close(),
                Ending::Abort => reader.abort(reason.error()),
                Ending::Panic => resume_unwind(Box::new(Injected)),
                Ending::Drop | Ending::ToTheEnd | Ending::Cancel => {}
            }
        } else if ending == Ending::Cancel {
            pending::<()>().await;
        }
        Ok(seen)
    }
}

/// What the two halves may have found.
struct Found {
    plan: Plan,
    reasons: [Reason; 3],
    dropped: Option<ErrorKind>,
}

impl Found {
    fn check(&self, writer: Option<Seen>, reader: Option<&Seen>) -> Result<()> {
        let Plan {
            writer: ends,
            reader: closes,
            ..
        } = self.plan;
        // A half that was told to stop may have seen nothing, or the end that the other one made.
        let own = |ending| ending != Ending::ToTheEnd && ending != Ending::Cancel;
        if let Some(seen) = writer {
            let by_reader = match closes {
                Ending::ToTheEnd => None,
                Ending::Clean | Ending::WithError => Some(Seen::kind(ErrorKind::BrokenPipe)),
                Ending::Abort => Some(self.reasons[1].seen()),
                _ => Some(Seen::kind(self.dropped.unwrap_or(ErrorKind::BrokenPipe))),
            };
            self.check_one("writer", &seen, by_reader, own(ends))?;
        }
        if let Some(seen) = reader {
            self.check_one("reader", seen, self.by_writer(), own(closes))?;
        }
        Ok(())
    }

    /// How the writer's own ending shows to the reader.
    fn by_writer(&self) -> Option<Seen> {
        match self.plan.writer {
            Ending::ToTheEnd => None,
            Ending::Clean => Some(Seen::End),
            Ending::WithError | Ending::Abort => Some(self.reasons[0].seen()),
            _ => Some(self.dropped.map_or(Seen::End, Seen::kind)),
        }
    }

    fn check_one(&self, half: &str, seen: &Seen, by_peer: Option<Seen>, own: bool) -> Result<()> {
        let by_handle = self.plan.cut.then(|| self.reasons[2].seen());
        let expected = Some(seen) == by_peer.as_ref()
            || Some(seen) == by_handle.as_ref()
            || own && *seen == Seen::Own;
        ensure!(
            expected,
            "the {half} saw {seen:?} instead of {by_peer:?} or {by_handle:?}"
        );
        Ok(())
    }

    /// Whether the reader saw an end that comes after every byte.
    fn has_every_byte(&self, reader: Option<&Seen>) -> bool {
        self.plan.writer != Ending::Abort && reader.is_some() && reader == self.by_writer().as_ref()
    }
}
