//! The side that writes.

use alloc::alloc::handle_alloc_error;

use super::index;
use super::{Half, OutOfMemory, Role, State};

/// The side that writes: its own position is the tail.
pub(crate) type Producer<S> = Half<S, Producing>;

/// As many bytes a producer writes before it looks whether the ring is empty, if nothing else makes it
/// look. Half a page: so that small messages, wherever the storage lies in its page, mostly keep to one.
const WINDOW: usize = 2048;

/// The role of a [`Producer`].
#[derive(Default)]
pub(crate) struct Producing {
    /// How many bytes at the front of the storage have been written for sure, as `spare_slices` needs it:
    /// none or all. (A flag would leave a gap in the half, which is then copied and not made in its place.)
    written: usize,
    /// How many vacant bytes the producer made use of after its last look, if it found as many.
    window: usize,
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

    fn refresh<S: State>(half: &mut Producer<S>, want: usize) {
        if let Err(OutOfMemory(layout)) = half.allocate() {
            handle_alloc_error(layout);
        }
        let occupied = half.occupied();
        let vacant = Self::ready(half.capacity(), occupied);
        if occupied == 0 {
            half.start_over();
            half.role.window = WINDOW;
        } else if half.role.window < vacant {
            half.role.window *= 2;
        }
        half.ready = vacant.min(half.role.window.max(want));
    }
}

impl<S: State> Producer<S> {
    /// Copies the front of `bytes` into the vacant space, as much as fits, and returns how much
    /// that was. The consumer sees none of it before [`publish`](Self::publish).
    #[inline]
    pub(crate) fn push(&mut self, bytes: &[u8]) -> usize {
        let n = bytes.len().min(self.ready);
        let bytes = &bytes[..n];
        let to_end = self.capacity() - self.offset;
        if n < to_end {
            // SAFETY: by I2 these `n` bytes are vacant, by I4 nobody else writes vacant bytes, and by
            // I6 they are there.
            unsafe { self.shared.storage.write(self.offset, bytes) };
            self.advance_to(n, self.offset + n);
        } else {
            let (front, back) = bytes.split_at(to_end);
            // SAFETY: as above.
            unsafe { self.shared.storage.write(self.offset, front) };
            if !back.is_empty() {
                // SAFETY: as above; the wrapped part of the same vacant bytes.
                unsafe { self.shared.storage.write(0, back) };
            }
            self.advance_to(n, back.len());
        }
        n
    }

    /// The vacant bytes, going by the head last seen: the second slice follows the first. What has
    /// never been written is zeroed before it is lent.
    pub(crate) fn spare_slices(&mut self) -> (&mut [u8], &mut [u8]) {
        self.initialise();
        let (first, second) = index::spans(self.capacity(), self.offset, self.ready);
        // SAFETY: by I2 these bytes are vacant, by I4 nobody else accesses them while the borrow of
        // `self` lasts, by I5 each has been written, and by I6 they are there.
        let front = unsafe { self.shared.storage.slice_mut(self.offset, first) };
        // SAFETY: as above; the wrapped part of the same vacant bytes, apart from the first.
        let back = unsafe { self.shared.storage.slice_mut(0, second) };
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

    /// Sees to it that the storage is there, which otherwise the first look for space does.
    #[inline]
    pub(crate) fn allocate(&mut self) -> Result<(), OutOfMemory> {
        // SAFETY: by I4 there is no other producer, and by I6 the consumer does not get at the storage
        // before it has found bytes in it.
        unsafe { self.shared.storage.allocate() }
    }

    /// Brings about I5, once: zeroes all that is vacant. What is occupied has been written.
    fn initialise(&mut self) {
        if self.role.written == self.capacity() {
            return;
        }
        let vacant = Producing::ready(self.capacity(), self.occupied());
        let (first, second) = index::spans(self.capacity(), self.offset, vacant);
        // SAFETY: by I2 these bytes are vacant, by I4 nobody else writes vacant bytes, and by I6 they
        // are there.
        unsafe { self.shared.storage.zero(self.offset, first) };
        // SAFETY: as above; the wrapped part of the same vacant bytes.
        unsafe { self.shared.storage.zero(0, second) };
        self.role.written = self.capacity();
    }

    /// Goes on at the front of the storage. Nothing is occupied.
    fn start_over(&mut self) {
        if self.offset > 0 {
            self.shared.restarts.add();
            self.offset = 0;
        }
    }
}
