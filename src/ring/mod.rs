//! A ring of bytes with one producer and one consumer: who may touch which byte, and when.
//!
//! This folder is the only one with `unsafe` in it. It knows nothing of wakers, of closing or of
//! errors: all that belongs to `pipe.rs`, which keeps its state in the `S` that the two sides share.
//!
//! # How bytes pass
//!
//! `tail` is the position of the next byte to write, and only the producer moves it. `head` is the
//! position of the next byte to read, and only the consumer moves it. The bytes from `head` up to
//! `tail` are *occupied*, the rest of the storage is *vacant*.
//!
//! ```text
//! producer                                consumer
//!   push:    copy into vacant bytes         refresh: load `tail`              (P)
//!   publish: swap `tail`        (P)         pull:    copy out of occupied bytes
//!   refresh: load `head`        (R)         release: swap `head`              (R)
//! ```
//!
//! Each side moves its own position as a plain integer while it copies, and publishes it once per
//! operation. Of its peer's position it keeps what the last look at it meant, the number of bytes that
//! are `ready` to be moved, and looks again only when that would change what the operation does. A
//! stale number is safe: positions only move forward, so it is too small for either side.
//!
//! # Back to the front
//!
//! The storage is allocated when the producer first looks for space. When it looks and finds the ring
//! empty, it goes on at the front of the storage: so little traffic keeps to a few lines of
//! memory, however large the capacity. It flips a mark in its position, the `TURN`, and publishes it
//! with the next bytes. The consumer, which had read everything, finds those bytes and the mark
//! flipped, and goes to the front too. It cannot miss a flip: the next one waits until it has read what
//! came with this one.
//!
//! To find the ring empty one has to look. A producer that could write on for long therefore does as
//! if only a [`WINDOW`] were vacant, and looks after that; while it finds the ring in use, it lets itself
//! have twice as much each time.
//!
//! # The waiting bit
//!
//! The word that holds a published position has one bit to spare. In it the *other* side leaves the
//! request to be told when the position moves: the consumer sets it in `tail`, the producer in
//! `head`. Publishing a position is a swap that clears the bit and reports whether it was set, so
//! nobody needs to look anywhere else to find out whether somebody waits. What waiting and telling
//! mean is the business of `pipe.rs`.
//!
//! # The byte-ordering argument
//!
//! A byte's life is: the producer writes it, the consumer reads it, the producer writes over it.
//! Each step must *happen before* the next one.
//!
//! | edge | first | then | says | if weakened | model that fails |
//! | --- | --- | --- | --- | --- | --- |
//! | P, publish | `tail` swapped, Release, after the bytes were written | `tail` loaded, Acquire, before they are read | the bytes up to `tail` have been written | garbage is read | `ring::published_bytes_are_visible` |
//! | R, release | `head` swapped, Release, after the bytes were read | `head` loaded, Acquire, before they are overwritten | the bytes up to `head` have been read | unread bytes are overwritten | `ring::released_bytes_are_not_in_use` |
//!
//! Both positions are of the one type [`Position`], so P and R are two readings of the same two
//! operations. Its other two orderings carry no bytes: they belong to edge W (a request, and what
//! was made ready before it) and to edge C (closing), which `pipe.rs` argues.
//!
//! Between the two edges a byte has one owner. The invariants that the SAFETY comments cite:
//!
//! * **I1** `tail` is never more than `capacity` ahead of `head`: `push` writes no more than
//!   is `ready`, which was counted from a `head` that is current or behind.
//! * **I2** A byte is written only while it is vacant: `push` writes what is `ready` from the producer's
//!   own offset on, up to where the last `head` seen lies, and by R all reads of that are over. Going to
//!   the front keeps that, since all of the storage is vacant then.
//! * **I3** A byte is read only while it is occupied: `slices` is what is `ready` from the consumer's
//!   own offset on, up to where the last `tail` seen lies, and by P all writes of that are over. The
//!   offset is the producer's of that time: both go to the front at the same position.
//! * **I4** There is one producer and one consumer: [`ring`] makes one of each, neither is `Clone`,
//!   and moving a position takes `&mut self`.
//! * **I5** Bytes are lent to be written in, or handed over unseen, only once each of the storage's
//!   bytes has been written: `spare_slices` and `fill` begin with `initialise`.
//! * **I6** The storage is allocated before anything is `ready`: for the producer, `refresh` sees to
//!   that; the consumer, which has found bytes, finds what was done before them by P.

