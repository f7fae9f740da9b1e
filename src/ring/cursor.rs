//! A published position, with the waiter of the side that waits for it to move.
//!
//! A ring has two cursors: the tail, which the producer publishes and the consumer waits for, and
//! the head, where it is the other way round. The side that moves the position is called the
//! *publisher* here, its peer the *waiting side*.
//!
//! ```text
//!   the word    | position, in steps of 4 ............ | B | A |
//!                                                        |   |
//!   the cells                      Option<Waiter>  <-----+   +----->  Option<Waiter>
//! ```
//!
//! A waiter bit says that its cell holds a waiter. **The side that clears a bit owns the cell**, so
//! neither side ever waits for the other. One cell goes through these states:
//!
//! ```text
//!                   register (waiting side)
//!        FREE --------------------------------> REGISTERED
//!         ^ ^                                    |  |   ^
//!         | |       deregister (waiting side)    |  |   |
//!         | +------------------------------------+  |   |
//!         |                                         |   |
//!         |             publish, take (publisher)   |   |  restore (publisher):
//!         |                                         v   |  the position has not
//!         +--------------------------------------- HELD +  moved far enough
//!                 Held::take (publisher)
//! ```
//!
//! There are two cells because the waiting side may register again while the publisher holds the
//! waiter that it has taken: the waiting side then uses the other cell. That one is free. The
//! publisher holds one waiter at a time, so when it took the latest one, it no longer held the one
//! before.
//!
//! At most one bit is set. The waiting side sets a bit only where none is set, and so does a
//! publisher that restores a waiter. If the waiting side has registered meanwhile, the publisher
//! finds that bit and gets the waiter that it holds back from [`Held::restore`]. If the publisher
//! has restored meanwhile, the waiting side finds that bit, takes that waiter back, and gets it
//! from [`Cursor::register`]. Either way, the side that finds such a *superseded* waiter has to
//! wake it: the task may still wait for what that waiter asked for.
//!
//! A third party may take waiters too, by clearing the bits of both cursors. It does so once in the
//! life of a ring, which registers no waiter afterwards: see `Remote::sever`.

use core::task::Waker;

use super::index::WAITER_BITS;
use crate::sync::{AtomicUsize, Ordering, UnsafeCell};

/// What the waiting side registers. The ring hands it over and does nothing with it.
pub(crate) struct Waiter {
    pub(crate) waker: Waker,
    /// How many bytes have to be available before the waiter is woken.
    pub(crate) min: usize,
}

/// A published position and the cells of the waiter.
pub(super) struct Cursor {
    word: AtomicUsize,
    cells: [UnsafeCell<Option<Waiter>>; 2],
}

// SAFETY: a cell is accessed by its owner alone, and passes between the threads with its bit.
unsafe impl Sync for Cursor {}

/// What the waiting side remembers of its registrations.
#[derive(Default)]
pub(super) struct Registration {
    /// The bit of the cell that was used last. 0 if this side has never registered.
    bit: u8,
    /// Whether the waiter in that cell has been registered and not been taken back by this side.
    /// The publisher may have taken it.
    is_registered: bool,
}

impl Cursor {
    pub(super) fn new() -> Self {
        Self {
            word: AtomicUsize::new(0),
            cells: [UnsafeCell::new(None), UnsafeCell::new(None)],
        }
    }

    /// The position, with its waiter bits.
    #[inline]
    pub(super) fn load(&self) -> usize {
        // ORDERING(P, R): Acquire, to see what the publisher did with the bytes up to the position.
        self.word.load(Ordering::Acquire)
    }

    /// Whether a waiter is registered now. The answer may be out of date.
    pub(super) fn has_waiter(&self) -> bool {
        // ORDERING(none): nothing is done on the strength of the answer.
        self.word.load(Ordering::Relaxed) & WAITER_BITS != 0
    }

    /// The publisher sets the position, and takes the waiter if one is registered.
    ///
    /// A swap, and not a store: its result is the only look at the waiter bits. A load beside a
    /// store could miss a waiter that registers between the two.
    #[inline]
    pub(super) fn publish(&self, position: usize) -> usize {
        // ORDERING(P, R, W): Release, to hand over the bytes up to the position. Acquire, to see
        // the waiter in its cell.
        debug_assert_eq!(position & WAITER_BITS, 0, "a position has no waiter bits");
        self.word.swap(position, Ordering::AcqRel) & WAITER_BITS
    }

