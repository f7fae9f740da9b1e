//! A ring of bytes with one producer and one consumer.
//!
//! This folder decides which side may access which byte, and when. It also carries a waiter from
//! one side to the other. It knows nothing of closing, polling or errors; those are in `pipe/`. It
//! is the only folder with `unsafe` in it.
//!
//! # How bytes pass
//!
//! `tail` is the position of the next byte to write; only the producer moves it. `head` is the
//! position of the next byte to read; only the consumer moves it. The bytes from `head` to `tail`
//! are *occupied*, the rest of the storage is *vacant*. A side's *available* bytes are those that
//! it can move: vacant ones for the producer, occupied ones for the consumer.
//!
//! ```text
//!  offset  0         2                   6         8
//!          +----+----+----+----+----+----+----+----+
//!          |    |    | c  | d  | e  | f  |    |    |     capacity 8, "cdef" is unread
//!          +----+----+----+----+----+----+----+----+
//!                     ^ head              ^ tail
//!
//!          +----+----+----+----+----+----+----+----+
//!          | i  |    |    |    | e  | f  | g  | h  |     "ghi" written, "cd" read: the occupied
//!          +----+----+----+----+----+----+----+----+     bytes wrap
//!                ^ tail         ^ head
//!
//!          +----+----+----+----+----+----+----+----+
//!          | j  | k  |    |    |    |    |    |    |     all read, then "jk" written: the producer
//!          +----+----+----+----+----+----+----+----+     found the ring empty and rewound
//!            ^ head    ^ tail
//! ```
//!
//! ```text
//! producer                                consumer
//!   write:   copy into vacant bytes         reload:  load `tail`              (P)
//!   publish: swap `tail`        (P)         read:    copy out of occupied bytes
//!   reload:  load `head`        (R)         publish: swap `head`              (R)
//! ```
//!
//! Each side moves its own position as a plain integer while it copies, and publishes it once per
//! operation. Of the peer's position it keeps what the last load said about the available bytes,
//! and loads it again only if that could change the result. An old number is safe, because
//! positions only move forward: it is too small for either side.
//!
//! # Rewinding
//!
//! The storage is allocated when the producer first looks for space. When the producer loads `head`
//! and finds the ring empty, it continues at the front of the storage. Little traffic then touches
//! few pages, however large the capacity. The producer counts its rewinds, and the next publication
//! hands the count over. A consumer that finds the count changed had read everything, and continues
//! at the front as well. It cannot miss a rewind: the next one waits until the consumer has read
//! the bytes that came with this one.
//!
//! # The waiter
//!
//! The word of a published position has two spare bits. They say in which of two cells beside the
//! word the *other* side has left a waiter: the consumer in `tail`, the producer in `head`. A
//! publication is a swap that takes the waiter too, so one read-modify-write both hands bytes over
//! and tells whether the peer waits. [`cursor`] has the protocol.
//!
//! # THE BYTE-ORDERING ARGUMENT
//!
//! The life of a byte of the storage: the producer writes it, the consumer reads it, the producer
//! overwrites it. Each step must *happen before* the next one.
//!
//! * **P, publish.** The producer writes bytes and swaps `tail` with Release. The consumer loads
//!   `tail` with Acquire and reads the bytes. So the bytes up to `tail` have been written. The
//!   allocation of the storage and the count of rewinds travel with them.
//! * **R, release.** The consumer reads bytes and swaps `head` with Release. The producer loads
//!   `head` with Acquire and overwrites the bytes. So the bytes up to `head` have been read.
//! * **N, next.** The publisher is done with a waiter's cell, and then takes the other waiter or
//!   restores this one, with Release. The waiting side finds a bit clear or clears it, with
//!   Acquire, and then uses a cell. So a cell has one owner at a time.
//! * **A, abort.** A [`Once`] is written and then marked as set with Release. It is found set with
//!   Acquire and then read.
//! * **D, drop.** An owner of the ring is done with it and says so with Release. The last one reads
//!   that with Acquire and frees the ring.
//! * **S, sever.** A remote marks the ring as severed, with Release, and then takes the waiters.
//!   The waiting side loads that mark, with Acquire, before it uses a cell. If the remote has taken
//!   its waiter, `deregister` has seen the cleared bit, and so the load sees the mark: the waiting
//!   side does not go on to a cell that the publisher may hold.
//!
//! Both positions are of one type, [`Cursor`](cursor::Cursor), so P and R are two readings of the
//! same operations. The other edges of a cursor (W, C, L) are argued in `pipe/mod.rs`.
//!
//! Each row below is an ordering of an operation, or a step of an algorithm. `.ci/weaken` weakens
//! or breaks it, and the model must fail then.
//!
//! | edge | operation | ordering or step | if weakened | model that fails |
//! | --- | --- | --- | --- | --- |
//! | P | `Cursor::publish` | Release | garbage is read | `ring::published_bytes_are_visible` |
//! | P | `Cursor::load` | Acquire | garbage is read | `ring::published_bytes_are_visible` |
//! | R | `Cursor::publish` | Release | unread bytes are overwritten | `ring::released_bytes_are_not_in_use` |
//! | R | `Cursor::load` | Acquire | unread bytes are overwritten | `ring::released_bytes_are_not_in_use` |
//! | P | `Storage::allocate` | the address is written before any bytes are published | the address is read while it is written | `ring::published_bytes_are_visible` |
//! | P | `Half::read` | nothing is touched where nothing was found | the address is read while it is written | `pipe::own_close_settles_what_is_left` |
//! | P | `Producer::reload` | the producer rewinds only an empty ring | unread bytes are overwritten | `ring::both_sides_rewind_together` |
//! | P | `Consumer::reload` | the consumer follows a rewind | garbage is read | `ring::both_sides_rewind_together` |
//! | N | `Cursor::deregister` | Acquire | a cell has two owners | `ring::waiters_that_are_taken_have_one_owner` |
//! | N | `Cursor::clear_waiter_bits` | Acquire | a cell has two owners | `ring::waiters_that_are_restored_have_one_owner` |
//! | N | `Held::restore` | Release | a cell has two owners | `ring::waiters_that_are_restored_have_one_owner` |
//! | N | `Registration::skip_taken_cell` | the waiting side goes on to the other cell | a cell has two owners | `ring::waiters_that_are_taken_have_one_owner` |
//! | N | `Cursor::set_bit` | a restored waiter is taken back before another bit is set | two bits are set | `ring::waiters_that_are_restored_have_one_owner` |
//! | N | `Held::restore` | nothing is restored beside a newer waiter | two bits are set | `ring::waiters_that_are_restored_have_one_owner` |
//! | N | `Cursor::clear_waiter_bits` | a bit is found and cleared in one step | a cell has two owners | `handles::halves_are_dropped_meanwhile` |
//! | A | `Once::set` | Release | half of a value is read | `ring::a_value_is_set_once_and_read_whole` |
//! | A | `Once::get` | Acquire | half of a value is read | `ring::a_value_is_set_once_and_read_whole` |
//! | A | `Once::set` | one thread is found to be the first in one step | two threads write a value | `handles::one_of_two_aborts_stands` |
//! | A | `Once::set` | a value that is being set does not count as set | an abort without a reason | `handles::a_parked_reader_gets_one_of_two_aborts` |
//! | D | `Inner::owners` | Acquire | use after free | `pipe::every_byte_then_eof` |
//! | D | `Inner::release` | Acquire | use after free | `pipe::every_byte_then_eof` |
//! | D | `Inner::release` | Release | use after free | `pipe::every_byte_then_eof` |
//! | D | `Inner::release` | an owner is counted and the last one found in one step | the ring is never freed | `ring::the_last_side_drops_the_state` |
//! | S | `Remote::sever` | Release | a half waits for ever | `handles::a_parked_reader_is_woken` |
//! | S | `Half::register` | Acquire | a half waits for ever | `handles::a_parked_reader_is_woken` |
//! | S | `Half::register` | no waiter is registered in a severed ring | a cell has two owners | `handles::a_severed_ring_takes_no_waiter` |
//! | S | `Remote::sever` | the ring is severed before its waiters are taken | a cell has two owners | `handles::a_severed_ring_takes_no_waiter` |
//!
//! # Invariants
//!
//! Between the edges P and R a byte has one owner. The SAFETY comments cite these:
//!
//! * **I1** `tail` is at most `capacity` ahead of `head`. A write moves at most `available` bytes,
//!   which were counted from a `head` that is current or old. [`Half::len`] asserts this.
//! * **I2** The producer writes vacant bytes only. It writes `available` bytes at most, from its
//!   own offset on, up to where the last loaded `head` lies. By R, the reads of those are over. A
//!   rewind keeps this: all of the storage is vacant then.
//! * **I3** The consumer reads occupied bytes only. It reads `available` bytes at most, from its
//!   own offset on, up to where the last loaded `tail` lies. By P, the writes of those are over.
//!   Its offset is the one that the producer had there: both rewind at the same position.
//! * **I4** There is one producer and one consumer. [`ring`] makes one of each, neither is `Clone`,
//!   and moving a position takes `&mut self`.
//! * **I5** Vacant bytes are lent only after every byte of the storage has been written:
//!   `spare_slices` and `commit` call `initialise` first.
//! * **I6** The storage is allocated before any bytes are available. The producer's `reload` sees
//!   to that. The consumer finds bytes by P, and what the producer did before.

