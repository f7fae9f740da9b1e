//! The side that reads.

use super::copy::copy;
use super::{index, Half, OutOfMemory, Role, Side};
use crate::ring::producer::Producer;

/// The role of the half that reads. Its own position is the head.
pub(crate) struct Consumer {
    /// How many rewinds of the producer this side has followed.
    rewinds: usize,
}

impl Role for Consumer {
    type Peer = Producer;
    const SIDE: Side = Side::Consumer;

    #[inline]
    fn new() -> Self {
        Self { rewinds: 0 }
    }

    #[inline]
    fn available(_capacity: usize, len: usize) -> usize {
        len
    }

    #[inline]
    fn reload<S>(half: &mut Half<Self, S>, _want: usize) -> Result<(), OutOfMemory> {
        // The tail first: it orders the count of rewinds.
        let len = half.len();
        let rewinds = half.shared.rewinds.count();
        if rewinds != half.role.rewinds {
            // The producer rewound when the ring was empty, which is where this side stands.
            debug_assert_eq!(
                half.available, 0,
                "I3: bytes from before a rewind are unread"
            );
            half.role.rewinds = rewinds;
            half.offset = 0;
        }
        half.available = len;
        Ok(())
    }
}

impl<S> Half<Consumer, S> {
    /// The available bytes. The second slice continues the first, where that wraps.
    #[inline]
    pub(crate) fn slices(&self) -> (&[u8], &[u8]) {
        if self.available == 0 {
            return (&[], &[]);
        }
        let (first, second) = index::split_at_wrap(self.capacity(), self.offset, self.available);
        // SAFETY: these bytes are occupied (I3), so they were allocated and written (I6). The
        // producer does not write to them before they are consumed and published, and the slices
        // borrow the only consumer (I4) until then.
        let front = unsafe { self.shared.storage.slice(self.offset, first) };
        // SAFETY: so are the bytes at the front, to which the occupied ones wrap.
        let back = unsafe { self.shared.storage.slice(0, second) };
        (front, back)
    }

    /// Copies available bytes into `buf`, as many as it holds, and returns how many that is. The
    /// producer gets their space back at [`publish`](Self::publish).
    #[inline]
    pub(crate) fn read(&mut self, buf: &mut [u8]) -> usize {
        let n = buf.len().min(self.available);
        if n == 0 {
            return 0;
        }
        let offset = self.offset;
        let to_end = self.capacity() - offset;
        if n <= to_end {
            // Before the copy, so that less has to be kept in registers across a call of `memcpy`.
            self.advance_to(n, offset + n);
            if n == to_end {
                self.offset = 0;
            }
            // SAFETY: these `n` bytes were occupied (I3), so they were allocated and written (I6).
            // The producer does not write to them before this side publishes.
            let bytes = unsafe { self.shared.storage.slice(offset, n) };
            // SAFETY: `buf` has `n` bytes, at least one. Nothing overlaps a slice that can be
            // written to.
            unsafe { copy(bytes.as_ptr(), buf.as_mut_ptr(), n) };
        } else {
            self.read_around(&mut buf[..n]);
        }
        n
    }

    /// Fills all of `buf` with available bytes, which reach the end of the storage.
    #[cold] // Once in a round, and in the way of the other reads.
    fn read_around(&mut self, buf: &mut [u8]) {
        let (front, back) = self.slices();
        let (first, second) = buf.split_at_mut(front.len());
        let rest = second.len();
        first.copy_from_slice(front);
        second.copy_from_slice(&back[..rest]);
        self.advance_to(buf.len(), rest);
    }

    /// Moves the head past the next `n` bytes. Panics if fewer are available.
    #[inline]
    #[track_caller]
    pub(crate) fn consume(&mut self, n: usize) {
        let unread = self.available;
        assert!(n <= unread, "cannot consume {n} bytes: {unread} are unread");
        self.advance(n);
    }
}
