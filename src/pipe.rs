//! One direction of a stream: when a side waits, when it is woken, and how it ends.
//!
//! The bytes are `ring/`'s business. Here its two halves share [`Signals`], and get the verbs that
//! the public types are made of. Both halves follow one protocol, which is why it stands here once,
//! generic over the side; what differs between reading and writing is in the two [`Side`]s.
//!
//! # Waiting
//!
//! ```text
//! the side that waits                      its peer
//!   1. try: nothing to be had                a. move bytes
//!   2. register the waker                    b. publish the position, which takes
//!   3. set the waiting bit       (W)            the waiting bit              (W)
//!   4. try again                             c. wake, if the bit was set
//!   5. Pending
//! ```
//!
//! Steps 3 and b are read-modify-writes of the same word, so one of them comes first. If it is 3,
//! then b finds the bit, and the waker that was registered before. If it is b, then 4 finds the
//! bytes. Either way the side does not sleep through its peer's progress, and while nobody waits the
//! waker slots are never touched: an operation costs one read-modify-write.
//!
//! The bit is taken by the first publication that finds it: one wake, however many follow.
//!
//! # Closing
//!
//! ```text
//! the side that closes                     its peer
//!   a. set its closed bit        (C)         1. load the closed bits       (C)
//!   b. take the waiting bit      (W)         2. load the position
//!   c. wake, if the bit was set
//! ```
//!
//! Every try loads the closed bits *before* the position. Whatever the closing side published before
//! a is thus seen by whoever sees a: the end of the stream comes after its last byte. A try that was
//! too early for a is followed by one that is not: if the peer's step 3 of waiting comes before b, b
//! finds the waiting bit; if it comes after, step 4 sees a.
//!
//! To wait for the end alone, a side leaves its mark in the word that holds the closed bits instead
//! of in the position: then bytes do not wake it, and a is what finds the mark.
//!
//! # The wake-and-close argument
//!
//! | edge | first | then | says | if weakened | model that fails |
//! | --- | --- | --- | --- | --- | --- |
//! | W, wake | a waker registered, then a request left with a Release | the request found with an Acquire, then the waker woken | who finds a request finds its waker | a lost wake | `pipe::parked_reader_is_woken`, `pipe::parked_writer_is_woken`, `pipe::closed_wakes_who_waits_for_it` |
//! | C, close | closed bit set with a Release, after the last publication | closed bits loaded with an Acquire, before the position | the end comes after the last byte | bytes are lost at the end | `pipe::every_byte_then_eof` |
//! | C, close | closed bit set, then the waiting bit taken with a Release | the waiting bit set with an Acquire, then the closed bits loaded | who waits after the end sees the end | a side waits for ever | `pipe::close_wakes_parked_reader`, `pipe::close_wakes_parked_writer` |
//! | U, user | whatever a side did before it closed, its closed bit set with a Release | the closed bits loaded with an Acquire | EOF, `BrokenPipe` and `is_closed` hand over the closing side's memory | a data race in the user's program | `pipe::eof_hands_over`, `pipe::broken_pipe_hands_over`, `pipe::closed_hands_over` |
//!
//! No `SeqCst` and no fence: each decision rests on the order of operations on a single word, which
//! is total anyway.

use core::task::{Context, Poll};

use crate::ring::{Consuming, Half, Producing, Role};
use crate::sync::{AtomicUsize, AtomicWaker, Ordering};

/// The closed bits, and the marks of who waits for one of them.
const READER_CLOSED: usize = 1;
const WRITER_CLOSED: usize = 1 << 1;
const READER_WATCHES: usize = 1 << 2;
const WRITER_WATCHES: usize = 1 << 3;

/// What the two halves of a pipe share, besides the ring.
pub(crate) struct Signals {
    closed: AtomicUsize,
    /// The reader's waker.
    readable: AtomicWaker,
    /// The writer's waker.
    writable: AtomicWaker,
}

impl Signals {
    pub(crate) fn new() -> Self {
        Self {
            closed: AtomicUsize::new(0),
            readable: AtomicWaker::new(),
            writable: AtomicWaker::new(),
        }
    }

    #[inline]
    fn closed(&self) -> usize {
        // ORDERING(C, U): Acquire, to see everything that was done before a closed bit was set: the
        // last publication, and the closing side's own memory.
        self.closed.load(Ordering::Acquire)
    }
}

/// Why no byte can be moved.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Not now, but once the peer has made progress.
    WouldBlock,
    /// Never again.
    Closed,
}

/// What differs between the two sides of a pipe.
pub(crate) trait Side: Role + Sized {
    type Peer: Side;

    /// This side's bit in the closed word.
    const CLOSED: usize;
    /// This side's mark in it.
    const WATCHES: usize;

    /// The slot that this side registers its waker in.
    fn waker(signals: &Signals) -> &AtomicWaker;

