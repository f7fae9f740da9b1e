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
//!   write:   copy into vacant bytes         refresh: load `tail`              (P)
//!   publish: swap `tail`        (P)         read:    copy out of occupied bytes
//!   refresh: load `head`        (R)         publish: swap `head`              (R)
//! ```
//!
//! Each side moves its own position as a plain integer while it copies, and publishes it once per
//! operation. It also keeps how many bytes were available at its latest refresh. That number is
//! safe when it is old, because positions only move forward: it is too small for either side.
//!
//! # Rewinding
//!
//! The storage is allocated when the producer first looks for space. A producer that writes into an
//! empty ring continues at the front of the storage. Little traffic then touches few pages, however
//! large the capacity. The producer counts its rewinds, and its next publication hands the count
//! over. A consumer that finds the count changed had read everything, and continues at the front as
//! well. It cannot miss a rewind: the next one waits until the consumer has read the bytes that
//! came with this one.
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
//!   `tail` with Acquire and reads the bytes. So the bytes up to `tail` have been written. The
//!   address of the storage and the count of rewinds travel with them.
//! * **R, release.** The consumer reads bytes and swaps `head` with Release. The producer loads
//!   `head` with Acquire and overwrites the bytes. So the bytes up to `head` have been read.
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
//! * **I5** The bytes before `Producer::initialised` and before the producer's offset have been
//!   written. The producer writes in the order of the offsets, and a rewind takes note of how far
//!   it came.
//! * **I6** The storage is allocated before any bytes are available. The producer's `refresh` sees
//!   to that. The consumer finds bytes by P, and what the producer did before.

mod consumer;
mod copy;
mod cursor;
mod index;
mod once;
mod producer;
mod storage;

use core::mem::size_of;
#[cfg(not(all(test, loom)))]
use core::mem::MaybeUninit;

use crossbeam_utils::CachePadded;

use crate::sync::{Arc, AtomicUsize};
pub(crate) use consumer::Consumer;
pub(crate) use cursor::Cursor;
pub(crate) use index::{is_reached, MAX_CAPACITY};
pub(crate) use once::OnceBox;
pub(crate) use producer::Producer;
pub(crate) use storage::OutOfMemory;
use storage::Storage;

/// How far apart two words have to be so that they do not travel between caches together: 128
/// bytes on x86-64.
///
/// [`Shared`] relies on distance and not on alignment: an aligned allocation is slow, and would
/// double the time that it takes to make and drop a pipe.
pub(crate) const LINE: usize = size_of::<CachePadded<u8>>();

/// What both sides share. `S` and `W` are what the layer above adds: `S` for both sides, `W` for
/// the side that waits at a cursor. They are padded, so that the cursors are a [`LINE`] apart from
/// each other and from what is rarely written.
#[repr(C)]
pub(crate) struct Shared<S, W> {
    storage: Storage,
    pub(crate) state: S,
    /// How many times the producer has rewound to the front of the storage.
    rewinds: AtomicUsize,
    tail: Cursor<W>,
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
    /// The position that this side moves. Ahead of the published one while bytes are being moved.
    position: usize,
    /// Where in the storage that position lies.
    offset: usize,
    /// How many bytes this side can move, by its latest refresh.
    available: usize,
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

    /// How many bytes are occupied, given both positions.
    fn occupied(own: usize, peer: usize) -> usize;

    /// How many bytes this side can move while `occupied` bytes are occupied.
    fn available(capacity: usize, occupied: usize) -> usize;

    /// See [`Half::refresh`].
    fn refresh<S, W>(half: &mut Half<Self, S, W>, want: usize) -> Result<(), OutOfMemory>;
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
        storage: Storage::new(capacity),
        state: state(),
        rewinds: AtomicUsize::new(0),
        tail: Cursor::new(&waiter),
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
        Self {
            shared,
            position: 0,
            offset: 0,
            available: 0,
            role: R::new(),
        }
    }

    #[inline]
    pub(crate) fn shared(&self) -> &Arc<Shared<S, W>> {
        &self.shared
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.shared.storage.capacity()
    }

    /// The cursor that the peer publishes, and at which this side waits.
    #[inline]
    pub(crate) fn peer(&self) -> &Cursor<W> {
        self.shared.cursor(R::Peer::SIDE)
    }

    /// The number of occupied bytes now.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        let len = R::occupied(self.position, self.peer().position());
        debug_assert!(len <= self.capacity(), "I1: the tail is too far ahead");
        len
    }

    /// Loads the peer's position. Then `want` bytes are available, or all that there are. The
    /// producer allocates the storage first.
    #[inline]
    pub(crate) fn refresh(&mut self, want: usize) -> Result<(), OutOfMemory> {
        R::refresh(self, want)
    }

    /// How many bytes this side can move, by its latest refresh.
    #[inline]
    pub(crate) fn available(&self) -> usize {
        self.available
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
        index::advance(self.position, min).wrapping_sub(index::advance(0, beyond))
    }

    /// Moves the position by `n` available bytes, to `offset`.
    #[inline]
    fn advance(&mut self, n: usize, offset: usize) {
        debug_assert!(n <= self.available, "I2, I3: {n} bytes are not available");
        debug_assert!(offset < self.capacity(), "the offset is out of bounds");
        self.position = index::advance(self.position, n);
        self.offset = offset;
        self.available -= n;
    }

    /// Hands the bytes that this side has moved over to the peer. Returns whether the peer waits.
    #[inline]
    #[must_use = "the peer sleeps until it is woken"]
    pub(crate) fn publish(&mut self) -> bool {
        self.shared.cursor(R::SIDE).publish(self.position)
    }
}
