//! One direction of a stream: when a half waits, when it is woken, and how the stream ends.
//!
//! `ring/` moves the bytes. An [`Endpoint`] has one half of a ring, and adds waiting, waking and
//! closing. Both endpoints of a pipe follow the same protocol, so it is written once, generic over
//! the side. This folder has no `unsafe`.
//!
//! # Glossary
//!
//! * **position**: a count of bytes since the pipe was made. **head**: the position of the next
//!   byte to read. **tail**: the position of the next byte to write.
//! * **capacity**: how many bytes a pipe holds. **available**: how many bytes a half can move now,
//!   unread ones for the reader, free ones for the writer.
//! * **publish**: to store a new head or tail where the peer sees it.
//! * **storage**: the memory for the bytes. **grow**: to replace it by a larger one. **rewind**: to
//!   go on at its front, because the ring is empty.
//! * **slot**: where a half leaves its waker, an `AtomicWaker`. **register**: to leave it there.
//! * **threshold**: how many bytes a half waits for. **target**: the position of the peer at which
//!   the threshold is reached.
//! * **park**: to register a waker and return `Pending`. **wake**: to wake the waker in a slot.
//! * **close**: to end one's own side. **finish**: the writer's close. **abort**: to end the stream
//!   with an error at once, by a half or from outside by a handle.
//! * **spin**: to look for available bytes again and again, before parking.
//!
//! # Waiting for bytes
//!
//! ```text
//! the half that waits                      its peer
//!   1. look: too few bytes                   a. move bytes
//!   2. register the waker, store the         b. publish the position, which clears
//!      target, set the bit       (W)            the bit                   (W)
//!   3. look again                            c. if the bit was set: wake the slot if
//!   4. return Pending                           the target is reached, else set the
//!                                               bit again
//! ```
//!
//! The bit is part of the position word. Step 2 sets it and step b clears it, each by a
//! read-modify-write of that word, so one comes first. If 2 comes first, b finds the bit. If b
//! comes first, step 3 finds the bytes. In both cases the half does not miss its peer's progress.
//! As long as neither half waits, the peer has nothing else to look at: an operation costs one
//! read-modify-write.
//!
//! A publication that does not reach the target leaves the waker where it is. Only the peer can
//! make more bytes available, and its next publication finds the bit again.
//!
//! A half may begin another wait while an earlier one goes on. If the bit is still set, the earlier
//! of the two targets counts. If it is not, the peer has woken the task, or is about to compare the
//! position with a target that step 2 replaces. Then both sides set the bit, and whichever comes
//! second finds it set and wakes the task.
//!
//! `AtomicWaker` may be woken by any thread at any time, and wakes a registration that overlaps.
//! A `wake` therefore finds the waker, or comes so early that what came before it is visible to the
//! half that registers.
//!
//! # Ending
//!
//! ```text
//! the half or handle that ends             the half that waits
//!   a. set the flags             (C)         1. register the waker
//!   b. wake the slot                         2. load the flags            (C)
//!                                            3. load the position
//! ```
//!
//! An end wakes the slot whatever the bit says, so `closed` waits in the same slot and sets no bit.
//! The wake of step b finds the waker, or step 2 sees the flags.
//!
//! Every look loads the flags *before* the position. A look that sees the closed flag therefore
//! sees every publication from before it was set: the end of the stream comes after the last byte.
//!
//! A half that ends the stream with an error stores the reason, and then sets one more flag
//! together with the closed one: *aborted* if the peer gets the error at once, *failed* if it gets
//! it after the last byte. The flag is set only if no side has closed, so the first ending stands.
//! A handle does the same for both sides. If two handles abort at once, the second one finds the
//! reason of the first, and sets the flags itself.
//!
//! A half that is dropped empties its own slot. A half that has never waited is not woken, and has
//! no slot to empty: a flag tells (E).
//!
//! # THE WAKE-AND-CLOSE ARGUMENT
//!
//! P, R, G and A are argued in `ring/mod.rs`.
//!
//! * **W, wake.** A half stores its target and then sets its bit with Release. A publication clears
//!   the bit with Acquire and then loads the target. So it sees that target or a later one.
//! * **C, close.** A flag is set with Release after the last publication, and the flags are loaded
//!   with Acquire before the position: the end comes after the last byte.
//! * **E, ever waited.** A half sets its flag by a read-modify-write, and loads the flags after
//!   that and after it has registered. An end is a read-modify-write of the same word. Either the
//!   end finds the flag, and wakes the slot, or the half finds the end.
//! * **U, user.** What a half did before it closed *happens before* its peer learns of it, from the
//!   end of the stream, `BrokenPipe`, `is_closed` or `closed`. The flags carry this, by the
//!   orderings that C needs.
//!
//! Each row below is an ordering of an operation, or a step of an algorithm. `.ci/weaken` weakens
//! or breaks it, and the model must fail then. No `SeqCst` and no fence is needed: each decision
//! rests on the order of operations on a single word, and that order is total in any case.
//!
//! | edge | operation | ordering or step | if weakened | model that fails |
//! | --- | --- | --- | --- | --- |
//! | P | `Cursor::publish` | Release | garbage is read | `ring::published_bytes_are_visible` |
//! | P | `Cursor::position` | Acquire | garbage is read | `ring::published_bytes_are_visible` |
//! | R | `Cursor::publish` | Release | unread bytes are overwritten | `ring::released_bytes_are_not_in_use` |
//! | R | `Cursor::position` | Acquire | unread bytes are overwritten | `ring::released_bytes_are_not_in_use` |
//! | P | `Half::write_around` | only an empty ring is rewound | garbage is read | `wrap::the_writer_goes_back_to_the_front` |
//! | P | `Exchange::rewind` | an offer stays | garbage is read | `growth::the_reader_follows_a_change_before_a_rewind` |
//! | P | `Half::rewind` | the consumer looks for its offset | garbage is read | `wrap::the_writer_goes_back_to_the_front` |
//! | G | `Exchange::offer` | Release | garbage is read | `growth::the_reader_follows_and_frees_what_it_has_left` |
//! | G | `Exchange::take` | Acquire | garbage is read | `growth::the_reader_follows_and_frees_what_it_has_left` |
//! | G | `Exchange::offer` | the offer is found and replaced in one step | memory is freed twice | `growth::the_reader_follows_two_changes` |
//! | G | `Exchange::take` | the offer is found and taken in one step | freed memory is read | `growth::the_reader_follows_two_changes` |
//! | G | `Half::grow` | the bytes are copied before the storage is offered | garbage is read | `growth::the_reader_follows_and_frees_what_it_has_left` |
//! | G | `Half::grow` | bytes that are lent are copied, too | other bytes are sent | `growth::the_loan_of_the_writer_moves_along` |
//! | G | `Half::refresh` | the tail is loaded before the storage | garbage is read | `growth::the_writer_is_dropped_afterwards` |
//! | G | `Consumer::follow` | the consumer follows | garbage is read | `growth::the_reader_follows_and_frees_what_it_has_left` |
//! | A | `OnceBox::set` | Release | half of a value is read | `ring::a_value_is_set_once_and_read_whole` |
//! | A | `OnceBox::get` | Acquire | half of a value is read | `ring::a_value_is_set_once_and_read_whole` |
//! | A | `OnceBox::set` | the first value is found and set in one step | a value is replaced | `ring::a_value_is_set_once_and_read_whole` |
//! | A | `Endpoint::close` | the reason is stored before the flags are set | an abort without a reason | `aborts::abort_brings_its_kind` |
//! | A | `Handle::abort` | the reason is stored before the flags are set | an abort without a reason | `handles::the_first_ending_stands` |
//! | W | `Cursor::publish` | Acquire | a half waits for ever | `thresholds::latest_waker_is_woken_at_its_threshold` |
//! | W | `Cursor::set_awaited` | Release | a half waits for ever | `thresholds::latest_waker_is_woken_at_its_threshold` |
//! | W | `Cursor::publish` | the position is set and the bit found in one step | a half waits for ever | `pipe::parked_reader_is_woken` |
//! | W | `Cursor::set_awaited` | the bit is set beside the position in one step | bytes are lost | `pipe::parked_reader_is_woken` |
//! | W | `Endpoint::register` | the waker is registered before the bit is loaded | a half waits for ever | `thresholds::a_wait_for_fewer_bytes_does_not_hide_the_one_for_more` |
//! | W | `Endpoint::register` | the target is stored before the bit is set | a half waits for ever | `thresholds::latest_waker_is_woken_at_its_threshold` |
//! | W | `Endpoint::register` | the earlier target counts | a task waits for ever | `pairs::reader_when_one_byte_is_too_few` |
//! | W | `Endpoint::register` | a task whose bit the peer has set again is woken | a task waits for ever | `thresholds::a_task_that_waits_for_two_thresholds_is_woken_for_both` |
//! | W | `Endpoint::wait` | the half looks again after registering | a half waits for ever | `pipe::parked_writer_is_woken` |
//! | W | `Endpoint::wait` | a wait that succeeds leaves the bit of an earlier one | a task waits for ever | `pairs::reader_when_two_bytes_come_one_by_one` |
//! | W | `Endpoint::publish` | the peer is woken | a half waits for ever | `pipe::parked_reader_is_woken` |
//! | W | `Endpoint::publish` | the position is published before the peer is woken | a half waits for ever | `pipe::parked_reader_is_woken` |
//! | W | `Endpoint::publish` | the position is published before the target is loaded | a half waits for ever | `thresholds::latest_waker_is_woken_at_its_threshold` |
//! | W | `Endpoint::publish` | the bit is set again below the target | a half waits for ever | `thresholds::reader_is_woken_at_its_threshold` |
//! | W | `Endpoint::publish` | a bit that is set already wakes | a task waits for ever | `thresholds::a_task_that_waits_for_two_thresholds_is_woken_for_both` |
//! | C | `Flags::set` | the flags are found and set in one step | the end is lost | `closed::closed_is_woken` |
//! | C | `Endpoint::available` | the flags are loaded before the position | bytes are lost at the end | `pipe::every_byte_then_eof_without_waiting` |
//! | C | `Endpoint::wait` | the flags are loaded after registering | a half waits for ever | `pipe::close_wakes_parked_reader` |
//! | C | `Endpoint::poll_closed` | the half looks again after registering | a half waits for ever | `closed::closed_is_woken` |
//! | C | `Endpoint::give_back_waker` | a half that finds the end empties its slot | a waker outlives its half | `closed::a_half_that_finds_the_end_leaves_no_waker` |
//! | C | `Endpoint::close` | the peer is woken | a half waits for ever | `aborts::abort_brings_its_kind` |
//! | C | `Endpoint::disconnect` | the flags are set before the peer is woken | a half waits for ever | `pipe::close_wakes_parked_reader` |
//! | C | `Endpoint::disconnect` | the peer is woken | a half waits for ever | `pipe::close_wakes_parked_reader` |
//! | C | `Endpoint::disconnect` | the half empties its slot | a waker outlives its half | `thresholds::a_dropped_half_leaves_no_waker` |
//! | C | `Handle::abort` | the flags are set before the halves are woken | a half waits for ever | `handles::a_parked_reader_is_woken` |
//! | C | `WakeBothOnDrop::drop` | both halves are woken | a half waits for ever | `handles::a_parked_writer_is_woken` |
//! | C | `Handle::abort` | a handle that is second sets the flags, too | an abort that has no effect yet | `handles::an_abort_has_taken_effect_when_it_returns` |
//! | E | `Endpoint::leave_waker` | the flag is set | a half waits for ever | `pipe::close_wakes_parked_reader` |
//! | U | `Flags::set` | Release | a data race in the user's program | `hand_over::eof_hands_over` |
//! | U | `Flags::load` | Acquire | a data race in the user's program | `hand_over::is_closed_hands_over` |

