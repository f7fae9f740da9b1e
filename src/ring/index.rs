//! Arithmetic on positions and offsets.
//!
//! A *position* counts the bytes since the ring was made. It counts in steps of 2, which leaves the
//! lowest bit of the word to a [cursor](super::cursor), and it wraps when the word does. Half of
//! the word's range is more than any capacity, so equal positions always mean an empty ring: no
//! slot is kept free to tell an empty ring from a full one, and no capacity is rounded.
//!
//! An *offset* says where in the storage a position lies. Each side keeps its own, because the
//! producer may rewind to the front of the storage early, and because deriving the offset from the
//! position would take a division.
//!
//! Everything here holds for `1 <= capacity <= MAX_CAPACITY`, offsets below the capacity, and
//! lengths of at most `capacity`.

/// The largest capacity in bytes. Positions can tell this many bytes from none, and a position that
/// is this far ahead from one that is this far behind.
pub(crate) const MAX_CAPACITY: usize = isize::MAX as usize / 2;

/// The bit of a word that says that the other side waits for its position to move.
pub(super) const WAITS: usize = 1;

/// The number of bytes from `head` to `tail`.
#[inline]
pub(super) fn distance(head: usize, tail: usize) -> usize {
    tail.wrapping_sub(head) / 2
}

/// The position `n` bytes after `position`.
#[inline]
pub(super) fn advance(position: usize, n: usize) -> usize {
    debug_assert!(n <= MAX_CAPACITY, "a position moves by a capacity at most");
    position.wrapping_add(n * 2)
}

/// Whether `position` is `target` or lies after it. They are at most a capacity apart.
#[inline]
pub(crate) fn is_reached(position: usize, target: usize) -> bool {
    position.wrapping_sub(target) as isize >= 0
}

/// The offset `n` bytes after `offset`.
#[inline]
pub(super) fn wrap(capacity: usize, offset: usize, n: usize) -> usize {
    debug_assert!(
        offset < capacity && n <= capacity,
        "{offset} + {n} in {capacity}"
    );
    let next = offset + n;
    if next >= capacity {
        next - capacity
    } else {
        next
    }
}

/// How the `n` bytes from `offset` on lie in the storage: the length of the part that begins at
/// `offset`, and the length of the part that has wrapped to the front.
#[inline]
pub(super) fn split_at_wrap(capacity: usize, offset: usize, n: usize) -> (usize, usize) {
    debug_assert!(
        offset < capacity && n <= capacity,
        "{offset} + {n} in {capacity}"
    );
    let first = n.min(capacity - offset);
    (first, n - first)
}

#[cfg(all(test, not(any(loom, shuttle))))]
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
                    let (first, second) = split_at_wrap(capacity, offset, n);
                    let offsets: Vec<_> = (offset..offset + first).chain(0..second).collect();
                    assert_eq!(offsets, expected, "capacity {capacity}, {offset} + {n}");
                    assert_eq!(wrap(capacity, offset, n), (offset + n) % capacity);
                }
            }
        }
    }

    /// Positions close to where the word wraps.
    #[test]
    fn distances_hold_across_the_end_of_the_word() {
        let last = usize::MAX & !WAITS;
        for start in [0, 8, last, last - 20] {
            for n in [0, 1, 5, 6, MAX_CAPACITY - 1, MAX_CAPACITY] {
                let end = advance(start, n);
                assert_eq!(end & WAITS, 0);
                assert_eq!(distance(start, end), n);
                assert!(is_reached(end, start));
                assert_eq!(is_reached(start, end), n == 0);
            }
        }
    }

    #[test]
    fn the_largest_capacity_does_not_overflow() {
        let last = MAX_CAPACITY - 1;
        assert_eq!(wrap(MAX_CAPACITY, last, MAX_CAPACITY), last);
        let halves = (1, MAX_CAPACITY - 1);
        assert_eq!(split_at_wrap(MAX_CAPACITY, last, MAX_CAPACITY), halves);
    }
}
