//! A ring of bytes with one producer and one consumer.
//!
//! This folder decides which side may access which byte, and when. It knows nothing of wakers,
//! closing, polling or errors; those are in `pipe/`. It is the only folder with `unsafe` in it.
//!
//! # How bytes pass
//!
//! `tail` is the position of the next byte to write; only the producer moves it. `head` is the
//! position of the next byte to read; only the consumer moves it. The bytes from `head` to `tail`
//! are *occupied*, the rest of the storage is *vacant*. A side's *available* bytes are those that
//! it can move: up to the capacity for the producer, occupied ones for the consumer.
//!
//! ```text
//!  offset  0         2                   6         8
//!          +----+----+----+----+----+----+----+----+
//!          |    |    | c  | d  | e  | f  |    |    |     a storage of 8 bytes, "cdef" is unread
//!          +----+----+----+----+----+----+----+----+
//!                     ^ head              ^ tail
//!
//!          +----+----+----+----+----+----+----+----+
//!          | i  |    |    |    | e  | f  | g  | h  |     "ghi" written, "cd" read: the occupied
//!          +----+----+----+----+----+----+----+----+     bytes wrap
//!                ^ tail         ^ head
//! ```
//!
//! ```text
//! producer                                consumer
//!   write:   copy into vacant bytes         refresh: load `tail`              (P)
//!   publish: swap `tail`        (P)         read:    copy out of occupied bytes
//!   refresh: load `head`        (R)         publish: swap `head`              (R)
//! ```
//!
//! Each side moves its own position as a plain integer while it copies, and publishes it once per
//! operation. It also keeps how many bytes were available at its latest refresh: those that lie in
//! one piece, and those beyond. These numbers are safe when they are old, because positions only
//! move forward: they are too small for either side.
//!
//! # Growing
//!
//! Memory follows the bytes. The storage is smaller than the capacity at first. A producer that
//! needs more allocates a larger one and copies all bytes there, from the head on. The consumer may
//! be reading some of them meanwhile, and both only read. Then the ring continues in the larger
//! storage:
//!
//! ```text
//!          +----+----+----+----+
//!          | g  | d  | e  | f  |               full, and "hi" has to be written
//!          +----+----+----+----+
//!                ^ head, the `begin` of the new storage
//!
//!          +----+----+----+----+----+----+----+----+
//!          | d  | e  | f  | g  | h  | i  |    |    |     offset = position - begin
//!          +----+----+----+----+----+----+----+----+
//!            ^ head              ^ tail
//! ```
//!
//! The producer offers the larger storage to the consumer. Where a refresh finds bytes, the
//! consumer takes what is offered, goes on there at the offset of its own position, and frees the
//! storage before. It cannot miss a storage that it needs: the tail that covers a byte is published
//! after the storage that has it is offered. If it finds the offer before that tail, all bytes that
//! it knows of have been copied. A storage that the producer replaces before the consumer has taken
//! it is freed by the producer.
//!
//! A storage is twice as large as the one before it, or larger, and at most as large as the
//! capacity. It grows only for bytes that do not fit. So all growths together copy fewer bytes than
//! the last storage has, and a storage that has grown takes less than twice the memory that has
//! been occupied or lent at a time. Until the consumer follows, the smaller one that it has taken
//! is there, too.
//!
//! # Rewinding
//!
//! Where a write would wrap although the ring is empty, the producer *rewinds* the storage: it goes
//! on at offset 0, and `begin` becomes the tail. So bytes that pass in large writes lie in one
//! piece. The producer offers a mark in place of a storage, and the consumer looks for its offset
//! again. It does so only where it has found bytes, so `begin` does not change meanwhile.
//!
//! # Who waits
//!
//! The lowest bit of a published position says that the other side waits for it to move. A
//! publication is a swap that clears the bit, so one read-modify-write both hands bytes over and
//! tells whether the peer waits. What follows from that is decided in `pipe/`.
//!
//! # THE BYTE-ORDERING ARGUMENT
//!
//! The life of a byte of the storage: the producer writes it, the consumer reads it, the producer
//! overwrites it. Each step must *happen before* the next one.
//!
//! * **P, publish.** The producer writes bytes and swaps `tail` with Release. The consumer loads
//!   `tail` with Acquire and reads the bytes. So the bytes up to `tail` have been written. Before,
//!   their storage has been offered or rewound.
//! * **R, release.** The consumer reads bytes and swaps `head` with Release. The producer loads
//!   `head` with Acquire and overwrites the bytes. So the bytes up to `head` have been read.
//! * **G, grow.** The producer writes the header of a storage, copies the bytes, and offers it by a
//!   swap with Release. The consumer takes it by a swap with Acquire. So both are there, and the
//!   producer is done with the storage before. Whichever swap comes first, one side alone frees it.
//! * **A, abort.** The value of a [`OnceBox`] is written, and its address is stored with Release.
//!   The address is loaded with Acquire, and the value is read.
//!
//! Both positions are of one type, [`Cursor`], so P and R are two readings of the same operations.
//! The ledger in `pipe/mod.rs` has a row for each ordering.
//!
//! # Invariants
//!
//! Between the edges P and R a byte has one owner. The SAFETY comments cite these:
//!
//! * **I1** `tail` is at most `capacity` ahead of `head`. A write moves at most the available
//!   bytes, which were counted from a `head` that is current or old. [`Half::len`] asserts this.
//! * **I2** The producer writes vacant bytes only. It writes from its own offset on, up to where
//!   the last loaded `head` lies. By R, the reads of those are over.
//! * **I3** The consumer reads occupied bytes only. It reads from its own offset on, up to where
//!   the last loaded `tail` lies. By P and G, the writes of those are over. Both sides have the
//!   same offset for a position in a storage: they count from its `begin`.
//! * **I4** There is one producer and one consumer. [`ring`] makes one of each, neither is `Clone`,
//!   and moving a position takes `&mut self`.
//! * **I5** The bytes before `Producer::initialised` and before the producer's offset have been
//!   written. The producer writes in the order of the offsets, and takes note where it wraps or
//!   rewinds. Where it grows, it counts those that it has copied and that have been written.
//! * **I6** The storage of a half is alive, and its bytes are allocated if any are contiguous. The
//!   consumer frees one that it has taken once both sides have left it, the producer one that was
//!   not taken, and the last of both sides the rest.

