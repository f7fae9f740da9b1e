//! The side that writes.

use super::{index, Half, OutOfMemory, Role, Side};
use crate::ring::consumer::Consumer;

/// How many bytes the producer uses after a rewind before it reloads the head. Half a page, so that
/// small messages mostly stay within one page wherever the storage begins.
const WINDOW: usize = 2048;

/// The role of the half that writes. Its own position is the tail.
pub(crate) struct Producer {
    /// How many bytes the producer may use between two loads of the head. Detecting an empty ring
    /// takes such a load, so a producer that never reloaded would never rewind. 0 until the storage
    /// is known to be allocated.
    window: usize,
    /// The position up to which the slices that were lent last are committed. While that is the
    /// producer's position, it does not rewind, so that the rest can still be committed.
    lent_at: usize,
    /// 0, or the capacity once every byte of the storage has been initialised.
    initialised: usize,
}

/// No position: those have no bits set below the step.
const NOT_LENT: usize = usize::MAX;

impl Role for Producer {
    type Peer = Consumer;
    const SIDE: Side = Side::Producer;

    #[inline]
    fn new() -> Self {
        Self {
            window: 0,
            lent_at: NOT_LENT,
            initialised: 0,
        }
    }

    #[inline]
    fn available(capacity: usize, len: usize) -> usize {
        capacity - len
    }

    fn reload<S>(half: &mut Half<Self, S>, want: usize) -> Result<(), OutOfMemory> {
        if half.role.window == 0 {
            half.allocate()?;
        }
        let len = half.len();
        let vacant = Self::available(half.capacity(), len);
        if len == 0 {
            half.rewind();
            half.role.window = WINDOW;
        } else if half.role.window < vacant {
            // The ring is in use, so the next reload can wait for longer.
            half.role.window *= 2;
        }
        half.available = vacant.min(half.role.window.max(want));
        Ok(())
    }
}

