//! The side that reads.

use core::mem;

use super::copy::copy;
use super::{index, Half, OutOfMemory, Producer, Role, Side};
use crate::sync::Ordering;

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
    fn occupied(own: usize, peer: usize) -> usize {
        index::distance(own, peer)
    }

    #[inline]
    fn available(_capacity: usize, occupied: usize) -> usize {
        occupied
    }

    #[inline]
    fn refresh<S, W>(half: &mut Half<Self, S, W>, _want: usize) -> Result<(), OutOfMemory> {
        // The tail first: it orders the count of rewinds.
        let len = half.len();
        // ORDERING(P): Relaxed. The tail, which was loaded before, orders it.
        let rewinds = half.shared.rewinds.load(Ordering::Relaxed);
        if rewinds != half.role.rewinds {
            // The producer rewound when the ring was empty, which is where this side stands.
            debug_assert_eq!(half.available, 0, "I3: bytes before a rewind are left");
            half.role.rewinds = rewinds;
            half.offset = 0;
        }
        half.available = len;
        Ok(())
    }
}

impl<S, W> Half<Consumer, S, W> {
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

    /// Passes the next `n` bytes, or all available ones if there are fewer, to `take`: in one
    /// slice, or in two where they wrap. Returns how many bytes that is. The producer gets their
    /// space back at [`publish`](Self::publish).
    #[inline]
    pub(crate) fn read_with(&mut self, n: usize, mut take: impl FnMut(&[u8])) -> usize {
        let n = n.min(self.available);
        if n == 0 {
            return 0;
        }
        let offset = self.offset;
        let to_end = self.capacity() - offset;
        if n <= to_end {
            // Before the copy, so that less has to be kept in registers across a call of `memcpy`.
            self.advance(n, if n == to_end { 0 } else { offset + n });
            // SAFETY: these `n` bytes were occupied (I3), so they were allocated and written (I6).
            // The producer does not write to them before this side publishes.
            take(unsafe { self.shared.storage.slice(offset, n) });
        } else {
            let (front, back) = self.slices();
            let in_back = n - front.len();
            take(front);
            take(&back[..in_back]);
            self.advance(n, in_back);
        }
        n
    }

    /// Copies available bytes into `buf`, as many as it holds, and returns how many that is. The
    /// producer gets their space back at [`publish`](Self::publish).
    #[inline]
    pub(crate) fn read(&mut self, buf: &mut [u8]) -> usize {
        let mut rest = buf;
        self.read_with(rest.len(), |bytes| {
            let (target, others) = mem::take(&mut rest).split_at_mut(bytes.len());
            // SAFETY: `target` has as many bytes as `bytes`. Nothing overlaps a slice that can be
            // written to.
            unsafe { copy(bytes.as_ptr(), target.as_mut_ptr(), bytes.len()) };
            rest = others;
        })
    }

    /// Moves the head past the next `n` bytes. Panics if fewer are available.
    #[inline]
    #[track_caller]
    pub(crate) fn consume(&mut self, n: usize) {
        let unread = self.available;
        assert!(n <= unread, "cannot consume {n} bytes: {unread} are unread");
        self.advance(n, index::wrap(self.capacity(), self.offset, n));
    }
}