mod consumer;
mod copy;
mod cursor;
mod index;
mod once;
mod producer;
mod storage;

use core::mem::{size_of, MaybeUninit};

use crossbeam_utils::CachePadded;

use crate::sync::Arc;
pub(crate) use consumer::Consumer;
pub(crate) use cursor::Cursor;
pub(crate) use index::{is_reached, MAX_CAPACITY};
pub(crate) use once::OnceBox;
pub(crate) use producer::Producer;
pub(crate) use storage::OutOfMemory;
use storage::{Exchange, Storage};

/// How far apart two words have to be so that they do not travel between caches together: 128
/// bytes on x86-64. No more than that, because an idle pipe takes at most 400 bytes.
const LINE: usize = match size_of::<CachePadded<u8>>() {
    line if line > 128 => 128, // On s390x.
    line => line,
};

/// Bytes between words that should not travel between caches together. A cursor has five words.
///
/// [`Shared`] relies on distance and not on alignment: an aligned allocation is slow, and would
/// double the time that it takes to make and drop a pipe.
type Padding = MaybeUninit<[u8; LINE.saturating_sub(5 * size_of::<usize>())]>;

/// What both sides share. `S` and `W` are what the layer above adds: `S` for both sides, `W` for
/// the side that waits at a cursor. The cursors are a [`LINE`] apart from each other and from what
/// is rarely written.
#[repr(C)]
pub(crate) struct Shared<S, W> {
    exchange: Exchange,
    capacity: usize,
    pub(crate) state: S,
    padding_before_tail: Padding,
    tail: Cursor<W>,
    padding_before_head: Padding,
    head: Cursor<W>,
}

impl<S, W> Shared<S, W> {
    /// The cursor that `side` publishes, and at which its peer waits.
    #[inline]
    pub(crate) fn cursor(&self, side: Side) -> &Cursor<W> {
        match side {
            Side::Consumer => &self.head,
            Side::Producer => &self.tail,
        }
    }
}

/// One of the two sides of a ring: `R` is [`Producer`] or [`Consumer`].
pub(crate) struct Half<R, S, W> {
    shared: Arc<Shared<S, W>>,
    storage: Storage,
    /// The position that this side moves. Ahead of the published one while bytes are being moved.
    position: usize,
    /// Where in the storage that position lies. The size of the storage means 0, too.
    offset: usize,
    /// How many bytes this side can move from the offset on, by its latest refresh.
    contiguous: usize,
    /// How many bytes it can move after these: where the storage wraps, or is to be larger.
    beyond: usize,
    role: R,
}

/// Which of the two sides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Consumer,
    Producer,
}

impl Side {
    #[inline]
    pub(crate) const fn peer(self) -> Self {
        match self {
            Self::Consumer => Self::Producer,
            Self::Producer => Self::Consumer,
        }
    }
}

/// What differs between the two sides.
pub(crate) trait Role: Sized {
    const SIDE: Side;

    fn new() -> Self;

    /// How many bytes are occupied, given both positions.
    fn occupied(own: usize, peer: usize) -> usize;

    /// How many bytes this side can move while `occupied` bytes are occupied.
    fn available(capacity: usize, occupied: usize) -> usize;

    /// Goes on in the storage that the peer has offered. Nobody offers one to the producer.
    #[inline]
    fn follow<S, W>(_half: &mut Half<Self, S, W>) {}

    /// Allocates storage for `n` of the available bytes, or for all of fewer. The consumer need
    /// not.
    #[inline]
    fn reserve<S, W>(_half: &mut Half<Self, S, W>, _n: usize) -> Result<(), OutOfMemory> {
        Ok(())
    }

    /// Takes note that this side has come to the end of a storage of `size` bytes.
    #[inline]
    fn wrap(&mut self, _size: usize) {}
}

