//! Positions in a ring, and nothing but arithmetic.
//!
//! A position counts the bytes since the ring was made. It counts in steps of 4, which leaves two bits
//! for marks below the count, and wraps when the word does. A quarter of the word's range is
//! more than any capacity: so equal positions can only mean an empty ring, no slot is wasted to tell an
//! empty ring from a full one, and any capacity will do.
//!
//! Where a position lies in the storage does not follow from it: each side keeps that as an offset of
//! its own, because the producer may go back to the front early.
//!
//! Everything here holds for `1 <= capacity <= MAX_CAPACITY`, offsets below the capacity and lengths of
//! `capacity` at most.

/// The largest capacity in bytes: positions tell that many bytes from none.
pub(crate) const MAX_CAPACITY: usize = isize::MAX as usize / 2;

/// The marks that one side leaves in the other's position: it asks to be told when that moves.
pub(super) const REQUESTS: usize = 3;

const STEP_BITS: u32 = REQUESTS.count_ones();

/// How many bytes lie between `head` and `tail`, whatever their marks are.
#[inline]
pub(super) fn distance(head: usize, tail: usize) -> usize {
    (tail & !REQUESTS).wrapping_sub(head & !REQUESTS) >> STEP_BITS
}

/// The position `n` bytes after `position`, with the same marks.
#[inline]
pub(super) fn advance(position: usize, n: usize) -> usize {
    position.wrapping_add(n << STEP_BITS)
}

/// Where in the storage the next byte lies after `n` more from `offset` on.
#[inline]
pub(super) fn wrap(capacity: usize, offset: usize, n: usize) -> usize {
    let next = offset + n;
    if next >= capacity {
        next - capacity
    } else {
        next
    }
}

/// How many of the `n` bytes from `offset` on lie there, and how many at the front of the storage because
/// they wrap.
#[inline]
pub(super) fn spans(capacity: usize, offset: usize, n: usize) -> (usize, usize) {
    let first = n.min(capacity - offset);
    (first, n - first)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Every capacity up to 6 with every offset and length, against counting one by one.
    #[test]
    fn small_rings_exhaustively() {
        for capacity in 1..=6 {
            for offset in 0..capacity {
                for n in 0..=capacity {
                    let expected: Vec<_> = (0..n).map(|i| (offset + i) % capacity).collect();
                    let (first, second) = spans(capacity, offset, n);
                    let offsets: Vec<_> = (offset..offset + first).chain(0..second).collect();
                    assert_eq!(offsets, expected, "capacity {capacity}, {offset} + {n}");
                    assert_eq!(wrap(capacity, offset, n), (offset + n) % capacity);
                }
            }
        }
    }

    /// Positions close to where the word wraps, with all marks, at the largest capacity and below.
    #[test]
    fn distances_hold_across_the_end_of_the_word() {
        for start in [0, 8, usize::MAX & !REQUESTS, (usize::MAX - 20) & !REQUESTS] {
            for marks in 0..=REQUESTS {
                for n in [0, 1, 5, 6, MAX_CAPACITY - 1, MAX_CAPACITY] {
                    let end = advance(start | marks, n);
                    assert_eq!(end & REQUESTS, marks);
                    for other in 0..=REQUESTS {
                        assert_eq!(distance(start | other, end), n);
                    }
                }
            }
        }
    }

    #[test]
    fn the_largest_capacity_does_not_overflow() {
        let last = MAX_CAPACITY - 1;
        assert_eq!(wrap(MAX_CAPACITY, last, MAX_CAPACITY), last);
        assert_eq!(spans(MAX_CAPACITY, last, MAX_CAPACITY), (1, last));
    }
}
