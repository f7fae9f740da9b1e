//! What differs between the two sides of a pipe: what ends them, and how much is worth a wake.

use super::{Policy, Signals, Stop, READER_ABORTED, READER_CLOSED, WRITER_ABORTED, WRITER_CLOSED};
use crate::ring::{Consuming, Half, Producing, Role};
use crate::sync::{AtomicUsize, KindCell};

/// What differs between the two sides of a pipe.
pub(crate) trait Side: Role + Sized {
    type Peer: Side;

    /// The flags of this side.
    const CLOSED: usize;
    const ABORTED: usize;

    /// Why this side aborted, if it has.
    fn abort(signals: &Signals) -> &KindCell;

    /// The token of the thread that this side was last known to be on.
    fn thread(signals: &Signals) -> &AtomicUsize;

    /// [`Half::look`], when flags are set.
    fn look_twice(
        half: &mut Half<Signals, Self>,
        flags: usize,
        min: usize,
        want: usize,
    ) -> Result<usize, Stop>;

    /// How many bytes have to be ready before this side is woken, if it waits for `min`.
    fn threshold(policy: &Policy, min: usize) -> usize;

    /// Settles what is left to be moved once this side has closed, if not either has aborted.
    fn settle(half: &mut Half<Signals, Self>, aborted: bool);
}

impl Side for Consuming {
    type Peer = Producing;
    const CLOSED: usize = READER_CLOSED;
    const ABORTED: usize = READER_ABORTED;

    fn abort(signals: &Signals) -> &KindCell {
        &signals.reader_abort
    }

    #[inline]
    fn thread(signals: &Signals) -> &AtomicUsize {
        &signals.reader_thread
    }

    fn look_twice(
        half: &mut Half<Signals, Self>,
        flags: usize,
        min: usize,
        want: usize,
    ) -> Result<usize, Stop> {
        if want == 0 {
            return Ok(0);
        }
        // What the writer does after the reader has closed is not for it any more.
        if flags & READER_CLOSED == 0 {
            if flags & WRITER_ABORTED != 0 {
                half.exhaust();
                return Err(half.aborted());
            }
            half.refresh(want);
        }
        let closed = flags & (READER_CLOSED | WRITER_CLOSED) != 0;
        match half.ready() {
            0 if closed => Err(Stop::Closed),
            n if closed || n >= min => Ok(n),
            _ => Err(Stop::WouldBlock),
        }
    }

    #[inline]
    fn threshold(_policy: &Policy, min: usize) -> usize {
        min
    }

    /// What the writer had published until now still counts, unless either has given the stream up.
    fn settle(half: &mut Half<Signals, Self>, aborted: bool) {
        if aborted {
            half.exhaust();
        } else {
            half.refresh(usize::MAX);
        }
    }
}

impl Side for Producing {
    type Peer = Consuming;
    const CLOSED: usize = WRITER_CLOSED;
    const ABORTED: usize = WRITER_ABORTED;

    fn abort(signals: &Signals) -> &KindCell {
        &signals.writer_abort
    }

    #[inline]
    fn thread(signals: &Signals) -> &AtomicUsize {
        &signals.writer_thread
    }

    fn look_twice(
        half: &mut Half<Signals, Self>,
        flags: usize,
        min: usize,
        want: usize,
    ) -> Result<usize, Stop> {
        if flags & WRITER_CLOSED != 0 {
            return Err(Stop::Closed);
        }
        if flags & READER_ABORTED != 0 {
            return Err(half.aborted());
        }
        if flags & READER_CLOSED != 0 {
            return Err(Stop::Closed);
        }
        half.look_plainly(min, want)
    }

    #[inline]
    fn threshold(policy: &Policy, min: usize) -> usize {
        policy.low_water.max(min)
    }

    /// What has not been written by now never will be.
    fn settle(half: &mut Half<Signals, Self>, _aborted: bool) {
        half.exhaust();
    }
}

impl Half<Signals, Consuming> {
    /// How many bytes there are to read now.
    pub(crate) fn unread(&self) -> usize {
        let flags = self.state().flags();
        if flags & READER_CLOSED != 0 {
            self.ready()
        } else if flags & WRITER_ABORTED != 0 {
            0
        } else {
            self.occupied()
        }
    }
}