/// Makes a ring of `capacity` bytes, which is from 1 to [`MAX_CAPACITY`]. Its storage is allocated
/// later.
#[inline(always)] // So that the halves are built where the caller wants them.
#[allow(clippy::type_complexity)] // It is a pair.
pub(crate) fn ring<S, W>(
    capacity: usize,
    state: impl FnOnce() -> S,
    waiter: impl Fn() -> W,
) -> (Half<Consumer, S, W>, Half<Producer, S, W>) {
    assert!((1..=MAX_CAPACITY).contains(&capacity));
    let shared = new_in_place(|| Shared {
        exchange: Exchange::new(),
        capacity,
        state: state(),
        padding_before_tail: MaybeUninit::uninit(),
        tail: Cursor::new(&waiter),
        padding_before_head: MaybeUninit::uninit(),
        head: Cursor::new(&waiter),
    });
    (Half::new(shared.clone()), Half::new(shared))
}

/// `Arc::new`, but builds the value where it stays. Building it on the stack and copying it with
/// its padding takes a fifth of the time of making and dropping a pipe.
#[cfg(not(all(test, loom)))]
#[inline(always)]
fn new_in_place<T>(value: impl FnOnce() -> T) -> Arc<T> {
    let place = Arc::into_raw(Arc::new(MaybeUninit::<T>::uninit())) as *mut T;
    // SAFETY: this is the only reference to a place for a `T`.
    unsafe { place.write(value()) };
    // SAFETY: the pointer comes from an `Arc` of a type of the same layout, and has a value now.
    unsafe { Arc::from_raw(place) }
}

/// Loom's double cannot be taken apart.
#[cfg(all(test, loom))]
fn new_in_place<T>(value: impl FnOnce() -> T) -> Arc<T> {
    Arc::new(value())
}

impl<R: Role, S, W> Half<R, S, W> {
    #[inline(always)]
    fn new(shared: Arc<Shared<S, W>>) -> Self {
        let beyond = R::available(shared.capacity, 0);
        Self {
            shared,
            storage: Storage::NONE,
            position: 0,
            offset: 0,
            contiguous: 0,
            beyond,
            role: R::new(),
        }
    }

    #[inline]
    pub(crate) fn shared(&self) -> &Arc<Shared<S, W>> {
        &self.shared
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.shared.capacity
    }

    /// The cursor that the peer publishes, and at which this side waits.
    #[inline]
    pub(crate) fn peer(&self) -> &Cursor<W> {
        self.shared.cursor(R::SIDE.peer())
    }

    /// The number of occupied bytes now.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        let len = R::occupied(self.position, self.peer().position());
        debug_assert!(len <= self.capacity(), "I1: the tail is too far ahead");
        len
    }

    /// How many bytes this side can move, by its latest refresh.
    #[inline]
    pub(crate) fn available(&self) -> usize {
        self.contiguous + self.beyond
    }

    /// How many of the available bytes lie in one piece.
    #[inline]
    pub(crate) fn contiguous(&self) -> usize {
        self.contiguous
    }

    /// The position of this side. It changes when bytes are moved.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// The position of the peer at which `min` bytes are available to this side.
    #[inline]
    pub(crate) fn peer_position_for(&self, min: usize) -> usize {
        // The consumer's available bytes end where the tail is, the producer's a capacity after
        // the head.
        let beyond = R::available(self.capacity(), 0);
        index::retreat(index::advance(self.position, min), beyond)
    }

    /// Loads the peer's position. All bytes that this side can move are available then. Returns how
    /// many these are.
    #[inline(always)]
    pub(crate) fn refresh(&mut self) -> usize {
        // The position first: the storage that has the bytes up to there has been offered then.
        let occupied = self.len();
        let available = R::available(self.capacity(), occupied);
        if available > 0 {
            R::follow(self);
            self.locate(occupied);
        }
        available
    }

    /// Establishes `contiguous` and `beyond`, where `occupied` bytes are occupied. An offset at the
    /// end of the storage becomes 0.
    #[inline(always)]
    fn locate(&mut self, occupied: usize) {
        let size = self.storage.size();
        if self.offset == size {
            self.role.wrap(size);
            self.offset = 0;
        }
        self.contiguous = R::available(size, occupied).min(size - self.offset);
        self.beyond = R::available(self.capacity(), occupied) - self.contiguous;
    }

    /// Counts the bytes beyond, once the contiguous ones have been moved. Those of the producer are
    /// vacant, those of the consumer occupied.
    fn locate_rest(&mut self) {
        self.locate(R::available(self.capacity(), self.beyond));
    }

    /// Moves the position by `n` bytes that do not wrap.
    #[inline]
    fn advance(&mut self, n: usize) {
        debug_assert!(n <= self.contiguous, "I2, I3: {n} bytes are not available");
        self.position = index::advance(self.position, n);
        self.offset += n;
        self.contiguous -= n;
    }

    /// Hands the bytes that this side has moved over to the peer. Returns whether the peer waits.
    #[inline]
    #[must_use = "the peer sleeps until it is woken"]
    pub(crate) fn publish(&mut self) -> bool {
        self.shared.cursor(R::SIDE).publish(self.position)
    }
}
