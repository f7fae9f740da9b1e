//! One direction of a stream: when a side waits, when it is woken, and how it ends.
//!
//! The bytes are `ring/`'s business. Here its two halves share [`Signals`], and get the verbs that
//! the public types are made of. Both halves follow one protocol, which is why it stands here once,
//! generic over the side: looking in this file, waiting and waking in `pipe/sleep.rs`, closing in
//! `pipe/end.rs`. What differs between reading and writing is in `pipe/side.rs`.
//!
//! # Waiting
//!
//! ```text
//! the side that waits                      its peer
//!   1. try: nothing to be had                a. move bytes
//!   2. leave a request with its waker (W)    b. publish the position, which takes
//!   3. try again                                the request                  (W)
//!   4. Pending                               c. wake, if there was one
//! ```
//!
//! Steps 2 and b are read-modify-writes of the same word, so one of them comes first. If it is 2,
//! then b finds the request, and the waker with it. If it is b, then 3 finds the bytes. Either way the
//! side does not sleep through its peer's progress, and while nobody waits there is nothing else to
//! look at: an operation costs one read-modify-write.
//!
//! A request is taken by the first publication that finds it: one wake, however many follow. It says for
//! how many bytes it is; a publication that leaves too few puts it back and wakes nobody. Only
//! the publishing side can make it more, and its next publication finds the request again. A low-water
//! mark makes a waiting writer want more than it needs, and the reader that goes to sleep itself lets
//! it off.
//!
//! Before step 2 a side may try again and again for a while: `pipe/spin.rs` says when that is worth it.
//!
//! # Closing
//!
//! ```text
//! the side that closes                     its peer
//!   a. set its closed bit        (C)         1. load the flags             (C)
//!   b. take the request          (W)         2. load the position
//!   c. wake, if there was one
//! ```
//!
//! Every try loads the flags *before* the position. Whatever the closing side published before
//! a is thus seen by whoever sees a: the end of the stream comes after its last byte. A try that was
//! too early for a is followed by one that is not: if the peer's step 2 of waiting comes before b, b
//! finds the request; if it comes after, step 3 sees a.
//!
//! Aborting is closing with one more bit and an error kind, stored before: the peer finds all of it
//! at once, or nothing.
//!
//! To wait for the end alone is to ask for more bytes than there can be: then no publication wakes,
//! and b does.
//!
//! # The wake-and-close argument
//!
//! | edge | first | then | says | if weakened | model that fails |
//! | --- | --- | --- | --- | --- | --- |
//! | W, wake | a waker and a number of bytes noted, then a request left with a Release | the request taken with an Acquire, then the note read | who finds a request finds whom to wake, and for what | a lost wake | `pipe::parked_reader_is_woken`, `pipe::parked_writer_is_woken`, `pipe::closed_wakes_who_waits_for_it`, `wanted::latest_wish_counts` |
//! | C, close | closed bit set with a Release, after the last publication | flags loaded with an Acquire, before the position | the end comes after the last byte | bytes are lost at the end | `pipe::every_byte_then_eof` |
//! | C, close | closed bit set, then the request taken with a Release | a request left with an Acquire, then the flags loaded | who waits after the end sees the end | a side waits for ever | `pipe::close_wakes_parked_reader`, `pipe::close_wakes_parked_writer` |
//! | U, user | whatever a side did before it closed, its closed bit set with a Release | the flags loaded with an Acquire | EOF, `BrokenPipe` and `is_closed` hand over the closing side's memory | a data race in the user's program | `pipe::eof_hands_over`, `pipe::broken_pipe_hands_over`, `pipe::closed_hands_over` |
//! | A, abort | the error kind stored, then the closed bit set with a Release | the flags loaded with an Acquire, then the kind loaded | who finds an abort finds its kind | an abort without a kind | `pipe::abort_brings_its_kind` |
//!
//! No `SeqCst` and no fence: each decision rests on the order of operations on a single word, which
//! is total anyway.