mod biarc;
mod consumer;
mod copy;
mod cursor;
mod index;
mod once;
mod producer;
mod storage;

use core::alloc::Layout;
use core::mem::{size_of, MaybeUninit};
use core::ptr::addr_of_mut;

use crossbeam_utils::CachePadded;

use crate::sync::{AtomicUsize, AtomicWaker, Ordering};
use biarc::{BiArc, Handle};
pub(crate) use consumer::Consumer;
pub(crate) use cursor::Waiter;
use cursor::{Cursor, Held, Registration, Rewinds};
pub(crate) use index::MAX_CAPACITY;
pub(crate) use once::Once;
pub(crate) use producer::Producer;
pub(crate) use storage::OutOfMemory;
use storage::Storage;

/// What both sides share. `S` is what the layer above adds to that.
///
/// Each cursor has cache lines of its own, because one side writes it while the other works beside
/// it. Distance keeps them apart and not alignment: an aligned allocation is slow, and would more
/// than double the time that it takes to make and drop a pipe.
#[repr(C)]
struct Shared<S> {
    storage: Storage,
    state: S,
    /// For the layer above: a slot of each side for one more waker. They are not part of `state`,
    /// because the compiler would then build that on the stack and copy it.
    slots: [AtomicWaker; 2],
    /// 1 once a [`Remote`] has taken the waiters: none is registered after that.
    severed: AtomicUsize,
    before_tail: CacheLinePad,
    tail: Cursor,
    rewinds: Rewinds,
    before_head: CacheLinePad,
    head: Cursor,
    after_head: CacheLinePad,
}

