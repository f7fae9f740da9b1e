//! A published position, and the requests to be told when it moves.
//!
//! One side, the *owner*, moves the position. The other one, the *asker*, may leave a request in it with
//! a note for the owner. A request is one of two marks in the word that holds the position, and the
//! note lies in the cell that goes with the mark.
//!
//! ```text
//! the asker                                    the owner
//!   ask:      write a note into a cell           publish: swap the position, which takes the mark
//!             set its mark             (W)       answer:  take the note out of the cell        (W)
//!   withdraw: take the mark back                 or put the mark back                          (N)
//! ```
//!
//! Whoever took the mark off the word has the cell to himself; nobody waits for anybody. There are
//! two cells, because an asker whose mark is gone does not know whether the owner is through with
//! the note: it uses the other one. That one is free: the owner does one thing after another, so it was
//! through with what it took before when it took the latest mark.
//!
//! The two marks never stand together. The asker sets one only where none stands, and so does an owner
//! that puts one back: if it finds that the asker has come with another note since, it keeps the old one,
//! which is out of date. An asker that finds the old mark put back withdraws it first.

use super::index::REQUESTS;
use crate::sync::{AtomicUsize, Ordering, UnsafeCell};

/// A published position with its marks, and the notes of those.
pub(super) struct Position<N> {
    word: AtomicUsize,
    notes: [UnsafeCell<Option<N>>; 2],
}

// SAFETY: a note is reached through the functions below alone, by one side at a time (see the top of
// this file), and passes from one thread to the other.
unsafe impl<N: Send> Sync for Position<N> {}

/// What the asker remembers.
pub(super) struct Asker {
    /// The mark that it used last, or will use next if no request stands.
    mark: u8,
    /// Whether it has left a request and not withdrawn it. The owner may have taken it.
    asked: bool,
}

impl Default for Asker {
    fn default() -> Self {
        Self {
            mark: 1,
            asked: false,
        }
    }
}

impl<N> Position<N> {
    pub(super) fn new() -> Self {
        Self {
            word: AtomicUsize::new(0),
            notes: [UnsafeCell::new(None), UnsafeCell::new(None)],
        }
    }

    /// The position, with its marks.
    #[inline]
    pub(super) fn load(&self) -> usize {
        // ORDERING(P, R): Acquire, to see what was done to the bytes that this position hands over.
        self.word.load(Ordering::Acquire)
    }

    /// The owner sets the position. Returns the marks that stood: requests that it has to answer.
    #[inline]
    pub(super) fn publish(&self, position: usize) -> usize {
        // ORDERING(P, R, W): Release, to hand over the bytes that the position has passed. Acquire,
        // to see the note that came with a request.
        self.word.swap(position, Ordering::AcqRel) & REQUESTS
    }

    /// The owner takes the requests without moving. Returns their marks.
    pub(super) fn take_requests(&self) -> usize {
        // ORDERING(W, C): Acquire, to see the note that came with a request. Release, so that a
        // request that comes later sees what was done before this.
        self.word.fetch_and(!REQUESTS, Ordering::AcqRel) & REQUESTS
    }

    /// Whether a request stands, at some moment.
    pub(super) fn has_request(&self) -> bool {
        // ORDERING(none): what is done on the strength of the answer begins with `take_requests`.
        self.word.load(Ordering::Relaxed) & REQUESTS != 0
    }

    /// The owner puts a request back that it has taken. Returns the note if the asker has come with
    /// another one since.
    ///
    /// # Safety
    ///
    /// The caller is the owner, has taken `mark`, and has not answered or put it back.
    pub(super) unsafe fn put_back(&self, mark: usize) -> Option<N> {
        // ORDERING(none): only the owner moves the position. If there is a mark, it is another one.
        let word = self.word.load(Ordering::Relaxed) & !REQUESTS;
        // ORDERING(N): Release, so that an asker that withdraws the request gets its cell after this side
        // is through with it.
        let put =
            self.word
                .compare_exchange(word, word | mark, Ordering::Release, Ordering::Relaxed);
        match put {
            Ok(_) => None,
            // SAFETY: the mark is still this side's.
            Err(_) => unsafe { self.answer(mark) },
        }
    }

    /// Takes the note of a request.
    ///
    /// # Safety
    ///
    /// The caller has taken `mark`, and has not answered or put it back.
    pub(super) unsafe fn answer(&self, mark: usize) -> Option<N> {
        // SAFETY: whoever took the mark has the cell to himself.
        self.cell(mark).with_mut(|note| unsafe { (*note).take() })
    }