mod end;
mod side;
mod sleep;
mod spin;

use core::mem;
use core::task::{Context, Poll};
use core::time::Duration;

use crate::io::ErrorKind;
use crate::ring::{Half, State};
use crate::sync::{thread, AtomicUsize, KindCell, Ordering};
pub(crate) use side::Side;
pub(crate) use sleep::Wish;
use spin::Spin;
pub(crate) use spin::{Luck, DEFAULT_LIMIT as DEFAULT_SPIN};

// The flags. While none is set, which is most of the time, a try has nothing to look at but them.
const READER_CLOSED: usize = 1;
const WRITER_CLOSED: usize = 1 << 1;
/// Set together with the closed bit of the same side.
const READER_ABORTED: usize = 1 << 2;
const WRITER_ABORTED: usize = 1 << 3;
/// Both sides count their transfers: `Options::yield_every` is in force.
const YIELDS: usize = 1 << 4;

/// What the two halves of a pipe share, besides the ring.
pub(crate) struct Signals {
    flags: AtomicUsize,
    /// Why each side aborted.
    reader_abort: KindCell,
    writer_abort: KindCell,
    /// The token of the thread that each side was on when it last slept or woke its peer.
    reader_thread: AtomicUsize,
    writer_thread: AtomicUsize,
    policy: Policy,
}

/// Between two threads, what is longer than this is copied in pieces of so many bytes, and each is handed
/// over at once: one side can begin with it while the other one goes on.
pub(crate) const PIECE: usize = 32 << 10;

/// What one half remembers of its own calls.
#[derive(Default)]
pub(crate) struct Habits {
    /// How many in a row have not had to wait, and where the last of them found the half.
    streak: usize,
    counted_at: usize,
    spin: Spin,
}

/// How a pipe deviates from the plainest behaviour.
#[derive(Clone, Copy)]
pub(crate) struct Policy {
    /// A writer that waits is woken when at least so many bytes are vacant.
    pub(crate) low_water: usize,
    /// A half yields after so many transfers in a row that never waited; never if 0.
    pub(crate) yield_every: usize,
    /// A half spins no longer than this before it sleeps.
    pub(crate) spin: Duration,
}

impl State for Signals {
    type Note = Wish;
    type Local = Habits;
}

impl Signals {
    pub(crate) fn new(policy: Policy) -> Self {
        let flags = if policy.yield_every > 0 { YIELDS } else { 0 };
        Self {
            flags: AtomicUsize::new(flags),
            reader_abort: KindCell::new(),
            writer_abort: KindCell::new(),
            reader_thread: AtomicUsize::new(thread::NOWHERE),
            writer_thread: AtomicUsize::new(thread::NOWHERE),
            policy,
        }
    }

    #[inline]
    fn flags(&self) -> usize {
        // ORDERING(C, U, A): Acquire, to see everything that was done before a closed bit was set:
        // the last publication, the error kind, and the closing side's own memory.
        self.flags.load(Ordering::Acquire)
    }

    /// Sets flags. Returns those that had been set before.
    fn set(&self, flags: usize) -> usize {
        // ORDERING(C, U, A): Release, to hand over everything done so far.
        self.flags.fetch_or(flags, Ordering::Release)
    }

    /// The token that a side has left last.
    #[inline]
    fn token<D: Side>(&self) -> usize {
        // ORDERING(none): a stale one costs a spin in vain, or saves one.
        D::thread(self).load(Ordering::Relaxed)
    }

    /// Leaves the token of the thread that a side is on, unless it is there.
    #[inline]
    fn leave_token<D: Side>(&self) {
        let token = thread::token();
        if self.token::<D>() != token {
            // ORDERING(none): as in `token`.
            D::thread(self).store(token, Ordering::Relaxed);
        }
    }
}

/// Why no byte can be moved.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Not now, but once the peer has made progress.
    WouldBlock,
    /// Never again: the stream has ended.
    Closed,
    /// Never again: the peer has given it up.
    Aborted(ErrorKind),
}

