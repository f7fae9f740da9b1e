//! One direction of a stream: when a half waits, when it is woken, and how the stream ends.
//!
//! `ring/` moves the bytes. An [`Endpoint`] has one half of a ring, and adds waiting, waking and
//! closing. Both endpoints of a pipe follow the same protocol, so it is written once, generic over
//! the side. This folder has no `unsafe`.
//!
//! # Glossary
//!
//! * **position**: a count of bytes since the ring was made. **head**: the position of the next
//!   byte to read. **tail**: the position of the next byte to write.
//! * **capacity**: how many bytes a pipe holds. **available**: how many bytes a half can move now,
//!   unread ones for the reader, free ones for the writer.
//! * **publish**: to store a new head or tail where the peer sees it.
//! * **rewind**: to continue at the front of the storage, because the ring is empty.
//! * **waiter**: a waker, and a **threshold**: how many bytes have to be available before it is
//!   woken.
//! * **register**: to leave a waiter, or a waker, where the peer finds it. **deregister**: to take
//!   it back. **restore**: to register the peer's waiter again, because its threshold is not
//!   reached.
//! * **park**: to register a waiter and return `Pending`. **wake**: to wake the peer's waiter.
//! * **close**: to end one's own side. **finish**: the writer's close. **abort**: to close with an
//!   error for the peer. **cut**: an abort from outside, by a handle.
//! * **spin**: to look for available bytes again and again, before parking.
//!
//! # Waiting for bytes
//!
//! ```text
//! the half that waits                      its peer
//!   1. look: too few bytes                   a. move bytes
//!   2. register a waiter      (W)            b. publish the position, which takes
//!   3. look again                               the waiter                (W)
//!   4. return Pending                        c. wake the waiter if its threshold is
//!                                               reached, else restore it  (L)
//! ```
//!
//! Steps 2 and b are read-modify-writes of the same word, so one comes first. If 2 comes first, b
//! takes the waiter. If b comes first, step 3 finds the bytes. In both cases the half does not miss
//! its peer's progress. As long as neither half waits, the peer has nothing else to look at: an
//! operation costs one read-modify-write.
//!
//! A waiter is taken by the first publication after it was registered, so it is woken once, however
//! many publications follow. If the publication leaves too few bytes, the peer restores the waiter.
//! Only the peer can make more bytes available, and its next publication takes the waiter again.
//!
//! A task may wait for bytes in several places at once, with different thresholds. A half that
//! replaces its own waiter therefore keeps the smaller threshold, and wakes the task itself if it
//! cannot tell whether the replaced waiter was due.
//!
//! # Waiting for the end
//!
//! `closed` does not wait for bytes, and shares nothing with those that do. Each side has a slot,
//! an `AtomicWaker`, and a *watched* flag that says that the slot may hold a waker.
//!
//! ```text
//! the half that waits                      its peer
//!   1. register the waker in the slot        a. set the closed flag       (E)
//!   2. set the watched flag   (E)            b. if the watched flag was set, wake
//!   3. return Pending, unless the closed        the slot
//!      flag was set
//! ```
//!
//! Steps 2 and a are read-modify-writes of the same word, the flags. So either 3 sees the closed
//! flag or b sees the watched one.
//!
//! # Closing
//!
//! ```text
//! the half that closes                     its peer
//!   a. set the closed flag       (C)         1. load the flags            (C)
//!   b. take the peer's waiter    (W)         2. load the position
//!   c. wake the waiter and the slot
//! ```
//!
//! Every look loads the flags *before* the position. A look that sees the closed flag therefore
//! sees every publication from before it was set: the end of the stream comes after the last byte.
//! A waiting half does not miss the end either. If it registers before b, then b finds the waiter.
//! If it registers after b, the look in step 3 of waiting sees the flag.
//!
//! A half that is dropped takes its own waiter back, *after* it has set its closed flag. If the
//! peer holds that waiter and restores it later, the peer looks at the flags again, sees the closed
//! flag, takes the waiter and wakes it (L). So no waker outlives its half.
//!
//! A half that ends the stream with an error stores the reason, and then sets one more flag
//! together with the closed one: *aborted* if the peer gets the error at once, *failed* if it gets
//! it after the last byte. The flag is set only if the peer has not closed, so the first ending
//! stands.
//!
//! ```text
//!   the flags    | cut | yields | failed: R W | watched: R W | aborted: R W | closed: R W |
//! ```
//!
//! # Ending a stream from outside
//!
//! A handle is neither half, and may act at any time. Unless a side has closed, it stores the
//! reason and sets the cut flag together with the closed and aborted flags of both sides. Then it
//! takes the waiters of both sides and the wakers of both slots, and wakes them (H). A half that
//! parks meanwhile sees the flags, as it sees those of a peer that closes (C). The handle takes
//! waiters from words whose publishers do so too: the side or the handle that clears a bit has the
//! waiter. A handle does so once in the life of a ring, and the ring takes no waiter after that, as
//! edge S in `ring/mod.rs` says.
//!
//! # THE WAKE-AND-CLOSE ARGUMENT
//!
//! * **W, wake.** A waiter is registered with Release, and taken with Acquire. So the peer that
//!   takes a waiter sees its waker and its threshold.
//! * **C, close.** The closed flag is set with Release after the last publication, and the flags
//!   are loaded with Acquire before the position: the end comes after the last byte. And the flag
//!   is set before the waiter is taken with Release; a waiter is registered with Acquire before the
//!   flags are loaded: a half that parks after the end sees the end.
//! * **L, late restoration.** A half sets its closed flag and then takes its waiter back with
//!   Release. Its peer restores a waiter with Acquire and then loads the flags. So a waiter that is
//!   restored too late to be taken back is found by the peer.
//! * **E, end.** A waker is registered in the slot before the watched flag is set with Release. The
//!   closed flag is set with Acquire, by an operation that returns the watched flag. So the half
//!   that closes finds the waker.
//! * **H, handle.** A handle sets the flags before it takes the waiters with Release, and a waiter
//!   is registered with Acquire before the flags are loaded, as in C. A slot's waker is found as in
//!   E.
//! * **U, user.** What a half did before it closed *happens before* its peer learns of it, from the
//!   end of the stream, `BrokenPipe`, `is_closed` or `closed`. The flags carry this.
//!
//! Each row below is an ordering of an operation, or a step of an algorithm. `.ci/weaken` weakens
//! or breaks it, and the model must fail then. No `SeqCst` and no fence is needed: each decision
//! rests on the order of operations on a single word, and that order is total in any case.
//!
//! | edge | operation | ordering or step | if weakened | model that fails |
//! | --- | --- | --- | --- | --- |
//! | W | `Cursor::publish` | Acquire | a waker is read while it is written | `pipe::parked_reader_is_woken` |
//! | W | `Cursor::set_bit` | Release | a waker is read while it is written | `pipe::parked_reader_is_woken` |
//! | W | `Cursor::publish` | the position is set and the bit found in one step | a half waits for ever | `pipe::parked_reader_is_woken` |
//! | W | `Cursor::set_bit` | the position is found and the bit set in one step | bytes are lost | `pipe::parked_reader_is_woken` |
//! | W | `Cursor::register` | the waiter is written before its bit is set | an empty cell is taken | `pipe::parked_reader_is_woken` |
//! | W | `Endpoint::park` | a waiter is registered | a half waits for ever | `pipe::parked_reader_is_woken` |
//! | W | `Endpoint::park` | the half looks again after registering | a half waits for ever | `pipe::parked_writer_is_woken` |
//! | W | `Endpoint::publish` | the waiter is woken | a half waits for ever | `pipe::parked_reader_is_woken` |
//! | W | `Endpoint::publish` | the position is published before the waiter is woken | a half waits for ever | `pipe::parked_reader_is_woken` |
//! | W | `Endpoint::wake_peer` | a waiter below its threshold is restored | a half waits for ever | `thresholds::reader_is_woken_at_its_threshold` |
//! | W | `Endpoint::park` | the smaller threshold is kept | a task waits for ever | `thresholds::a_task_is_woken_at_the_smaller_of_two_thresholds` |
//! | W | `Endpoint::restore` | a superseded waiter is woken | a task waits for ever | `thresholds::a_task_that_waits_for_two_thresholds_is_woken_for_both` |
//! | W | `Endpoint::park` | a superseded waiter is woken | a task waits for ever | `thresholds::a_task_that_waits_for_two_thresholds_is_woken_for_both` |
//! | W | `Endpoint::park` | a replaced waiter that was due is woken | a task waits for ever | `thresholds::a_wait_that_succeeds_does_not_forget_an_earlier_one` |
//! | C | `Flags::update` | Release | bytes are lost at the end | `pipe::every_byte_then_eof` |
//! | C | `Flags::update` | the flags are found and set in one step | the end is lost | `closed::closed_is_woken` |
//! | C | `Flags::load` | Acquire | bytes are lost at the end | `pipe::every_byte_then_eof` |
//! | C | `Endpoint::look` | the flags are loaded before the position | bytes are lost at the end | `pipe::every_byte_then_eof_without_waiting` |
//! | C | `Cursor::clear_waiter_bits` | Release | a half waits for ever | `pipe::close_wakes_parked_reader` |
//! | C | `Cursor::set_bit` | Acquire | a half waits for ever | `pipe::close_wakes_parked_reader` |
//! | C | `Endpoint::park` | the flags are loaded after registering | a half waits for ever | `pipe::close_wakes_parked_reader` |
//! | C | `Endpoint::end` | the closed flag is set before the waiter is taken | a half waits for ever | `pipe::close_wakes_parked_reader` |
//! | C | `Wakers::wake` | the waiter is woken | a half waits for ever | `pipe::close_wakes_parked_reader` |
//! | W | `Cursor::clear_waiter_bits` | Acquire | a waker is read while it is written | `pipe::close_wakes_parked_reader` |
//! | L | `Cursor::clear_waiter_bits` | Release | a waker outlives its half | `thresholds::a_dropped_half_leaves_no_waker` |
//! | L | `Held::restore` | Acquire | a waker outlives its half | `thresholds::a_dropped_half_leaves_no_waker` |
//! | L | `Endpoint::restore` | the flags are loaded after a restoration | a waker outlives its half | `thresholds::a_dropped_half_leaves_no_waker` |
//! | L | `Endpoint::disconnect_from_peer` | the half takes its waiter back after the closed flag is set | a waker outlives its half | `thresholds::a_dropped_half_leaves_no_waker` |
//! | E | `Flags::watch` | Release | `closed` waits for ever | `closed::closed_is_woken` |
//! | E | `Flags::watch` | the flags are found and the flag set in one step | `closed` waits for ever | `closed::closed_is_woken` |
//! | E | `Flags::update` | Acquire | `closed` waits for ever | `closed::closed_is_woken` |
//! | E | `Endpoint::poll_closed` | the waker is registered before the watched flag is set | `closed` waits for ever | `closed::closed_is_woken` |
//! | E | `Wakers::wake` | the slot is woken | `closed` waits for ever | `closed::closed_is_woken` |
//! | U | `Flags::update` | Release | a data race in the user's program | `hand_over::eof_hands_over` |
//! | U | `Flags::load` | Acquire | a data race in the user's program | `hand_over::is_closed_hands_over` |
//! | U | `Flags::watch` | Acquire | a data race in the user's program | `hand_over::closed_hands_over` |
//! | A | `Endpoint::end` | the reason is stored before the flag is set | an abort without a reason | `aborts::abort_brings_its_kind` |
//! | A | `Handle::cut` | the reason is stored before the flag is set | an abort without a reason | `handles::the_first_ending_stands` |
//! | H | `Handle::cut` | the flags are set before the waiters are taken | a half waits for ever | `handles::a_parked_reader_is_woken` |
//! | H | `Handle::cut` | the waiters are taken | a half waits for ever | `handles::a_parked_reader_is_woken` |
//! | H | `Handle::cut` | the slots are taken | `closed` waits for ever | `handles::closed_is_woken` |