impl<S> Half<Producer, S> {
    /// Copies the front of `bytes` into the available space, as much as fits, and returns how many
    /// bytes that is. The consumer sees them after [`publish`](Self::publish).
    #[inline]
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        let n = bytes.len().min(self.available);
        let bytes = &bytes[..n];
        let offset = self.offset;
        let to_end = self.capacity() - offset;
        if n <= to_end {
            // Before the copy, so that less has to be kept in registers across a call of `memcpy`.
            self.advance_to(n, offset + n);
            if n == to_end {
                self.offset = 0;
            }
            // SAFETY: these `n` bytes are vacant (I2), allocated if there are any (I6), and this is
            // the only producer (I4).
            unsafe { self.shared.storage.write(offset, bytes) };
        } else {
            self.write_around(bytes);
        }
        n
    }

    /// Copies all of `bytes`, which reach the end of the storage, into the available space.
    #[cold] // Once in a round, and in the way of the other writes.
    fn write_around(&mut self, bytes: &[u8]) {
        let (front, back) = bytes.split_at(self.capacity() - self.offset);
        // SAFETY: the bytes up to the end are vacant (I2), allocated (I6), and this is the only
        // producer (I4).
        unsafe { self.shared.storage.write(self.offset, front) };
        if !back.is_empty() {
            // SAFETY: so are the bytes at the front, to which the rest wraps.
            unsafe { self.shared.storage.write(0, back) };
        }
        self.advance_to(bytes.len(), back.len());
    }

    /// The available space. The second slice continues the first, where that wraps.
    pub(crate) fn spare_slices(&mut self) -> (&mut [u8], &mut [u8]) {
        if self.available == 0 {
            return (&mut [], &mut []);
        }
        self.initialise();
        self.role.lent_at = self.position;
        let (first, second) = index::split_at_wrap(self.capacity(), self.offset, self.available);
        // SAFETY: these bytes are vacant (I2), allocated (I6) and initialised (I5). This is the
        // only producer (I4), and the slices borrow it.
        let front = unsafe { self.shared.storage.slice_mut(self.offset, first) };
        // SAFETY: so are the bytes at the front, to which the space wraps. They are not in `front`.
        let back = unsafe { self.shared.storage.slice_mut(0, second) };
        (front, back)
    }

    /// Moves the tail past the next `n` bytes, as they were left in
    /// [`spare_slices`](Self::spare_slices). Panics if fewer are available.
    #[track_caller]
    pub(crate) fn commit(&mut self, n: usize) {
        let vacant = self.available;
        assert!(n <= vacant, "cannot commit {n} bytes: {vacant} are vacant");
        self.initialise();
        let continues_loan = self.role.lent_at == self.position;
        self.advance(n);
        if continues_loan {
            self.role.lent_at = self.position;
        }
    }

    /// Allocates the storage. The first reload does this otherwise.
    pub(crate) fn allocate(&mut self) -> Result<(), OutOfMemory> {
        // SAFETY: this is the only producer (I4), and the consumer does not access the storage
        // before it has found bytes in it (I6).
        unsafe { self.shared.storage.allocate() }
    }

    /// Establishes I5: zeroes the vacant bytes, once. The others have been written.
    fn initialise(&mut self) {
        if self.role.initialised == self.capacity() {
            return;
        }
        let vacant = Producer::available(self.capacity(), self.len());
        let (first, second) = index::split_at_wrap(self.capacity(), self.offset, vacant);
        // SAFETY: these bytes are vacant (I2), allocated (I6), and this is the only producer (I4).
        unsafe { self.shared.storage.zero(self.offset, first) };
        // SAFETY: so are the bytes at the front, to which the vacant ones wrap.
        unsafe { self.shared.storage.zero(0, second) };
        self.role.initialised = self.capacity();
    }

    /// Continues at the front of the storage. The ring is empty.
    ///
    /// Not where spare slices were lent: a commit sends the bytes that were left in them.
    fn rewind(&mut self) {
        if self.offset > 0 && self.role.lent_at != self.position {
            self.shared.rewinds.add();
            self.offset = 0;
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::ring::ring;
    use alloc::vec;

    /// Reloads the head to write at least `want` bytes, writes all that it may, and returns how
    /// many bytes that is.
    fn write(producer: &mut Half<Producer, ()>, want: usize) -> usize {
        producer.refresh(want).unwrap();
        let n = producer.write(&vec![0; producer.capacity()]);
        producer.publish();
        n
    }

    fn read(consumer: &mut Half<Consumer, ()>, n: usize) {
        consumer.refresh(n).unwrap();
        assert_eq!(consumer.read(&mut vec![0; n]), n);
        consumer.publish();
    }

    #[test]
    fn the_window_doubles_while_the_ring_is_in_use() {
        let (_consumer, mut producer) = ring(8 * WINDOW, || ()).unwrap();
        let windows = [1; 4].map(|want| write(&mut producer, want) / WINDOW);
        assert_eq!(windows, [1, 2, 4, 1]);
    }

    #[test]
    fn the_window_stays_where_no_more_is_vacant() {
        let (mut consumer, mut producer) = ring(8 * WINDOW, || ()).unwrap();
        assert_eq!(write(&mut producer, 7 * WINDOW), 7 * WINDOW);
        assert_eq!(write(&mut producer, 1), WINDOW);
        read(&mut consumer, 7 * WINDOW);
        assert_eq!(write(&mut producer, 1), 2 * WINDOW);
    }

    #[test]
    fn an_empty_ring_resets_the_window() {
        let (mut consumer, mut producer) = ring(8 * WINDOW, || ()).unwrap();
        let written = write(&mut producer, 1) + write(&mut producer, 1);
        assert_eq!(written, 3 * WINDOW);
        read(&mut consumer, written);
        assert_eq!(write(&mut producer, 1), WINDOW);
    }
}