/// As many bytes as travel between caches together, by `CachePadded`'s knowledge of the target.
type CacheLinePad = MaybeUninit<[u8; size_of::<CachePadded<u8>>()]>;

impl<S> Shared<S> {
    /// Initialises `place`, field by field: a value would be moved there with its padding.
    ///
    /// # Safety
    ///
    /// `place` is memory for a `Shared`, and no reference to it exists.
    #[inline]
    #[allow(clippy::multiple_unsafe_ops_per_block)] // All of one kind.
    unsafe fn init(place: *mut Self, storage: Storage, state: impl FnOnce() -> S) {
        // SAFETY: each line writes a field of `place`. The padding needs no initialising.
        unsafe {
            addr_of_mut!((*place).storage).write(storage);
            addr_of_mut!((*place).state).write(state());
            addr_of_mut!((*place).slots[0]).write(AtomicWaker::new());
            addr_of_mut!((*place).slots[1]).write(AtomicWaker::new());
            addr_of_mut!((*place).severed).write(AtomicUsize::new(0));
            addr_of_mut!((*place).tail).write(Cursor::new());
            addr_of_mut!((*place).rewinds).write(Rewinds::new());
            addr_of_mut!((*place).head).write(Cursor::new());
        }
    }

    /// The slot of `side`.
    #[inline]
    fn slot(&self, side: Side) -> &AtomicWaker {
        &self.slots[side as usize]
    }