mod close;
mod fairness;
mod flags;
mod handle;
mod park;
mod spin;
mod transfer;
mod wakers;

use core::alloc::Layout;
use core::task::{Context, Poll};
use core::time::Duration;

use crate::error::{ErrorKind, Reason, Stop};
use crate::ring::{self, Half, Once, Role, Side};
pub(crate) use crate::ring::{Consumer, OutOfMemory, Producer, MAX_CAPACITY};
pub(crate) use close::Ending;
use fairness::Fairness;
use flags::{aborted, closed, failed, Flags, SPECIAL};
pub(crate) use handle::Handle;
pub(crate) use spin::DEFAULT_LIMIT as DEFAULT_SPIN_LIMIT;
use spin::{Evidence, Spin};
pub(crate) use wakers::Wakers;

/// The settings of a pipe.
#[derive(Clone, Copy)]
pub(crate) struct Config {
    /// A half yields after this many transfers in a row that did not wait. 0: never.
    pub(crate) yield_every: usize,
    /// How long a half may spin in total between two `Pending`s.
    pub(crate) spin_limit: Duration,
    /// What the peer of a half gets that is dropped without having been ended.
    pub(crate) error_on_drop: Option<ErrorKind>,
}

/// The index of the handles' reason.
const OF_HANDLES: usize = 2;

