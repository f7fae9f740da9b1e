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
//! The storage, unless it is small, is allocated when the producer first looks for space. When it looks
//! and finds the ring empty, it goes on at the front of the storage: so little traffic keeps to a few
//! lines of memory, however large the capacity. It counts that in `restarts`, which the next publication
//! hands over. The consumer, which had read everything, finds the count changed and goes to the front
//! too. It cannot miss a change: the next one waits until it has read what came with this one.
//!
//! To find the ring empty one has to look. A producer that could write on for long therefore does as
//! if only a window were vacant, and looks after that; while it finds the ring in use, it doubles the
//! window each time.
//!
//! # Requests
//!
//! The word that holds a published position has two bits to spare. In them the *other* side leaves
//! the request to be told when the position moves, and beside the word a note: the consumer in `tail`, the
//! producer in `head`. Publishing a position is a swap that takes the request and reports it, so
//! nobody needs to look anywhere else to find out whether somebody waits. How a note changes hands is
//! told in `position.rs`; what is in it, and what waiting and telling mean, in `pipe.rs`.
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
//! | N, note | a note put back with a Release, or its mark taken by a later swap | the mark withdrawn, or found gone, with an Acquire | the asker may use the cell | a note has two users | `pipe::closed_wakes_who_waits_for_it`, `ring::notes_that_are_put_back_have_one_user_at_a_time` |
//! | D, drop | one owner marked as gone with a Release | the mark seen by the other with an Acquire, then all freed | nobody uses what is freed | use after free | `pipe::every_byte_then_eof` |
//!
//! Both positions are of the one type [`Position`], so P and R are two readings of the same two
//! operations. The allocation of the storage and the count of `restarts` travel with P. What else the
//! orderings of a position carry belongs to edge W (a request, and the note that was left before it)
//! and to edge C (closing), which `pipe.rs` argues.
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
mod copy;
mod index;
mod owner;
mod position;
mod producer;
mod storage;

use core::marker::PhantomData;
use core::mem::{size_of, MaybeUninit};
use core::ptr::addr_of_mut;

use crossbeam_utils::CachePadded;

pub(crate) use consumer::{Consumer, Consuming};
pub(crate) use index::MAX_CAPACITY;
use owner::Owner;
use position::{Asker, Position, Restarts};
pub(crate) use producer::{Producer, Producing};
pub(crate) use storage::OutOfMemory;
use storage::Storage;

/// What both sides reach.
///
/// Each position has cache lines of its own, since one side writes it all the time while the other
/// works next to it. They are kept apart by distance and not by alignment: allocators are slow at
/// that, so that it would more than double the time it takes to make and drop a pipe.
#[repr(C)]
struct Shared<S: State> {
    storage: Storage,
    state: S,
    before_tail: Gap,
    tail: Position<S::Note>,
    restarts: Restarts,
    before_head: Gap,
    head: Position<S::Note>,
    after_head: Gap,
}

impl<S: State> Shared<S> {
    /// Initialises a place. Field by field: a value would be moved there with all of its gaps.
    ///
    /// # Safety
    ///
    /// `place` is memory for a `Shared`, and nobody else's.
    #[inline]
    #[allow(clippy::multiple_unsafe_ops_per_block)] // of one kind: each writes a field of `place`
    unsafe fn init(place: *mut Self, storage: Storage, state: S) {
        // SAFETY: the caller vouches for the place. The gaps need no initialising.
        unsafe {
            addr_of_mut!((*place).storage).write(storage);
            addr_of_mut!((*place).state).write(state);
            addr_of_mut!((*place).tail).write(Position::new());
            addr_of_mut!((*place).restarts).write(Restarts::new());
            addr_of_mut!((*place).head).write(Position::new());
        }
    }
}

/// As many bytes as travel between caches together; `CachePadded` knows how many those are here.
type Gap = MaybeUninit<[u8; size_of::<CachePadded<u8>>()]>;

/// What the two sides of a ring have besides it.
pub(crate) trait State {
    /// What one side leaves with a request for the other.
    type Note: Send;
    /// What each of them keeps to itself. The state proper is shared.
    type Local: Default;
}

/// One of the two sides: [`Producer`] or [`Consumer`].
pub(crate) struct Half<S: State, R> {
    shared: Owner<Shared<S>>,
    /// The position that this side moves. Ahead of the published one while bytes are on their way.
    own: usize,
    /// Where in the storage that position lies.
    offset: usize,
    /// How many bytes this side can move, going by the peer's position last seen: occupied ones for
    /// the consumer, vacant ones for the producer.
    ready: usize,
    /// What this side has left in the peer's position.
    asker: Asker,
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

/// One of the two sides before it is made: that is a good deal larger, so that it had better be made
/// where it stays.
pub(crate) struct End<S: State, R> {
    shared: Owner<Shared<S>>,
    role: PhantomData<R>,
}

/// Both of them.
pub(crate) type Ends<S> = (End<S, Producing>, End<S, Consuming>);

/// Makes a ring of `capacity` bytes whose two sides share `state`. Fails if there is no memory for what
/// goes with it; that for the bytes is another matter.
///
/// `capacity` is from 1 to [`MAX_CAPACITY`].
#[inline]
pub(crate) fn ring<S: State>(capacity: usize, state: S) -> Result<Ends<S>, OutOfMemory> {
    assert!((1..=MAX_CAPACITY).contains(&capacity));
    let appendix = storage::near(capacity);
    let init = |place, bytes| {
        // SAFETY: `pair` gives so many bytes, and frees them after the value that they go with.
        let storage = unsafe { Storage::new(capacity, bytes) };
        // SAFETY: `pair` calls this with a place of its own.
        unsafe { Shared::init(place, storage, state) }
    };
    // SAFETY: that initialises the place.
    let (one, other) = unsafe { Owner::pair(appendix, init) }?;
    Ok((End::new(one), End::new(other)))
}

impl<S: State, R: Role> End<S, R> {
    /// One for each role: [`ring`] is the only caller.
    #[inline]
    fn new(shared: Owner<Shared<S>>) -> Self {
        Self {
            shared,
            role: PhantomData,
        }
    }

