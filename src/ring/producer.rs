//! The side that writes.

use super::{index, Consumer, Half, OutOfMemory, Role, Side};
use crate::sync::Ordering;

/// How many bytes of the storage a loan initialises at the most, unless the caller has asked for
/// more. Few in the models, whose pipes are small.
const AHEAD: usize = if cfg!(any(loom, shuttle)) {
    2
} else {
    16 << 10
};

/// How many bytes of the storage the producer uses between two loads of the head, unless a call
/// wants more. A producer that never loaded the head would never find the ring empty, and never
/// rewind. Half a page, so that small messages mostly stay within one page wherever the storage
/// begins.
const WINDOW: usize = 2048;

/// The role of the half that writes. Its own position is the tail.
pub(crate) struct Producer {
    /// The position up to which the space that was lent last is committed. While that is the
    /// producer's position, it does not rewind, so that the rest can still be committed.
    lent_at: usize,
    /// Every byte of the storage before this offset has been written: I5.
    initialised: usize,
}

/// No position: those are even.
const NOT_LENT: usize = usize::MAX;

impl Role for Producer {
    type Peer = Consumer;
    const SIDE: Side = Side::Producer;

    #[inline]
    fn new() -> Self {
        Self {
            lent_at: NOT_LENT,
            initialised: 0,
        }
    }

    #[inline]
    fn occupied(own: usize, peer: usize) -> usize {
        index::distance(peer, own)
    }

    #[inline]
    fn available(capacity: usize, occupied: usize) -> usize {
        capacity - occupied
    }

    #[inline]
    fn refresh<S, W>(half: &mut Half<Self, S, W>, want: usize) -> Result<(), OutOfMemory> {
        half.allocate()?;
        let len = half.len();
        if len == 0 && half.role.lent_at != half.position {
            half.rewind();
        }
        half.available = (half.capacity() - len).min(want.max(WINDOW));
        Ok(())
    }
}

impl<S, W> Half<Producer, S, W> {
    /// Copies the front of `bytes` into the available space, as much as fits, and returns how many
    /// bytes that is. The consumer sees them after [`publish`](Self::publish).
    #[inline]
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        let n = bytes.len().min(self.available);
        let bytes = &bytes[..n];
        let offset = self.offset;
        let to_end = self.capacity() - offset;
        if n > to_end {
            self.write_wrapping(bytes);
            return n;
        }
        // Before the copy, so that less has to be kept in registers across a call of `memcpy`.
        if n == to_end {
            self.advance(n, 0);
            self.role.initialised = self.capacity();
        } else {
            self.advance(n, offset + n);
        }
        // SAFETY: these `n` bytes are vacant (I2), allocated if there are any (I6), and this is the
        // only producer (I4).
        unsafe { self.shared.storage.write(offset, bytes) };
        n
    }

    /// Copies all of `bytes`, which wrap around the end of the storage, into the available space.
    #[cold] // Once in a round, and in the way of the other writes.
    fn write_wrapping(&mut self, bytes: &[u8]) {
        let (front, back) = bytes.split_at(self.capacity() - self.offset);
        // SAFETY: the bytes up to the end are vacant (I2), allocated (I6), and this is the only
        // producer (I4).
        unsafe { self.shared.storage.write(self.offset, front) };
        // SAFETY: so are the bytes at the front, to which the rest wraps.
        unsafe { self.shared.storage.write(0, back) };
        self.role.initialised = self.capacity();
        self.advance(bytes.len(), back.len());
    }

    /// Continues at the front of the storage. The ring is empty.
    #[inline]
    fn rewind(&mut self) {
        if self.offset > 0 {
            self.role.initialised = self.role.initialised.max(self.offset);
            self.offset = 0;
            // ORDERING(P): Relaxed. Only this side writes it, and the next publication hands it
            // over.
            let rewinds = self.shared.rewinds.load(Ordering::Relaxed).wrapping_add(1);
            self.shared.rewinds.store(rewinds, Ordering::Relaxed);
        }
    }

    /// Available space, `min` bytes at least if there are so many. The second slice continues the
    /// first, where that wraps.
    pub(crate) fn spare_slices(&mut self, min: usize) -> (&mut [u8], &mut [u8]) {
        if self.available == 0 {
            return (&mut [], &mut []);
        }
        self.role.lent_at = self.position;
        self.initialise(self.available.min(min.max(AHEAD)));
        let (first, second) = index::split_at_wrap(self.capacity(), self.offset, self.available);
        let first = first.min(self.role.initialised - self.offset);
        // Space wraps where the producer has come to the end of the storage.
        let second = if self.role.initialised == self.capacity() {
            second
        } else {
            0
        };
        // SAFETY: these bytes are vacant (I2), allocated (I6) and initialised (I5). This is the
        // only producer (I4), and the slices borrow it.
        let front = unsafe { self.shared.storage.slice_mut(self.offset, first) };
        // SAFETY: so are the bytes at the front, to which the space wraps. They are not in `front`.
        let back = unsafe { self.shared.storage.slice_mut(0, second) };
        (front, back)
    }

    /// Forgets the space that was lent last, so that the producer may rewind.
    pub(crate) fn end_loan(&mut self) {
        self.role.lent_at = NOT_LENT;
    }

    /// Moves the tail past the next `n` bytes, as they were left in
    /// [`spare_slices`](Self::spare_slices). Panics if fewer are available.
    #[track_caller]
    pub(crate) fn commit(&mut self, n: usize) {
        let free = self.available;
        assert!(n <= free, "cannot commit {n} bytes: {free} are free");
        self.initialise(n);
        let continues_loan = self.role.lent_at == self.position;
        self.advance(n, index::wrap(self.capacity(), self.offset, n));
        if continues_loan {
            self.role.lent_at = self.position;
        }
    }

    /// Establishes I5 for the next `n` available bytes: zeroes those that have never been written.
    fn initialise(&mut self, n: usize) {
        let from = self.role.initialised.max(self.offset);
        let to = self.capacity().min(self.offset + n);
        if from < to {
            // SAFETY: these bytes are vacant (I2), allocated (I6), and this is the only producer
            // (I4).
            unsafe { self.shared.storage.zero(from, to - from) };
        }
        self.role.initialised = from.max(to);
    }

    /// Allocates the storage, unless that has been done.
    #[inline]
    pub(crate) fn allocate(&mut self) -> Result<(), OutOfMemory> {
        match self.shared.storage.is_allocated() {
            true => Ok(()),
            false => self.shared.storage.allocate(),
        }
    }
}