/// What the two endpoints share besides the ring. The arrays have an element for each [`Side`].
#[repr(C)] // With `reasons` last, the compiler initialises all of it in place.
pub(crate) struct Shared {
    flags: Flags,
    config: Config,
    /// Whether the thread of a side was asleep when its peer woke it.
    evidence: [Evidence; 2],
    /// Why a side has ended the stream with an error, and why a handle has.
    reasons: [Once<Reason>; 3],
}

impl Shared {
    fn new(config: Config) -> Self {
        Self {
            flags: Flags::new(config.yield_every > 0),
            config,
            reasons: [Once::new(), Once::new(), Once::new()],
            evidence: [Evidence::new(), Evidence::new()],
        }
    }
}

/// One end of a pipe: `R` is [`Producer`] or [`Consumer`].
pub(crate) struct Endpoint<R> {
    /// Private, and reached by no other folder: all that moves bytes publishes and wakes too.
    half: Half<R, Shared>,
    fairness: Fairness,
    spin: Spin,
}

/// Makes a pipe of `capacity` bytes, from 1 to [`MAX_CAPACITY`].
#[inline(always)] // So that the endpoints are not moved.
pub(crate) fn pipe(
    capacity: usize,
    config: Config,
) -> Result<(Endpoint<Consumer>, Endpoint<Producer>), OutOfMemory> {
    let (consumer, producer) = ring::ring(capacity, || Shared::new(config))?;
    Ok((Endpoint::new(consumer), Endpoint::new(producer)))
}