mod consumer;
mod index;
mod producer;
mod storage;

use core::mem::{size_of, MaybeUninit};

use crossbeam_utils::CachePadded;

use crate::sync::{Arc, AtomicUsize, Ordering};
pub(crate) use consumer::{Consumer, Consuming};
pub(crate) use index::MAX_CAPACITY;
use index::WAITING;
pub(crate) use producer::{Producer, Producing};
pub(crate) use storage::OutOfMemory;
use storage::Storage;

/// A published position with its marks, of which one says that the other side waits for it to move.
struct Position(AtomicUsize);

impl Position {
    fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// The position, with its marks.
    #[inline]
    fn load(&self) -> usize {
        // ORDERING(P, R): Acquire, to see what was done to the bytes that this position hands over.
        self.0.load(Ordering::Acquire)
    }

    /// Sets the position. Returns whether the other side waited for that.
    #[inline]
    fn publish(&self, position: usize) -> bool {
        // ORDERING(P, R, W): Release, to hand over the bytes that the position has passed. Acquire,
        // to see what the other side made ready before it asked to be told.
        self.0.swap(position, Ordering::AcqRel) & WAITING != 0
    }

    /// Asks to be told when the position moves. Returns whether that request stood already.
    fn wait(&self) -> bool {
        // ORDERING(W, C): Release, to hand over what this side made ready. Acquire, to see what the
        // other side did before `end_wait`, should that have come first.
        self.0.fetch_or(WAITING, Ordering::AcqRel) & WAITING != 0
    }

    /// Withdraws the request, or answers it without moving. Returns whether there was one.
    fn end_wait(&self) -> bool {
        // ORDERING(W, C): Acquire, to see what the other side made ready before it asked. Release,
        // so that a `wait` that comes later sees what was done before this.
        self.0.fetch_and(!WAITING, Ordering::AcqRel) & WAITING != 0
    }

    /// Whether a request stands, at some moment.
    fn has_waiter(&self) -> bool {
        // ORDERING(none): what is done on the strength of the answer begins with `wait`.
        self.0.load(Ordering::Relaxed) & WAITING != 0
    }
}

/// What both sides reach.
///
/// Each position has cache lines of its own, since one side writes it all the time while the other
/// works next to it. They are kept apart by distance and not by alignment: allocators are slow at
/// that, so that it would more than double the time it takes to make and drop a pipe.
#[repr(C)]
struct Shared<S> {
    storage: Storage,
    state: S,
    before_tail: Gap,
    tail: Position,
    before_head: Gap,
    head: Position,
    after_head: Gap,
}

/// As many bytes as travel between caches together; `CachePadded` knows how many those are here.
type Gap = MaybeUninit<[u8; size_of::<CachePadded<u8>>()]>;

/// What the two sides of a ring have besides it.
pub(crate) trait State {
    /// What each of them keeps to itself. The state proper is shared.
    type Local: Default;
}

/// One of the two sides: [`Producer`] or [`Consumer`].
pub(crate) struct Half<S: State, R> {
    shared: Arc<Shared<S>>,
    /// The position that this side moves. Ahead of the published one while bytes are on their way.
    own: usize,
    /// Where in the storage that position lies.
    offset: usize,
    /// How many bytes this side can move, going by the peer's position last seen: occupied ones for
    /// the consumer, vacant ones for the producer.
    ready: usize,
    role: R,
    pub(crate) local: S::Local,
}

/// What is own and what is the peer's.
pub(crate) trait Role: Default {
    /// Orders `(own, peer)` as `(head, tail)`.
    fn head_and_tail<T>(own: T, peer: T) -> (T, T);

    /// How many bytes this side can move when so many are occupied.
    fn ready(capacity: usize, occupied: usize) -> usize;

