//! Arithmetic on positions.
//!
//! A *position* counts the bytes since the ring was made. It counts in steps of 2, which leaves the
//! lowest bit of the word to a [cursor](super::cursor), and it wraps when the word does. Half of
//! the word's range is more than any capacity, so equal positions always mean an empty ring: no
//! slot is kept free to tell an empty ring from a full one, and no capacity is rounded.
//!
//! Where in the storage a position lies is its *offset*. Each side keeps its own, because deriving
//! it from the position would take a division.

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

/// The position `n` bytes before `position`.
#[inline]
pub(super) fn retreat(position: usize, n: usize) -> usize {
    position.wrapping_sub(advance(0, n))
}

/// Whether `position` is `target` or lies after it. They are at most a capacity apart.
#[inline]
pub(crate) fn is_reached(position: usize, target: usize) -> bool {
    position.wrapping_sub(target) as isize >= 0
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    /// Positions close to where the word wraps.
    #[test]
    fn distances_hold_across_the_end_of_the_word() {
        let last = usize::MAX & !WAITS;
        for start in [0, 8, last, last - 20] {
            for n in [0, 1, 5, 6, MAX_CAPACITY - 1, MAX_CAPACITY] {
                let end = advance(start, n);
                assert_eq!(end & WAITS, 0);
                assert_eq!(distance(start, end), n);
                assert_eq!(retreat(end, n), start);
                assert!(is_reached(end, start));
                assert_eq!(is_reached(start, end), n == 0);
            }
        }
    }
}