    /// The cursor that `side` publishes, and where its peer waits.
    #[inline]
    fn cursor(&self, side: Side) -> &Cursor {
        match side {
            Side::Consumer => &self.head,
            Side::Producer => &self.tail,
        }
    }
}

/// One of the two sides of a ring: `R` is [`Producer`] or [`Consumer`].
pub(crate) struct Half<R, S> {
    shared: BiArc<Shared<S>>,
    /// The position that this side moves. Ahead of the published one while bytes are being moved.
    position: usize,
    /// Where in the storage that position lies.
    offset: usize,
    /// How many bytes this side can move, by the last load of the peer's position.
    available: usize,
    /// This side's waiter, in the peer's cursor.
    registration: Registration,
    role: R,
}

/// Which of the two sides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Consumer,
    Producer,
}

/// What differs between the two sides.
pub(crate) trait Role: Sized {
    type Peer: Role;
    const SIDE: Side;

    fn new() -> Self;

    /// How many bytes this side can move while `len` bytes are occupied.
    fn available(capacity: usize, len: usize) -> usize;

    /// Loads the peer's position, for an operation on at most `want` bytes.
    fn reload<S>(half: &mut Half<Self, S>, want: usize) -> Result<(), OutOfMemory>;
}

/// Makes a ring of `capacity` bytes, which is from 1 to [`MAX_CAPACITY`]. Its two sides share
/// `state`. Fails if the header cannot be allocated; the storage itself is allocated later.
#[inline(always)] // So that the halves are not moved.
#[allow(clippy::type_complexity)] // It is a pair.
pub(crate) fn ring<S>(
    capacity: usize,
    state: impl FnOnce() -> S,
) -> Result<(Half<Consumer, S>, Half<Producer, S>), OutOfMemory> {
    assert!((1..=MAX_CAPACITY).contains(&capacity));
    // SAFETY: `pair` calls this with the address of memory that nothing refers to.
    let init = |place| unsafe { Shared::init(place, Storage::new(capacity), state) };
    // SAFETY: `init` initialises the place.
    let (one, other) = unsafe { BiArc::pair(init) }?;
    Ok((Half::new(one), Half::new(other)))
}

/// The layout of the allocation that [`ring`] makes.
pub(crate) fn header_layout<S>() -> Layout {
    BiArc::<Shared<S>>::layout()
}

impl<R: Role, S> Half<R, S> {
    /// Called once for each role, by [`ring`]: I4.
    #[inline]
    fn new(shared: BiArc<Shared<S>>) -> Self {
        Self {
            shared,
            position: 0,
            offset: 0,
            available: 0,
            registration: Registration::default(),
            role: R::new(),
        }
    }

    #[inline]
    pub(crate) fn state(&self) -> &S {
        &self.shared.state
    }

    /// The slot of `side` for one more waker, which the ring does not use.
    #[inline]
    pub(crate) fn slot(&self, side: Side) -> &AtomicWaker {
        self.shared.slot(side)
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.shared.storage.capacity()
    }

    pub(crate) fn is_peer_of(&self, other: &Half<R::Peer, S>) -> bool {
        self.shared.ptr_eq(&other.shared)
    }

    /// Whether this half is the last owner of the ring: no peer is left, and no [`Remote`].
    pub(crate) fn is_last_owner(&self) -> bool {
        self.shared.is_unique()
    }

    /// Makes an owner that can neither read nor write.
    pub(crate) fn remote(&self) -> Remote<S> {
        Remote(self.shared.handle())
    }

    /// The number of occupied bytes, if the peer's position is `peer`.
    #[inline]
    fn len_at(&self, peer: usize) -> usize {
        let len = match R::SIDE {
            Side::Consumer => index::distance(self.position, peer),
            Side::Producer => index::distance(peer, self.position),
        };
        debug_assert!(len <= self.capacity(), "I1: the tail is too far ahead");
        len
    }

