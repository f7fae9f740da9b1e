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
//!   own `tail` on, up to the last `head` seen plus `capacity`, and by R all reads of that are over.
//! * **I3** A byte is read only while it is occupied: `slices` is what is `ready` from the consumer's
//!   own `head` on, up to the last `tail` seen, and by P all writes of that are over.
//! * **I4** There is one producer and one consumer: [`ring`] makes one of each, neither is `Clone`,
//!   and moving a position takes `&mut self`.
//! * **I5** Bytes are lent to be written in, or handed over unseen, only once each of the storage's
//!   bytes has been written: `spare_slices` and `fill` begin with `initialise`.

mod index;
mod storage;

use core::mem::{self, size_of, MaybeUninit};

use crossbeam_utils::CachePadded;

use crate::sync::{Arc, AtomicUsize, Ordering};
pub(crate) use index::MAX_CAPACITY;
pub(crate) use storage::OutOfMemory;
use storage::Storage;

/// The bit of a [`Position`] that says that the other side waits for it to move.
const WAITING: usize = 1 << (usize::BITS - 1);

/// A published position, and whether the other side waits for it to move.
struct Position(AtomicUsize);

impl Position {
    fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    #[inline]
    fn load(&self) -> usize {
        // ORDERING(P, R): Acquire, to see what was done to the bytes that this position hands over.
        self.0.load(Ordering::Acquire) & !WAITING
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

/// One of the two sides: [`Producer`] or [`Consumer`].
pub(crate) struct Half<S, R> {
    shared: Arc<Shared<S>>,
    /// The position that this side moves. Ahead of the published one while bytes are on their way.
    own: usize,
    /// How many bytes this side can move, going by the peer's position last seen: occupied ones for
    /// the consumer, vacant ones for the producer.
    ready: usize,
    role: R,
}

/// The side that writes: its own position is the tail.
pub(crate) type Producer<S> = Half<S, Producing>;

/// The side that reads: its own position is the head.
pub(crate) type Consumer<S> = Half<S, Consuming>;

/// The role of a [`Producer`].
#[derive(Default)]
pub(crate) struct Producing {
    /// Whether every byte of the storage has been written, as `spare_slices` needs it.
    initialised: bool,
}

/// The role of a [`Consumer`].
#[derive(Default)]
pub(crate) struct Consuming;

/// What is own and what is the peer's.
pub(crate) trait Role {
    /// Orders `(own, peer)` as `(head, tail)`.
    fn head_and_tail<T>(own: T, peer: T) -> (T, T);

    /// How many bytes this side can move when so many are occupied.
    fn ready(capacity: usize, occupied: usize) -> usize;
}

impl Role for Producing {
    #[inline]
    fn head_and_tail<T>(own: T, peer: T) -> (T, T) {
        (peer, own)
    }

    #[inline]
    fn ready(capacity: usize, occupied: usize) -> usize {
        capacity - occupied
    }
}

impl Role for Consuming {
    #[inline]
    fn head_and_tail<T>(own: T, peer: T) -> (T, T) {
        (own, peer)
    }

    #[inline]
    fn ready(_capacity: usize, occupied: usize) -> usize {
        occupied
    }
}

/// Makes a ring of `capacity` bytes whose two sides share `state`. Fails if there is no memory.
///
/// `capacity` is from 1 to [`MAX_CAPACITY`].
pub(crate) fn ring<S>(
    capacity: usize,
    state: S,
) -> Result<(Producer<S>, Consumer<S>), OutOfMemory> {
    assert!((1..=MAX_CAPACITY).contains(&capacity));
    let shared = Arc::new(Shared {
        storage: Storage::new(capacity)?,
        state,
        before_tail: Gap::uninit(),
        tail: Position::new(),
        before_head: Gap::uninit(),
        head: Position::new(),
        after_head: Gap::uninit(),
    });
    Ok((Half::new(shared.clone(), capacity), Half::new(shared, 0)))
}

impl<S, R: Default> Half<S, R> {
    /// One for each role: [`ring`] is the only caller.
    fn new(shared: Arc<Shared<S>>, ready: usize) -> Self {
        Self {
            shared,
            own: 0,
            ready,
            role: R::default(),
        }
    }
}

impl<S, R> Half<S, R> {
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
}

impl<S, R: Role> Half<S, R> {
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

    /// The own position: another one than before if bytes have been moved.
    pub(crate) fn position(&self) -> usize {
        self.own
    }

    /// Looks where the peer's position is now.
    #[inline]
    pub(crate) fn refresh(&mut self) {
        self.ready = R::ready(self.capacity(), self.occupied());
    }

    /// How many bytes are occupied now.
    #[inline]
    pub(crate) fn occupied(&self) -> usize {
        let (head, tail) = R::head_and_tail(self.own, self.peer_position().load());
        index::distance(self.capacity(), head, tail)
    }

    /// Moves the own position by `n` bytes, for this side only.
    #[inline]
    fn advance(&mut self, n: usize) {
        self.own = index::advance(self.capacity(), self.own, n);
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

impl<S> Producer<S> {
    /// Copies the front of `bytes` into the vacant space, as much as fits, and returns how much
    /// that was. The consumer sees none of it before [`publish`](Self::publish).
    #[inline]
    pub(crate) fn push(&mut self, bytes: &[u8]) -> usize {
        let n = bytes.len().min(self.ready);
        let (first, second) = index::spans(self.capacity(), self.own, n);
        let (front, back) = bytes[..n].split_at(first.len());
        // SAFETY: by I2 these `n` bytes are vacant, and by I4 nobody else writes vacant bytes.
        unsafe { self.shared.storage.write(first.start, front) };
        if !back.is_empty() {
            // SAFETY: as above; the wrapped part of the same vacant bytes.
            unsafe { self.shared.storage.write(second.start, back) };
        }
        self.advance(n);
        n
    }

    /// The vacant bytes, going by the head last seen: the second slice follows the first. What has
    /// never been written is zeroed before it is lent.
    pub(crate) fn spare_slices(&mut self) -> (&mut [u8], &mut [u8]) {
        self.initialise();
        let (first, second) = index::spans(self.capacity(), self.own, self.ready);
        // SAFETY: by I2 these bytes are vacant, by I4 nobody else accesses them while the borrow of
        // `self` lasts, and by I5 each has been written.
        let front = unsafe { self.shared.storage.slice_mut(first) };
        // SAFETY: as above; the wrapped part of the same vacant bytes, apart from the first.
        let back = unsafe { self.shared.storage.slice_mut(second) };
        (front, back)
    }

    /// Passes over the next `n` bytes as if they had been pushed: they are what was left in
    /// [`spare_slices`](Self::spare_slices). Panics if fewer are vacant, going by the head last seen.
    #[track_caller]
    pub(crate) fn fill(&mut self, n: usize) {
        let vacant = self.ready;
        assert!(n <= vacant, "cannot commit {n} bytes: {vacant} are vacant");
        self.initialise();
        self.advance(n);
    }

    /// Brings about I5, once: zeroes what has never been written.
    ///
    /// Bytes are written in order from the front of the storage. So in the first lap what has never
    /// been written is all that lies behind the tail, and the vacant bytes go on to the end of the
    /// storage. In later laps everything has been written, and zeroing vacant bytes does no harm.
    fn initialise(&mut self) {
        if !self.role.initialised {
            let (behind, _) = index::spans(self.capacity(), self.own, self.ready);
            // SAFETY: by I2 these bytes are vacant, and by I4 nobody else writes vacant bytes.
            unsafe { self.shared.storage.zero(behind) };
            self.role.initialised = true;
        }
    }
}

impl<S> Consumer<S> {
    /// The occupied bytes, going by the tail last seen: the second slice follows the first.
    #[inline]
    pub(crate) fn slices(&self) -> (&[u8], &[u8]) {
        self.front(self.ready)
    }

    /// The first `n` of them, at most.
    #[inline]
    fn front(&self, n: usize) -> (&[u8], &[u8]) {
        let n = n.min(self.ready);
        let (first, second) = index::spans(self.capacity(), self.own, n);
        // SAFETY: by I3 these bytes are occupied. The producer cannot write them before they are
        // passed and published, which the borrow of `self` puts off until the slices are gone.
        let front = unsafe { self.shared.storage.slice(first) };
        // SAFETY: as above; the wrapped part of the same occupied bytes.
        let back = unsafe { self.shared.storage.slice(second) };
        (front, back)
    }

    /// Copies the front of the occupied bytes into `buf`, as many as it holds, and returns how many
    /// that was. The producer gets their space back at [`publish`](Self::publish).
    #[inline]
    pub(crate) fn pull(&mut self, buf: &mut [u8]) -> usize {
        let mut rest = buf;
        self.pull_with(rest.len(), |bytes| {
            let (next, after) = mem::take(&mut rest).split_at_mut(bytes.len());
            next.copy_from_slice(bytes);
            rest = after;
        })
    }

    /// [`pull`](Self::pull) for what takes bytes but is no slice of them: `put` gets no more than
    /// `limit`, in one piece or in two.
    #[inline]
    pub(crate) fn pull_with(&mut self, limit: usize, mut put: impl FnMut(&[u8])) -> usize {
        let (front, back) = self.front(limit);
        let n = front.len() + back.len();
        put(front);
        if !back.is_empty() {
            put(back);
        }
        self.advance(n);
        n
    }

    /// Passes over the next `n` bytes. Panics if fewer are occupied, going by the tail last seen.
    #[inline]
    #[track_caller]
    pub(crate) fn skip(&mut self, n: usize) {
        let unread = self.ready;
        assert!(n <= unread, "cannot consume {n} bytes: {unread} are unread");
        self.advance(n);
    }
}
