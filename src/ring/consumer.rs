//! The side that reads.

use core::mem;

use super::copy::copy;
use super::{index, Half, Role, Side};

/// The role of the half that reads. Its own position is the head.
pub(crate) struct Consumer;

impl Role for Consumer {
    const SIDE: Side = Side::Consumer;

    #[inline]
    fn new() -> Self {
        Self
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
    fn follow<S, W>(half: &mut Half<Self, S, W>) {
        if half.shared.exchange.has_offer() {
            half.take_offer();
        }
    }
}

impl<S, W> Half<Consumer, S, W> {
    /// Goes on in the storage that is offered, or at the front of this one.
    #[cold]
    fn take_offer(&mut self) {
        if let Some(new) = self.shared.exchange.take() {
            let old = mem::replace(&mut self.storage, new);
            // SAFETY: the producer has left the old one, and what it copied out of it is done:
            // taking its successor was an Acquire (G). This is the only consumer (I4), and its
            // slices have been given back.
            unsafe { old.free() };
        }
        self.offset = index::distance(self.storage.begin(), self.position);
    }

    /// The available bytes. The second slice continues the first, where that wraps.
    #[inline]
    pub(crate) fn slices(&self) -> (&[u8], &[u8]) {
        let (first, second) = (self.contiguous, self.beyond);
        // SAFETY: these bytes are occupied (I3), so they were allocated and written (I6). The
        // producer does not write to them before they are consumed and published, and the slices
        // borrow the only consumer (I4) until then.
        let front = unsafe { self.storage.slice(self.offset, first) };
        // SAFETY: so are the bytes at the front, to which the occupied ones wrap.
        let back = unsafe { self.storage.slice(0, second) };
        if front.is_empty() {
            // This side has come to the end of the storage, and has not looked since.
            return (back, front);
        }
        (front, back)
    }

    /// Passes the next `n` bytes, or all available ones if there are fewer, to `take`: in one
    /// slice, or in two where they wrap. Returns how many bytes that is. The producer gets their
    /// space back at [`publish`](Self::publish).
    #[inline]
    pub(crate) fn read_with(&mut self, n: usize, mut take: impl FnMut(&[u8])) -> usize {
        let n = if n <= self.contiguous {
            n
        } else if self.beyond == 0 {
            self.contiguous
        } else {
            return self.read_around(n, &mut take);
        };
        self.read_piece(n, take);
        n
    }

    /// Passes the next `n` bytes, which do not wrap, to `take`.
    #[inline(always)]
    fn read_piece(&mut self, n: usize, take: impl FnOnce(&[u8])) {
        let offset = self.offset;
        // Before the copy, so that less has to be kept in registers across a call of `memcpy`.
        self.advance(n);
        // SAFETY: these `n` bytes were occupied (I3), so they were allocated and written (I6). The
        // producer does not write to them before this side publishes.
        take(unsafe { self.storage.slice(offset, n) });
    }

    /// [`read_with`](Self::read_with) where the bytes wrap.
    #[cold] // Once in a round, and in the way of the other reads.
    fn read_around(&mut self, n: usize, take: &mut dyn FnMut(&[u8])) -> usize {
        let front = self.contiguous;
        self.read_piece(front, &mut *take);
        self.locate_rest();
        let back = self.contiguous.min(n - front);
        self.read_piece(back, take);
        front + back
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
}