    /// Clears the waiter bits without moving the position, and returns those that were set. The
    /// caller owns their cell then.
    pub(super) fn clear_waiter_bits(&self) -> usize {
        // ORDERING(W, C, N, L): Acquire, to see the waiter in its cell, and to use the cells after
        // the other side. Release, so that a registration or a restoration that comes later sees
        // the flags that were set before this.
        self.word.fetch_and(!WAITER_BITS, Ordering::AcqRel) & WAITER_BITS
    }

    /// Takes the waiter out of a cell.
    ///
    /// # Safety
    ///
    /// The caller owns the cell: it has cleared `bit`, and has not set it again.
    #[inline]
    unsafe fn take(&self, bit: usize) -> Option<Waiter> {
        // SAFETY: the caller owns the cell.
        self.cell(bit).with_mut(|cell| unsafe { (*cell).take() })
    }

    /// The waiting side registers a waiter, after it has [deregistered](Self::deregister) the one
    /// before. Returns the position at that moment, and a superseded waiter (rarely).
    ///
    /// # Safety
    ///
    /// The caller is the waiting side, and `registration` is what it has passed here before.
    #[inline(always)] // Passing a waiter through the stack stalls on store forwarding.
    pub(super) unsafe fn register(
        &self,
        registration: &mut Registration,
        waiter: Waiter,
    ) -> (usize, Option<Waiter>) {
        debug_assert!(!registration.is_registered, "deregister comes first");
        if registration.bit == 0 {
            registration.bit = 1;
        }
        let bit = usize::from(registration.bit);
        let write = |cell: *mut Option<Waiter>| {
            // SAFETY: the cell is free, since `deregister` saw to that.
            let is_empty = || unsafe { (*cell).is_none() };
            debug_assert!(is_empty(), "a free cell is empty");
            // SAFETY: as above. The cell is empty, since `take` empties the cells, so nothing is
            // overwritten.
            unsafe { cell.write(Some(waiter)) };
        };
        self.cell(bit).with_mut(write);
        registration.is_registered = true;
        // SAFETY: the cell has a waiter, and the caller is the waiting side.
        unsafe { self.set_bit(bit) }
    }

    /// Sets the waiting side's bit.
    ///
    /// # Safety
    ///
    /// The caller is the waiting side, and has just written a waiter into the cell.
    #[inline]
    unsafe fn set_bit(&self, bit: usize) -> (usize, Option<Waiter>) {
        let mut superseded = None;
        loop {
            // ORDERING(none): the exchange fails if this is out of date.
            let word = self.word.load(Ordering::Relaxed);
            if word & WAITER_BITS != 0 {
                // SAFETY: the caller is the waiting side.
                superseded = unsafe { self.take_back() };
                continue;
            }
            // ORDERING(W, C): Release, to hand over the waiter. Acquire, to see what the publisher
            // did before it last published or cleared the bits.
            let set =
                self.word
                    .compare_exchange(word, word | bit, Ordering::AcqRel, Ordering::Relaxed);
            if set.is_ok() {
                return (word, superseded);
            }
        }
    }

    /// The waiting side takes its waiter back, unless the publisher has it. Whatever the result,
    /// `registration` names a free cell then.
    ///
    /// # Safety
    ///
    /// As for [`register`](Self::register).
    #[inline]
    pub(super) unsafe fn deregister(&self, registration: &mut Registration) -> Option<Waiter> {
        // ORDERING(N): Acquire, to use the other cell after the publisher.
        if self.word.load(Ordering::Acquire) & WAITER_BITS != 0 {
            // SAFETY: the caller is the waiting side.
            return unsafe { self.take_back_or_skip(registration) };
        }
        registration.skip_taken_cell();
        None
    }

    /// Does the same, and makes sure that the publisher does not restore a waiter after this
    /// without seeing the flags that were set before. Does nothing if this side has never
    /// registered.
    ///
    /// # Safety
    ///
    /// As for [`register`](Self::register).
    #[inline]
    pub(super) unsafe fn deregister_now(&self, registration: &mut Registration) -> Option<Waiter> {
        if registration.bit == 0 {
            return None;
        }
        // SAFETY: the caller is the waiting side.
        unsafe { self.take_back_or_skip(registration) }
    }