    /// How many of `want` bytes can be moved now; 0 only if `want` is 0.
    ///
    /// Whatever the peer had published when the call began is counted, and once the call has
    /// returned `Ok(n)`, `n` bytes can be moved without another look.
    fn available(half: &mut Half<Signals, Self>, want: usize) -> Result<usize, Stop>;
}

impl Side for Consuming {
    type Peer = Producing;
    const CLOSED: usize = READER_CLOSED;
    const WATCHES: usize = READER_WATCHES;

    #[inline]
    fn waker(signals: &Signals) -> &AtomicWaker {
        &signals.readable
    }

    #[inline]
    fn available(half: &mut Half<Signals, Self>, want: usize) -> Result<usize, Stop> {
        let closed = half.state().closed();
        // What the writer publishes after the reader has closed is not for it any more.
        if half.ready() < want && closed & READER_CLOSED == 0 {
            half.refresh();
        }
        match half.ready().min(want) {
            0 if want == 0 => Ok(0),
            0 if closed & (READER_CLOSED | WRITER_CLOSED) == 0 => Err(Stop::WouldBlock),
            0 => Err(Stop::Closed),
            n => Ok(n),
        }
    }
}

impl Side for Producing {
    type Peer = Consuming;
    const CLOSED: usize = WRITER_CLOSED;
    const WATCHES: usize = WRITER_WATCHES;

    #[inline]
    fn waker(signals: &Signals) -> &AtomicWaker {
        &signals.writable
    }

    #[inline]
    fn available(half: &mut Half<Signals, Self>, want: usize) -> Result<usize, Stop> {
        if half.state().closed() & (READER_CLOSED | WRITER_CLOSED) != 0 {
            return Err(Stop::Closed);
        }
        if half.ready() < want {
            half.refresh();
        }
        match half.ready().min(want) {
            0 if want > 0 => Err(Stop::WouldBlock),
            n => Ok(n),
        }
    }
}

impl Half<Signals, Consuming> {
    /// How many bytes there are to read now.
    pub(crate) fn unread(&self) -> usize {
        if self.state().closed() & READER_CLOSED == 0 {
            self.occupied()
        } else {
            self.ready()
        }
    }
}

impl<D: Side> Half<Signals, D> {
    /// [`Side::available`], for polling: `None` is [`Stop::Closed`].
    #[inline]
    pub(crate) fn poll_available(
        &mut self,
        cx: &mut Context<'_>,
        want: usize,
    ) -> Poll<Option<usize>> {
        match D::available(self, want) {
            Ok(n) => Poll::Ready(Some(n)),
            Err(Stop::Closed) => Poll::Ready(None),
            Err(Stop::WouldBlock) => self.park(cx, want),
        }
    }

    /// Steps 2 to 5 of waiting.
    fn park(&mut self, cx: &mut Context<'_>, want: usize) -> Poll<Option<usize>> {
        D::waker(self.state()).register(cx.waker());
        self.wait();
        let available = match D::available(self, want) {
            Ok(n) => Some(n),
            Err(Stop::Closed) => None,
            Err(Stop::WouldBlock) => return Poll::Pending,
        };
        // The peer was quicker: what it does next must not wake a task that is not waiting.
        self.end_own_wait();
        Poll::Ready(available)
    }

    /// Lets the peer have what was moved, and wakes it if it waits for that.
    ///
    /// The only way to publish bytes or to free space.
    #[inline]
    pub(crate) fn hand_over(&mut self) {
        if self.publish() {
            D::Peer::waker(self.state()).wake();
        }
    }

    /// Whether the peer has closed or is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().closed() & D::Peer::CLOSED != 0
    }

    /// Waits for the peer to close, and for nothing else.
    pub(crate) fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_closed() {
            return Poll::Ready(());
        }
        let signals = self.state();
        D::waker(signals).register(cx.waker());
        // ORDERING(W, U): Release, to hand over the waker. Acquire, to see what the peer did before
        // it closed, should that have come first.
        let before = signals.closed.fetch_or(D::WATCHES, Ordering::AcqRel);
        if before & D::Peer::CLOSED != 0 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// Closes this side, once, and wakes the peer if it waits for anything.
    pub(crate) fn close(&mut self) {
        // ORDERING(C, U, W): Release, to hand over everything done so far. Acquire, to see the waker
        // of a peer that watches.
        let before = self.state().closed.fetch_or(D::CLOSED, Ordering::AcqRel);
        if before & D::CLOSED != 0 {
            return;
        }
        // What the peer had published until now still counts.
        self.refresh();
        let waits = self.end_peer_wait();
        let watches = before & D::Peer::WATCHES != 0;
        if waits || watches {
            D::Peer::waker(self.state()).wake();
        }
    }

    /// Closes this side for good: it will not be polled again, so its waker goes too.
    pub(crate) fn hang_up(&mut self) {
        let waker = D::waker(self.state()).take();
        self.close();
        drop(waker);
    }
}