    /// Looks where the peer's position is now, for the sake of an operation on up to `want` bytes.
    fn refresh<S: State>(half: &mut Half<S, Self>, want: usize);
}

/// Makes a ring of `capacity` bytes whose two sides share `state`.
///
/// `capacity` is from 1 to [`MAX_CAPACITY`].
pub(crate) fn ring<S: State>(capacity: usize, state: S) -> (Producer<S>, Consumer<S>) {
    assert!((1..=MAX_CAPACITY).contains(&capacity));
    let shared = Arc::new(Shared {
        storage: Storage::new(capacity),
        state,
        before_tail: Gap::uninit(),
        tail: Position::new(),
        before_head: Gap::uninit(),
        head: Position::new(),
        after_head: Gap::uninit(),
    });
    (Half::new(shared.clone()), Half::new(shared))
}

impl<S: State, R: Role> Half<S, R> {
    /// One for each role: [`ring`] is the only caller.
    fn new(shared: Arc<Shared<S>>) -> Self {
        Self {
            shared,
            own: 0,
            offset: 0,
            ready: 0,
            role: R::default(),
            local: S::Local::default(),
        }
    }

    #[inline]
    pub(crate) fn state(&self) -> &S {
        &self.shared.state
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.shared.storage.capacity()
    }

    pub(crate) fn is_peer_of<Q>(&self, other: &Half<S, Q>) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    #[inline]
    fn own_position(&self) -> &Position {
        R::head_and_tail(&self.shared.head, &self.shared.tail).0
    }

    #[inline]
    fn peer_position(&self) -> &Position {
        R::head_and_tail(&self.shared.head, &self.shared.tail).1
    }

    /// How many bytes this side can move, going by the peer's position last seen.
    #[inline]
    pub(crate) fn ready(&self) -> usize {
        self.ready
    }

    /// How many bytes this side has moved since the ring was made, as far as a word can count.
    pub(crate) fn moved(&self) -> usize {
        index::distance(0, self.own)
    }

    /// Looks where the peer's position is now, for the sake of an operation on up to `want` bytes. If
    /// there are so many, as many are ready then; if not, all that there are.
    #[inline]
    pub(crate) fn refresh(&mut self, want: usize) {
        R::refresh(self, want);
    }

    /// How many bytes are occupied now.
    #[inline]
    pub(crate) fn occupied(&self) -> usize {
        let (head, tail) = R::head_and_tail(self.own, self.peer_position().load());
        index::distance(head, tail)
    }

    /// Moves the own position by `n` bytes, for this side only.
    #[inline]
    fn advance(&mut self, n: usize) {
        self.own = index::advance(self.own, n);
        self.offset = index::wrap(self.capacity(), self.offset, n);
        self.ready -= n;
    }

    /// Hands the bytes that the own position has passed over to the peer. Returns whether it waited
    /// for them.
    #[inline]
    #[must_use]
    pub(crate) fn publish(&mut self) -> bool {
        self.own_position().publish(self.own)
    }

    /// Lets this side move nothing any more that it has not looked for again.
    pub(crate) fn exhaust(&mut self) {
        self.ready = 0;
    }

    /// Asks to be told when the peer's position moves. Returns whether that request stood already.
    pub(crate) fn wait(&mut self) -> bool {
        self.peer_position().wait()
    }

    /// Withdraws that request.
    pub(crate) fn end_own_wait(&mut self) {
        self.peer_position().end_wait();
    }

    /// Answers the peer's request without moving. Returns whether there was one.
    #[must_use]
    pub(crate) fn end_peer_wait(&mut self) -> bool {
        self.own_position().end_wait()
    }

    /// Puts the peer's request back: this publication was not what it waits for.
    pub(crate) fn renew_peer_wait(&mut self) {
        self.own_position().wait();
    }

    /// Whether this side and its peer wait for each other to move, at some moment.
    pub(crate) fn waiting(&self) -> (bool, bool) {
        let own = self.peer_position().has_waiter();
        (own, self.own_position().has_waiter())
    }
}