/// The layout of the allocation that [`pipe`] makes.
pub(crate) fn header_layout() -> Layout {
    ring::header_layout::<Shared>()
}

impl<R: Role> Endpoint<R> {
    #[inline]
    fn new(half: Half<R, Shared>) -> Self {
        Self {
            half,
            fairness: Fairness::default(),
            spin: Spin::new(),
        }
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.half.capacity()
    }

    pub(crate) fn is_peer_of(&self, other: &Endpoint<R::Peer>) -> bool {
        self.half.is_peer_of(&other.half)
    }

    /// How many bytes this half can move, by its last look.
    #[inline]
    pub(crate) fn available(&self) -> usize {
        self.half.available()
    }

    /// Looks whether `min` bytes are available, or says why not.
    ///
    /// After the look, those of `want` bytes are available that the peer had published when the
    /// call began. Where `want` is less than `min`, `want` bytes suffice.
    #[inline]
    pub(crate) fn look(&mut self, min: usize, want: usize) -> Result<(), Stop> {
        let flags = self.half.state().flags.load();
        if flags & SPECIAL != 0 {
            return self.look_specially(flags, min, want);
        }
        self.look_plainly(min, want)
    }

    /// [`look`](Self::look) while the stream has not ended.
    #[inline]
    fn look_plainly(&mut self, min: usize, want: usize) -> Result<(), Stop> {
        if self.half.available() < want {
            self.refresh(want)?;
            if self.half.available() < min {
                return Err(Stop::WouldBlock);
            }
        }
        Ok(())
    }