mod endpoint;
mod fairness;
mod flags;
mod handle;
mod spin;

use crate::error::{ErrorKind, Reason};
use crate::ring::{self, OnceBox};
pub(crate) use crate::ring::{Consumer, Producer, Side, MAX_CAPACITY};
use crate::sync::{new_slot, AtomicUsize, AtomicWaker};
pub(crate) use endpoint::{Ending, Endpoint, WakeOnDrop, ALL};
use flags::Flags;
pub(crate) use handle::Handle;
pub(crate) use spin::Spin;

/// The settings of a pipe.
#[derive(Clone, Copy)]
pub(crate) struct Config {
    /// A half yields after this many transfers in a row that did not wait. 0: never.
    pub(crate) yield_every: u32,
    pub(crate) spin: Spin,
    /// What the peer of a half gets that is dropped without having been ended.
    pub(crate) error_on_drop: Option<ErrorKind>,
}

/// What the two endpoints share.
type Shared = ring::Shared<State, Waiter>;

/// What the two endpoints share besides the ring. Read by both, and rarely written.
#[repr(C)]
struct State {
    flags: Flags,
    /// Why a side has ended the stream with an error, and why a handle has.
    reasons: [OnceBox<Reason>; 3],
    config: Config,
}

/// The index of the handles' reason. The sides have those before it.
const OF_HANDLES: usize = 2;

/// How a half waits, beside the position that it waits for.
#[repr(C)]
struct Waiter {
    slot: AtomicWaker,
    /// The position of the peer at which the half has to be woken.
    wake_at: AtomicUsize,
}

impl Waiter {
    #[inline(always)]
    fn new() -> Self {
        Self {
            slot: new_slot(),
            wake_at: AtomicUsize::new(0),
        }
    }
}

impl Shared {
    /// The slot with the waker of `side`, which waits at the cursor that its peer publishes.
    #[inline]
    fn slot_of(&self, side: Side) -> &AtomicWaker {
        &self.cursor(side.peer()).waiter.slot
    }
}

/// Makes a pipe of `capacity` bytes, from 1 to [`MAX_CAPACITY`].
#[inline(always)] // So that the endpoints are built where the caller wants them.
pub(crate) fn pipe(capacity: usize, config: Config) -> (Endpoint<Consumer>, Endpoint<Producer>) {
    let state = || State {
        flags: Flags::new(config.yield_every > 0),
        reasons: [OnceBox::new(), OnceBox::new(), OnceBox::new()],
        config,
    };
    let (consumer, producer) = ring::ring(capacity, state, Waiter::new);
    (Endpoint::new(consumer), Endpoint::new(producer))
}