    /// The number of occupied bytes now.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len_at(self.shared.cursor(R::Peer::SIDE).load())
    }

    /// How many bytes this side can move, by the last load of the peer's position.
    #[inline]
    pub(crate) fn available(&self) -> usize {
        self.available
    }

    /// How many bytes the peer can move now.
    pub(crate) fn available_to_peer(&self) -> usize {
        R::Peer::available(self.capacity(), self.len())
    }

    /// Loads the peer's position, unless `want` bytes are known to be available. Then `want` bytes
    /// are available, or all that there are.
    #[inline]
    pub(crate) fn refresh(&mut self, want: usize) -> Result<(), OutOfMemory> {
        if self.available < want {
            R::reload(self, want)?;
            debug_assert!(
                self.available <= self.capacity(),
                "I1: too many are available"
            );
            debug_assert!(self.offset < self.capacity(), "the offset is out of bounds");
        }
        Ok(())
    }

    /// Forgets the available bytes, so that this side moves none before the next
    /// [`refresh`](Self::refresh).
    pub(crate) fn clear_available(&mut self) {
        self.available = 0;
    }

    /// The position that this side moves, as a number that changes when bytes are moved.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// Moves the position by `n` available bytes.
    #[inline]
    fn advance(&mut self, n: usize) {
        self.advance_to(n, index::wrap(self.capacity(), self.offset, n));
    }

    /// Does the same where the next offset is known.
    #[inline]
    fn advance_to(&mut self, n: usize, offset: usize) {
        debug_assert!(n <= self.available, "I2, I3: {n} bytes are not available");
        debug_assert!(offset <= self.capacity(), "the offset is out of bounds");
        self.position = index::advance(self.position, n);
        self.offset = offset;
        self.available -= n;
    }

    /// Hands the bytes that this side has moved over to the peer. Returns the peer's waiter, if one
    /// is registered.
    #[inline]
    pub(crate) fn publish(&mut self) -> Option<PeerWaiter<'_, R, S>> {
        let bit = self.shared.cursor(R::SIDE).publish(self.position);
        self.peer_waiter(bit)
    }

    /// Takes the peer's waiter without moving the position.
    pub(crate) fn take_peer_waiter(&mut self) -> Option<Waiter> {
        let bit = self.shared.cursor(R::SIDE).clear_waiter_bits();
        self.peer_waiter(bit).map(|waiter| waiter.take().1)
    }

    /// The peer's waiter, if `bit` is not 0: this side has just cleared it.
    #[inline]
    fn peer_waiter(&mut self, bit: usize) -> Option<PeerWaiter<'_, R, S>> {
        match bit {
            0 => None,
            _ => Some(PeerWaiter { half: self, bit }),
        }
    }

    /// Registers a waiter, to be taken when the peer publishes. Returns how many bytes were
    /// available at that moment, and a superseded waiter (see [`cursor`]). Returns `None`, and
    /// drops the waiter, if a [`Remote`] has severed the ring.
    ///
    /// The waiter before must have been [deregistered](Self::deregister).
    #[inline(always)] // As `Cursor::register`.
    pub(crate) fn register(&mut self, waiter: Waiter) -> Option<(usize, Option<Waiter>)> {
        // ORDERING(S): Acquire, to see the flags that were set before the ring was severed. If the
        // remote has taken this side's waiter, `deregister` has seen the bit cleared, with Acquire,
        // and so this load sees that the ring is severed.
        if self.shared.severed.load(Ordering::Acquire) != 0 {
            return None;
        }
        let cursor = self.shared.cursor(R::Peer::SIDE);
        // SAFETY: this side is the only one that waits at the peer's cursor (I4).
        let (peer, superseded) = unsafe { cursor.register(&mut self.registration, waiter) };
        let available = R::available(self.capacity(), self.len_at(peer));
        Some((available, superseded))
    }

    /// Takes this side's waiter back, unless the peer has taken it.
    #[inline]
    pub(crate) fn deregister(&mut self) -> Option<Waiter> {
        let cursor = self.shared.cursor(R::Peer::SIDE);
        // SAFETY: this side is the only one that waits at the peer's cursor (I4).
        unsafe { cursor.deregister(&mut self.registration) }
    }

    /// Takes this side's waiter back for good. If the peer has taken it and restores it later, the
    /// peer sees the flags that this side has set before.
    pub(crate) fn deregister_for_good(&mut self) -> Option<Waiter> {
        let cursor = self.shared.cursor(R::Peer::SIDE);
        // SAFETY: this side is the only one that waits at the peer's cursor (I4).
        unsafe { cursor.deregister_now(&mut self.registration) }
    }

    /// Whether this side and its peer have a waiter registered now. Either may be out of date.
    pub(crate) fn waiters(&self) -> (bool, bool) {
        let (own, peer) = (R::Peer::SIDE, R::SIDE);
        let has_waiter = |side| self.shared.cursor(side).has_waiter();
        (has_waiter(own), has_waiter(peer))
    }
}

