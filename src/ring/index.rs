//! Positions in a ring, and nothing but arithmetic.
//!
//! A position counts bytes since the ring was made, modulo `2 * capacity`. Twice the capacity,
//! because then equal positions can only mean an empty ring and positions one capacity apart a full
//! one: no slot is wasted to tell the two apart, any capacity will do, and going from a position to
//! an offset in the storage takes a subtraction where a modulo would take a division.
//!
//! Everything here holds for `1 <= capacity <= MAX_CAPACITY`, positions below `2 * capacity` and
//! lengths of `capacity` at most; the largest sum is then below `3 * MAX_CAPACITY`, which fits.

use core::ops::Range;

/// The largest capacity in bytes. Twice as much still leaves the top bit of a position unused.
pub(crate) const MAX_CAPACITY: usize = isize::MAX as usize / 2;

/// How many bytes lie between `head` and `tail`.
#[inline]
pub(super) fn distance(capacity: usize, head: usize, tail: usize) -> usize {
    if tail >= head {
        tail - head
    } else {
        tail + 2 * capacity - head
    }
}

/// The position `n` bytes after `position`.
#[inline]
pub(super) fn advance(capacity: usize, position: usize, n: usize) -> usize {
    let next = position + n;
    if next >= 2 * capacity {
        next - 2 * capacity
    } else {
        next
    }
}

/// Where in the storage the `n` bytes from `position` lie: one range, and the rest of them at the
/// front of the storage if they wrap.
#[inline]
pub(super) fn spans(capacity: usize, position: usize, n: usize) -> (Range<usize>, Range<usize>) {
    let start = if position >= capacity {
        position - capacity
    } else {
        position
    };
    let first = n.min(capacity - start);
    (start..start + first, 0..n - first)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Every capacity up to 6 with every position and length, against counting one by one.
    #[test]
    fn small_rings_exhaustively() {
        for capacity in 1..=6 {
            for head in 0..2 * capacity {
                for n in 0..=capacity {
                    let tail = (0..n).fold(head, |at, _| (at + 1) % (2 * capacity));
                    assert_eq!(advance(capacity, head, n), tail);
                    assert_eq!(distance(capacity, head, tail), n);

                    let (first, second) = spans(capacity, head, n);
                    let offsets: Vec<_> = first.chain(second).collect();
                    let expected: Vec<_> = (0..n).map(|i| (head + i) % capacity).collect();
                    assert_eq!(offsets, expected, "capacity {capacity}, {head} + {n}");
                }
            }
        }
    }

    #[test]
    fn the_largest_capacity_does_not_overflow() {
        let last = 2 * MAX_CAPACITY - 1;
        assert_eq!(last & (1 << (usize::BITS - 1)), 0);
        assert_eq!(advance(MAX_CAPACITY, last, MAX_CAPACITY), MAX_CAPACITY - 1);
        assert_eq!(distance(MAX_CAPACITY, last, MAX_CAPACITY - 1), MAX_CAPACITY);
        assert_eq!(
            spans(MAX_CAPACITY, last, MAX_CAPACITY),
            (MAX_CAPACITY - 1..MAX_CAPACITY, 0..MAX_CAPACITY - 1)
        );
    }
}