    /// Makes the side.
    #[inline]
    pub(crate) fn half(self) -> Half<S, R> {
        Half {
            shared: self.shared,
            own: 0,
            offset: 0,
            ready: 0,
            asker: Asker::default(),
            role: R::default(),
            local: S::Local::default(),
        }
    }
}

impl<S: State, R: Role> Half<S, R> {
    #[inline]
    pub(crate) fn state(&self) -> &S {
        &self.shared.state
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.shared.storage.capacity()
    }

    pub(crate) fn is_peer_of<Q: Role>(&self, other: &Half<S, Q>) -> bool {
        self.shared.is_other_of(&other.shared)
    }

    #[inline]
    fn own_position(&self) -> &Position<S::Note> {
        R::head_and_tail(&self.shared.head, &self.shared.tail).0
    }

    #[inline]
    fn peer_position(&self) -> &Position<S::Note> {
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

    /// Looks where the peer's position is now, unless `want` bytes are known to be ready anyway. If there
    /// are so many, as many are ready then; if not, all that there are.
    #[inline]
    pub(crate) fn refresh(&mut self, want: usize) {
        if self.ready < want {
            R::refresh(self, want);
        }
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
        self.advance_to(n, index::wrap(self.capacity(), self.offset, n));
    }

    /// The same, when it is known where in the storage that leads.
    #[inline]
    fn advance_to(&mut self, n: usize, offset: usize) {
        self.own = index::advance(self.own, n);
        self.offset = offset;
        self.ready -= n;
    }

    /// Hands the bytes that the own position has passed over to the peer. Returns what that asked for,
    /// if it waits.
    #[inline]
    #[must_use]
    pub(crate) fn publish(&mut self) -> Option<Request<'_, S, R>> {
        match self.own_position().publish(self.own) {
            0 => None,
            mark => Some(Request { half: self, mark }),
        }
    }

    /// Lets this side move nothing any more that it has not looked for again.
    pub(crate) fn exhaust(&mut self) {
        self.ready = 0;
    }

    /// Asks to be told when the peer's position moves, and leaves a note with that. Returns how many
    /// bytes this side could move at that time.
    ///
    /// A request that still stands has to be [withdrawn](Self::withdraw) before.
    #[inline(always)] // as what it calls
    pub(crate) fn ask(&mut self, note: S::Note) -> usize {
        let position = R::head_and_tail(&self.shared.head, &self.shared.tail).1;
        // SAFETY: by I4 there is no other asker, and `self.asker` belongs to the peer's position.
        let peer = unsafe { position.ask(&mut self.asker, note) };
        let (head, tail) = R::head_and_tail(self.own, peer);
        R::ready(self.capacity(), index::distance(head, tail))
    }

    /// Takes that request back, and the note with it, unless the peer has found it.
    #[inline]
    pub(crate) fn withdraw(&mut self) -> Option<S::Note> {
        let position = R::head_and_tail(&self.shared.head, &self.shared.tail).1;
        // SAFETY: as for `ask`.
        unsafe { position.withdraw(&mut self.asker) }
    }

    /// Takes what the peer asks for, if it waits, without moving.
    #[must_use]
    pub(crate) fn peer_request(&mut self) -> Option<Request<'_, S, R>> {
        match self.own_position().take_requests() {
            0 => None,
            mark => Some(Request { half: self, mark }),
        }
    }

    /// Whether this side and its peer wait for each other to move, at some moment.
    pub(crate) fn waiting(&self) -> (bool, bool) {
        let own = self.peer_position().has_request();
        (own, self.own_position().has_request())
    }

    /// Whether there is no peer any more.
    pub(crate) fn is_alone(&self) -> bool {
        self.shared.is_last()
    }
}

/// What the peer asks for, taken out of the own position: to be answered, or to be put back.
#[must_use = "the peer sleeps until somebody answers"]
pub(crate) struct Request<'a, S: State, R> {
    half: &'a mut Half<S, R>,
    mark: usize,
}

impl<S: State, R: Role> Request<'_, S, R> {
    /// The side that was asked.
    pub(crate) fn half(&self) -> &Half<S, R> {
        self.half
    }

    /// What came with the request.
    pub(crate) fn note(&self) -> &S::Note {
        // SAFETY: this side took the mark to make `self`, and gives it away with `self` only.
        let note = unsafe { self.half.own_position().note(self.mark) };
        note.expect("a mark comes with a note")
    }

    /// Ends the request. The note is for this side to use.
    pub(crate) fn answer(self) -> S::Note {
        // SAFETY: as for `note`.
        let note = unsafe { self.half.own_position().answer(self.mark) };
        note.expect("a mark comes with a note")
    }

    /// Puts the request back: what has happened was not what the peer waits for. Returns the note if
    /// the peer has asked for something else since.
    pub(crate) fn put_back(self) -> Option<S::Note> {
        // SAFETY: as for `note`; and the own position is this side's.
        unsafe { self.half.own_position().put_back(self.mark) }
    }
}