impl<R, S> Drop for Half<R, S> {
    #[inline]
    fn drop(&mut self) {
        if self.shared.is_left_with_handles() {
            // A remote may keep the ring for long, but not its bytes.
            // SAFETY: the other half is gone, this one makes no further call, and remotes have no
            // access to the storage.
            unsafe { self.shared.storage.free() };
        }
    }
}

/// An owner of a ring beside its two halves. It can take their waiters, once.
pub(crate) struct Remote<S>(Handle<Shared<S>>);

impl<S> Clone for Remote<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> Remote<S> {
    pub(crate) fn state(&self) -> &S {
        &self.0.state
    }

    /// As [`Half::slot`].
    pub(crate) fn slot(&self, side: Side) -> &AtomicWaker {
        self.0.slot(side)
    }

    /// Takes the waiters of both sides, the consumer's first, unless that has been done before. No
    /// waiter is registered after that, and a side that tries to sees what was done before this.
    pub(crate) fn sever(&self) -> [Option<Waiter>; 2] {
        // ORDERING(S): Release, to hand over the flags that were set before. Only one thread gets 0
        // from the swap.
        if self.0.severed.swap(1, Ordering::Release) != 0 {
            return [None, None];
        }
        [&self.0.tail, &self.0.head].map(|cursor| {
            let bit = cursor.clear_waiter_bits();
            // SAFETY: this thread has cleared the bit. The publisher may hold the waiter of the
            // other cell, and the waiting side would then go on to this one: but it registers no
            // waiter any more (S).
            (bit != 0).then(|| unsafe { Held::new(cursor, bit) }.take())
        })
    }
}

/// The peer's waiter, taken by a publication: to be woken, or to be restored.
#[must_use = "the peer sleeps until its waiter is woken"]
pub(crate) struct PeerWaiter<'a, R, S> {
    half: &'a mut Half<R, S>,
    /// The bit of the waiter's cell, which `half` has cleared.
    bit: usize,
}

impl<'a, R: Role, S> PeerWaiter<'a, R, S> {
    /// The half that has published.
    pub(crate) fn half(&self) -> &Half<R, S> {
        self.half
    }

    /// How many bytes the peer waits for.
    pub(crate) fn min(&self) -> usize {
        self.held().min()
    }

    /// Takes the waiter, to be woken.
    pub(crate) fn take(self) -> (&'a Half<R, S>, Waiter) {
        let waiter = self.held().take();
        (self.half, waiter)
    }

    /// Registers the waiter again: the peer waits for more bytes than there are. If the peer has
    /// registered another waiter meanwhile, this one comes back, and has to be woken.
    pub(crate) fn restore(self) -> Result<&'a mut Half<R, S>, Waiter> {
        self.held().restore()?;
        Ok(self.half)
    }

    fn held(&self) -> Held<'_> {
        let cursor = self.half.shared.cursor(R::SIDE);
        // SAFETY: this side is the only publisher of its cursor (I4), and has cleared the bit.
        // While `self` lives, it borrows the half, so nothing else happens to the cursor from this
        // side. `take` and `restore` consume `self`.
        unsafe { Held::new(cursor, self.bit) }
    }
}