    /// Does the same if this side has registered before.
    ///
    /// # Safety
    ///
    /// As for [`register`](Self::register).
    #[cold] // Out of the way of `deregister`, which rarely finds a bit.
    unsafe fn take_back_or_skip(&self, registration: &mut Registration) -> Option<Waiter> {
        // SAFETY: the caller is the waiting side.
        let waiter = unsafe { self.take_back() };
        match waiter {
            Some(_) => registration.is_registered = false,
            None => registration.skip_taken_cell(),
        }
        waiter
    }

    /// Takes the registered waiter back, whichever cell it is in.
    ///
    /// # Safety
    ///
    /// The caller is the waiting side.
    #[inline(never)]
    unsafe fn take_back(&self) -> Option<Waiter> {
        match self.clear_waiter_bits() {
            0 => None,
            // SAFETY: this side has just cleared the bit.
            bit => unsafe { self.take(bit) },
        }
    }

    /// The cell of a waiter bit.
    #[inline]
    fn cell(&self, bit: usize) -> &UnsafeCell<Option<Waiter>> {
        debug_assert!(matches!(bit, 1 | 2), "exactly one waiter bit is set");
        &self.cells[usize::from(bit == 2)]
    }
}

impl Registration {
    /// Goes on to the other cell if the publisher may hold the waiter in this one.
    #[inline]
    fn skip_taken_cell(&mut self) {
        if self.is_registered {
            self.is_registered = false;
            self.bit ^= WAITER_BITS as u8;
        }
    }
}

/// A waiter that the publisher has taken and not disposed of yet.
#[must_use = "the peer sleeps until the waiter is woken"]
pub(super) struct Held<'a> {
    cursor: &'a Cursor,
    bit: usize,
}

impl<'a> Held<'a> {
    /// # Safety
    ///
    /// The caller has just cleared `bit`, and one of these holds:
    ///
    /// * It is the publisher of `cursor`, and does not publish, clear the bits again or make
    ///   another `Held` while this one lives.
    /// * It is a third party that takes waiters once, and the waiting side registers no waiter
    ///   after that.
    pub(super) unsafe fn new(cursor: &'a Cursor, bit: usize) -> Self {
        debug_assert!(matches!(bit, 1 | 2), "exactly one waiter bit was set");
        Self { cursor, bit }
    }

    /// How many bytes the peer waits for.
    pub(super) fn min(&self) -> usize {
        let cell = self.cursor.cell(self.bit);
        // SAFETY: the publisher has cleared the bit, and gives the cell away with `self` only.
        let min = cell.with(|cell| unsafe { (*cell).as_ref().map(|waiter| waiter.min) });
        min.expect("a bit is set while its cell holds a waiter")
    }

    /// Takes the waiter for good.
    pub(super) fn take(self) -> Waiter {
        // SAFETY: the publisher has cleared the bit, and gives the cell away with `self` only.
        let waiter = unsafe { self.cursor.take(self.bit) };
        waiter.expect("a bit is set while its cell holds a waiter")
    }

    /// Registers the waiter again, where the waiting side had registered it. If that has registered
    /// another one meanwhile, this one is superseded and comes back.
    pub(super) fn restore(self) -> Result<(), Waiter> {
        let word = &self.cursor.word;
        // ORDERING(none): only the publisher moves the position. The exchange fails if a bit is
        // set.
        let position = word.load(Ordering::Relaxed) & !WAITER_BITS;
        let next = position | self.bit;
        // ORDERING(N, L): Release, so that the waiting side uses the cell after this side. Acquire,
        // to see the flags that the waiting side set before it took its waiters back for good.
        let restored = word.compare_exchange(position, next, Ordering::AcqRel, Ordering::Relaxed);
        restored.map(drop).map_err(|_| self.take())
    }
}

/// How many times the producer has rewound to the front of the storage.
pub(super) struct Rewinds(AtomicUsize);

impl Rewinds {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    #[inline]
    pub(super) fn count(&self) -> usize {
        // ORDERING(P): Relaxed. The tail, which the consumer loads before, orders it.
        self.0.load(Ordering::Relaxed)
    }

    /// The producer rewinds once more.
    pub(super) fn add(&self) {
        let count = self.count();
        // ORDERING(P): Relaxed. The next publication hands it over.
        self.0.store(count.wrapping_add(1), Ordering::Relaxed);
    }
}