    /// Looks at the note of a request.
    ///
    /// # Safety
    ///
    /// As for [`answer`](Self::answer), and that while the note is borrowed.
    pub(super) unsafe fn note(&self, mark: usize) -> Option<&N> {
        // SAFETY: whoever took the mark has the cell to himself.
        self.cell(mark).with(|note| unsafe { (*note).as_ref() })
    }

    /// The asker leaves a request. It has withdrawn the one before. Returns the position at that time.
    ///
    /// # Safety
    ///
    /// The caller is the asker, and `asker` is the one that comes with this position.
    #[inline(always)] // or the note is moved there by way of memory, and its parts wait for each other
    pub(super) unsafe fn ask(&self, asker: &mut Asker, note: N) -> usize {
        debug_assert!(!asker.asked);
        let cell = self.cell(asker.mark.into());
        // SAFETY: this cell's mark does not stand and the owner does not hold it: `withdraw` saw to it.
        // Nothing is written over: whoever takes a mark for good takes the note with it.
        cell.with_mut(|cell| unsafe { cell.write(Some(note)) });
        // SAFETY: as for this function.
        unsafe { self.set_mark(asker) }
    }

    /// Sets the asker's mark.
    ///
    /// # Safety
    ///
    /// As for [`ask`](Self::ask).
    #[inline]
    unsafe fn set_mark(&self, asker: &mut Asker) -> usize {
        let mark = usize::from(asker.mark);
        loop {
            // ORDERING(none): the exchange fails if this is out of date.
            let word = self.word.load(Ordering::Relaxed);
            if word & REQUESTS != 0 {
                // SAFETY: the caller is the asker, and the mark is not this cell's.
                drop(unsafe { self.withdraw_mark(word & REQUESTS) });
                continue;
            }
            // ORDERING(W, C): Release, to hand over the note. Acquire, to see what the owner did before
            // it published or took the requests, should that have come first.
            let asked =
                self.word
                    .compare_exchange(word, word | mark, Ordering::AcqRel, Ordering::Relaxed);
            if asked.is_ok() {
                asker.asked = true;
                return word;
            }
        }
    }

    /// The asker takes its request back. Returns the note, unless the owner has taken it.
    ///
    /// # Safety
    ///
    /// The caller is the asker, and `asker` is the one that comes with this position.
    #[inline]
    pub(super) unsafe fn withdraw(&self, asker: &mut Asker) -> Option<N> {
        if !asker.asked {
            return None;
        }
        asker.asked = false;
        let mark = usize::from(asker.mark);
        // ORDERING(N): Acquire, to use the other cell after the owner.
        if self.word.load(Ordering::Acquire) & mark != 0 {
            // SAFETY: the caller is the asker.
            let note = unsafe { self.withdraw_mark(mark) };
            if note.is_some() {
                return note;
            }
        }
        // The owner has that cell. It was through with the other one when it took this mark.
        asker.mark ^= REQUESTS as u8;
        None
    }

    /// Takes back a mark, if it stands, and its note.
    ///
    /// # Safety
    ///
    /// The caller is the asker.
    #[inline(never)] // it is rarely called for, and in the way then
    unsafe fn withdraw_mark(&self, mark: usize) -> Option<N> {
        // ORDERING(N): Acquire, to use the cells after the owner, which was through with the one when
        // it took the mark of the other or put it back.
        match self.word.fetch_and(!mark, Ordering::Acquire) & mark {
            0 => None,
            // SAFETY: this side has just taken the mark.
            _ => unsafe { self.answer(mark) },
        }
    }

    /// The cell that goes with a mark.
    #[inline]
    fn cell(&self, mark: usize) -> &UnsafeCell<Option<N>> {
        debug_assert!(matches!(mark, 1 | 2), "one mark stands at a time");
        &self.notes[usize::from(mark == 2)]
    }
}

/// How many times the producer has gone back to the front of the storage.
pub(super) struct Restarts(AtomicUsize);

impl Restarts {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    #[inline]
    pub(super) fn count(&self) -> usize {
        // ORDERING(P): Relaxed; the tail, which is loaded before, brings it.
        self.0.load(Ordering::Relaxed)
    }

    /// The producer goes back once more.
    pub(super) fn add(&self) {
        let count = self.count();
        // ORDERING(P): Relaxed; the next publication hands it over.
        self.0.store(count.wrapping_add(1), Ordering::Relaxed);
    }
}
