//! The side that writes.

use super::storage::Storage;
use super::{index, Half, OutOfMemory, Role, Side};

/// How many bytes of the storage a loan initialises at the most, unless the caller has asked for
/// more. Few in the models, whose pipes are small.
const AHEAD: usize = if cfg!(any(loom, shuttle)) {
    2
} else {
    16 << 10
};

/// The size of the first storage, unless the capacity is smaller or the first write needs more.
/// With its header it takes less than 1 KiB, which allocators serve fast. A multiple of 64, so that
/// messages of a power of two up to there do not wrap. Few bytes in the models, so that those of
/// `models/growth.rs` need few.
const FIRST: usize = if cfg!(any(loom, shuttle)) { 3 } else { 960 };

/// The role of the half that writes. Its own position is the tail.
pub(crate) struct Producer {
    /// Every byte of the storage before this offset has been written: I5.
    initialised: usize,
}

impl Role for Producer {
    const SIDE: Side = Side::Producer;

    #[inline]
    fn new() -> Self {
        Self { initialised: 0 }
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
    fn reserve<S, W>(half: &mut Half<Self, S, W>, n: usize) -> Result<(), OutOfMemory> {
        if n <= half.contiguous || half.beyond == 0 {
            return Ok(());
        }
        half.grow(n.min(half.available()))
    }

    #[inline]
    fn wrap(&mut self, size: usize) {
        self.initialised = size;
    }
}

impl<S, W> Half<Producer, S, W> {
    /// Copies the front of `bytes` into the allocated space, as much as fits, and returns how many
    /// bytes that is. The consumer sees them after [`publish`](Self::publish).
    #[inline]
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        let n = if bytes.len() <= self.contiguous {
            bytes.len()
        } else if self.beyond == 0 {
            self.contiguous
        } else {
            return self.write_around(bytes);
        };
        self.write_piece(&bytes[..n]);
        n
    }

    /// [`write`](Self::write) where the space wraps.
    #[cold] // Once in a round, and in the way of the other writes.
    fn write_around(&mut self, bytes: &[u8]) -> usize {
        if self.available() == self.capacity() {
            self.rewind();
        }
        let n = bytes.len().min(self.allocated());
        let (front, back) = bytes[..n].split_at(n.min(self.contiguous));
        self.write_piece(front);
        if !back.is_empty() {
            self.locate_rest();
            self.write_piece(back);
        }
        n
    }

    /// Goes on at the front of the storage, because the ring is empty.
    fn rewind(&mut self) {
        self.storage.rewind(self.position);
        self.shared.exchange.rewind();
        self.initialise(0); // Takes note of what lies before the offset.
        self.offset = 0;
        self.locate(0);
    }

    /// Copies all of `bytes` to the current offset, where there is space for them.
    #[inline(always)]
    fn write_piece(&mut self, bytes: &[u8]) {
        let offset = self.offset;
        // Before the copy, so that less has to be kept in registers across a call of `memcpy`.
        self.advance(bytes.len());
        // SAFETY: these bytes are vacant (I2) and allocated (I6), and this is the only producer
        // (I4).
        unsafe { self.storage.write(offset, bytes) };
    }

    /// How much of the available space is allocated.
    fn allocated(&self) -> usize {
        self.available() - (self.capacity() - self.storage.size())
    }

    /// Goes on in a larger storage, unless `n` of the available bytes are allocated. The head, as
    /// this side knows it, gets the offset 0 there.
    #[cold]
    fn grow(&mut self, n: usize) -> Result<(), OutOfMemory> {
        if n <= self.allocated() {
            return Ok(());
        }
        let (old, old_size, capacity) = (self.storage, self.storage.size(), self.capacity());
        let available = self.available();
        let occupied = capacity - available;
        let size = (occupied + n).max(2 * old_size).max(FIRST);
        let head = index::retreat(self.position, occupied);
        let new = Storage::allocate(size.min(capacity), head)?;
        if old != Storage::NONE {
            // All bytes of the old one are copied, with those that are lent or uninitialised.
            let front = if self.offset < occupied {
                old_size + self.offset - occupied
            } else {
                self.offset - occupied
            };
            let to_end = old_size - front;
            // SAFETY: nothing else knows the new storage yet. The old one is alive (I6), and
            // nothing is written to it: the consumer only reads, this is the only producer (I4),
            // and its slices have been given back.
            unsafe { new.copy(0, old, front, to_end) };
            // SAFETY: as above. The new storage is larger than the old one.
            unsafe { new.copy(to_end, old, 0, front) };
            let initialised = self.initialise(0);
            if initialised < old_size {
                // The ring has not wrapped. What lies before the front was copied behind the rest.
                self.role.initialised = initialised - front;
            }
        }
        let untaken = self.shared.exchange.offer(new);
        debug_assert!([Storage::NONE, Storage::REWOUND, old].contains(&untaken));
        // SAFETY: this is no storage, or the old one, which this side leaves. The consumer accesses
        // only what it has taken (I6), and cannot take this one any more.
        unsafe { untaken.free() };
        self.storage = new;
        self.offset = occupied;
        self.locate(occupied);
        Ok(())
    }

    /// Available space, `min` bytes at least if there are so many and the allocator does not
    /// refuse. The second slice continues the first, where that wraps.
    pub(crate) fn spare_slices(&mut self, min: usize) -> (&mut [u8], &mut [u8]) {
        let wanted = self.available().min(min.max(AHEAD));
        // If the allocator refuses, what is there is lent.
        let _ = Producer::reserve(self, wanted);
        let allocated = self.allocated();
        let initialised = self.initialise(allocated.min(wanted));
        let first = self.contiguous.min(initialised - self.offset);
        // Space wraps where the producer has come to the end of the storage.
        let second = match initialised == self.storage.size() {
            true => allocated - self.contiguous,
            false => 0,
        };
        // SAFETY: these bytes are vacant (I2), allocated (I6) and initialised (I5). This is the
        // only producer (I4), and the slices borrow it.
        let front = unsafe { self.storage.slice_mut(self.offset, first) };
        // SAFETY: so are the bytes at the front, to which the space wraps. They are not in `front`.
        let back = unsafe { self.storage.slice_mut(0, second) };
        (front, back)
    }

    /// Moves the tail past the next `n` available bytes, as they were left in
    /// [`spare_slices`](Self::spare_slices).
    pub(crate) fn commit(&mut self, n: usize) -> Result<(), OutOfMemory> {
        self.grow(n)?;
        self.initialise(n);
        let front = n.min(self.contiguous);
        self.advance(front);
        if front < n {
            self.locate_rest();
            self.advance(n - front);
        }
        Ok(())
    }

    /// Establishes I5 for the next `n` available bytes: zeroes those that have never been written.
    /// Returns the offset up to which the bytes of the storage have been written then.
    fn initialise(&mut self, n: usize) -> usize {
        let from = self.role.initialised.max(self.offset);
        let to = self.storage.size().min(self.offset + n);
        if from < to {
            // SAFETY: these bytes are vacant (I2), allocated (I6), and this is the only producer
            // (I4).
            unsafe { self.storage.zero(from, to - from) };
        }
        self.role.initialised = from.max(to);
        self.role.initialised
    }
}