impl<D: Side> Half<Signals, D> {
    /// Finds out how many bytes can be moved: at least `min`, or the end of the stream has come.
    ///
    /// If fewer than `want` are known to be ready, it looks again. So whatever of `want` the peer had
    /// published when the call began is counted.
    #[inline]
    pub(crate) fn look(&mut self, min: usize, want: usize) -> Result<usize, Stop> {
        match self.state().flags() {
            0 => self.look_plainly(min, want),
            flags => D::look_twice(self, flags, min, want),
        }
    }

    #[inline]
    fn look_plainly(&mut self, min: usize, want: usize) -> Result<usize, Stop> {
        self.refresh(want);
        match self.ready() {
            n if n >= min => Ok(n),
            _ => Err(Stop::WouldBlock),
        }
    }

    /// Why the peer aborted.
    fn aborted(&self) -> Stop {
        let kind = D::Peer::abort(self.state()).load();
        Stop::Aborted(kind.expect("the kind is stored before the flag is set"))
    }

    /// How many of `want` bytes can be moved, so long as nothing special is going on: what most calls
    /// need to know. `None` says that there is more to it.
    #[inline]
    pub(crate) fn at_hand(&mut self, want: usize) -> Option<usize> {
        if self.state().flags() != 0 {
            return None;
        }
        self.refresh(want);
        Some(self.ready().min(want))
    }

    /// [`look`](Self::look), or waits. Never returns [`Stop::WouldBlock`].
    pub(crate) fn poll_look(
        &mut self,
        cx: &mut Context<'_>,
        min: usize,
        want: usize,
    ) -> Poll<Result<usize, Stop>> {
        let mut found = self.look(min, want);
        let yields = self.state().policy.yield_every > 0 && min > 0;
        if yields && self.has_had_enough(&found) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        while found == Err(Stop::WouldBlock) {
            if self.sleep(cx, min) {
                return Poll::Pending;
            }
            found = self.look(min, want);
        }
        Poll::Ready(found)
    }

    /// Counts the calls that did not have to wait, and says when it is time to yield.
    ///
    /// A call that finds what the one before found, because nothing has been moved since, does not
    /// count, nor does it yield: who has been lent bytes may ask for them again.
    fn has_had_enough(&mut self, found: &Result<usize, Stop>) -> bool {
        let (moved, limit) = (self.moved(), self.state().policy.yield_every);
        let Habits {
            streak, counted_at, ..
        } = &mut self.local;
        let has_moved = moved != mem::replace(counted_at, moved);
        match found {
            Err(_) => *streak = 0,
            Ok(_) if *streak > 0 && !has_moved => (),
            Ok(_) if *streak >= limit => {
                *streak = 0;
                return true;
            }
            Ok(_) => *streak += 1,
        }
        false
    }

    /// Has bytes moved by `step`, which returns how many, and handed over.
    #[inline]
    pub(crate) fn transfer(&mut self, step: impl FnOnce(&mut Self) -> usize) -> usize {
        let n = step(self);
        if n > 0 {
            self.hand_over();
        }
        n
    }

    /// Has `pieces` moved by `step`, in order, as far as they are ready. Hands over each but the last before
    /// the next one.
    #[inline]
    pub(crate) fn in_pieces<P>(
        &mut self,
        pieces: impl Iterator<Item = P>,
        mut step: impl FnMut(&mut Self, P) -> usize,
    ) -> usize {
        let mut n = 0;
        for piece in pieces {
            if self.ready() == 0 {
                break;
            }
            if n > 0 {
                self.hand_over();
            }
            n += step(self, piece);
        }
        n
    }

    /// Lets the peer have what was moved, and wakes it if it waits for that.
    ///
    /// The only way to publish bytes or to free space.
    #[inline]
    pub(crate) fn hand_over(&mut self) {
        if let Some(request) = self.publish() {
            Self::respond(request);
        }
    }
}
