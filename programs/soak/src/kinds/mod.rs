//! The kinds of pairs.

mod faulty;
mod frames;
mod mutual;
mod one_way;
mod requests;
mod threads;
mod wakers;

use anyhow::{ensure, Result};
use fastrand::Rng;

use crate::noise::Noise;
use crate::pair::Pair;
use crate::side::Side;
use one_way::{Ending, Plan};

macro_rules! kinds {
    ($($kind:ident $name:literal,)+) => {
        /// A kind of pair.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($kind,)+
        }

        impl Kind {
            pub(crate) const ALL: [Self; [$($name),+].len()] = [$(Self::$kind),+];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    WriterFinishes "writer finishes",
    WriterFinishesWith "writer finishes with an error",
    WriterAborts "writer aborts",
    WriterDropped "writer is dropped",
    WriterPanics "writer's task panics",
    WriterCancelled "writer's task is cancelled",
    ReaderCloses "reader closes",
    ReaderAborts "reader aborts",
    ReaderDropped "reader is dropped",
    ReaderPanics "reader's task panics",
    ReaderCancelled "reader's task is cancelled",
    Cut "cable is cut",
    Race "both end and a cut, at once",
    Mutual "mutual writes",
    MutualCut "mutual writes, cut",
    Wakers "wakers panic",
    Threads "threads that block",
    Frames "frames by thresholds",
    Requests "requests and answers",
    Faulty "short and late calls",
    Errors "errors injected",
}

/// Runs a pair of this kind to its end, and checks it.
pub(crate) async fn run(pair: &Pair, rng: &mut Rng) -> Result<()> {
    use Ending::*;

    let plan = |writer, reader| Plan {
        writer,
        reader,
        cut: false,
    };
    let plan = match pair.kind {
        Kind::WriterFinishes => plan(Clean, ToTheEnd),
        Kind::WriterFinishesWith => plan(WithError, ToTheEnd),
        Kind::WriterAborts => plan(Abort, ToTheEnd),
        Kind::WriterDropped => plan(Drop, ToTheEnd),
        Kind::WriterPanics => plan(Panic, ToTheEnd),
        Kind::WriterCancelled => plan(Cancel, ToTheEnd),
        Kind::ReaderCloses => plan(ToTheEnd, Clean),
        Kind::ReaderAborts => plan(ToTheEnd, Abort),
        Kind::ReaderDropped => plan(ToTheEnd, Drop),
        Kind::ReaderPanics => plan(ToTheEnd, Panic),
        Kind::ReaderCancelled => plan(ToTheEnd, Cancel),
        Kind::Cut => Plan {
            cut: true,
            ..plan(ToTheEnd, ToTheEnd)
        },
        Kind::Race => Plan {
            writer: Ending::random(rng),
            reader: Ending::random(rng),
            cut: true,
        },
        Kind::Mutual => return mutual::run(pair, false, rng).await,
        Kind::MutualCut => return mutual::run(pair, true, rng).await,
        Kind::Wakers => return wakers::run(pair, rng).await,
        Kind::Threads => return threads::run(pair, rng).await,
        Kind::Frames => return frames::run(pair, rng).await,
        Kind::Requests => return requests::run(pair, rng).await,
        Kind::Faulty => return faulty::short_and_late(pair, rng).await,
        Kind::Errors => return faulty::errors(pair, rng).await,
    };
    one_way::run(pair, plan, rng).await
}

/// Checks that what has arrived is the beginning of what was sent.
fn check_bytes(noise: Noise, sent: &Side, received: &Side) -> Result<()> {
    let (sent, n) = (sent.moved(), received.moved());
    ensure!(n <= sent, "{n} bytes have arrived of {sent}");
    ensure!(
        received.digest() == noise.digest(n),
        "the first {n} bytes differ"
    );
    Ok(())
}

/// Checks that everything sent has arrived.
fn check_all_bytes(noise: Noise, sent: &Side, received: &Side) -> Result<()> {
    check_bytes(noise, sent, received)?;
    let lost = sent.moved() - received.moved();
    ensure!(lost == 0, "{lost} of {} bytes are lost", sent.moved());
    Ok(())
}