    #[inline]
    fn refresh(&mut self, want: usize) -> Result<(), Stop> {
        let refreshed = self.half.refresh(want);
        refreshed.map_err(|OutOfMemory| Stop::OutOfMemory)
    }

    /// [`look`](Self::look) if flags are set.
    #[cold]
    fn look_specially(&mut self, flags: usize, min: usize, want: usize) -> Result<(), Stop> {
        let reads = R::SIDE == Side::Consumer;
        if reads && want == 0 {
            return Ok(());
        }
        if flags & aborted(R::Peer::SIDE) != 0 {
            self.half.clear_available();
            return Err(Stop::Failed);
        }
        let ended = flags & (closed(Side::Consumer) | closed(Side::Producer)) != 0;
        let end = match flags & failed(R::Peer::SIDE) {
            0 => Stop::Closed,
            _ => Stop::Failed,
        };
        if ended && !reads {
            return Err(end);
        }
        if flags & closed(R::SIDE) == 0 {
            // After its own close, a reader gets nothing that was written since.
            self.refresh(want)?;
        }
        match self.half.available() {
            0 if ended => Err(end),
            n if ended || n >= min.min(want) => Ok(()),
            _ => Err(Stop::WouldBlock),
        }
    }

    /// [`look`](Self::look), but waits where that would block. Never returns
    /// [`Stop::WouldBlock`].
    #[inline]
    pub(crate) fn poll_available(
        &mut self,
        cx: &mut Context<'_>,
        min: usize,
        want: usize,
    ) -> Poll<Result<(), Stop>> {
        if self.half.state().flags.load() & SPECIAL != 0 {
            return self.poll_available_specially(cx, min, want);
        }
        match self.look_plainly(min, want) {
            Err(Stop::WouldBlock) => self.wait(cx, min, want),
            found => Poll::Ready(found),
        }
    }

    /// [`poll_available`](Self::poll_available) if flags are set: the stream has ended, or the half
    /// has to yield now and then.
    #[cold]
    fn poll_available_specially(
        &mut self,
        cx: &mut Context<'_>,
        min: usize,
        want: usize,
    ) -> Poll<Result<(), Stop>> {
        let mut found = self.look(min, want);
        if found == Err(Stop::WouldBlock) {
            match self.wait(cx, min, want) {
                Poll::Ready(later) => found = later,
                Poll::Pending => {
                    self.fairness.reset();
                    return Poll::Pending;
                }
            }
        }
        let limit = self.half.state().config.yield_every;
        let may_yield = limit > 0 && min.min(want) > 0 && found.is_ok();
        if may_yield && self.fairness.should_yield(self.half.position(), limit) {
            self.spin.reset();
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(found)
    }

    /// Publishes the bytes that were moved, and wakes the peer if it waits for them.
    ///
    /// This is the only way to publish bytes or to free space.
    #[inline]
    fn publish(&mut self) {
        if let Some(waiter) = self.half.publish() {
            Self::wake_peer(waiter, &mut self.spin);
        }
    }

    /// Whether this half and its peer have a waiter registered now. Either may be out of date.
    pub(crate) fn waiters(&self) -> (bool, bool) {
        self.half.waiters()
    }
}
