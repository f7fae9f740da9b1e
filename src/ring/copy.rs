//! Copies of few bytes without a call.
//!
//! Calling `memcpy`, and saving registers around the call, takes longer than copying a few bytes.
//! Up to 64 bytes are therefore copied here, as two blocks: one begins where the bytes begin, the
//! other ends where they end. Bytes in both blocks are copied twice. glibc's `memcpy` uses the same
//! method behind the call.

use core::mem::size_of;
use core::ptr;

/// Copies `n` bytes.
///
/// # Safety
///
/// The `n` bytes from `from` on can be read, those from `to` on can be written, and the two do not
/// overlap.
#[inline(always)]
#[allow(clippy::multiple_unsafe_ops_per_block)] // All of one kind: each copies the `n` bytes.
pub(super) unsafe fn copy(from: *const u8, to: *mut u8, n: usize) {
    // Nested, because the compiler makes a jump table of a `match`, and that is slower (measured).
    // SAFETY: the caller vouches for the `n` bytes, and `n` is at least the size of a block.
    unsafe {
        if n > 64 {
            ptr::copy_nonoverlapping(from, to, n);
        } else if n >= 16 {
            if n >= 32 {
                both_ends::<[u128; 2]>(from, to, n);
            } else {
                both_ends::<u128>(from, to, n);
            }
        } else if n >= 4 {
            if n >= 8 {
                both_ends::<u64>(from, to, n);
            } else {
                both_ends::<u32>(from, to, n);
            }
        } else if n >= 2 {
            both_ends::<u16>(from, to, n);
        } else if n == 1 {
            both_ends::<u8>(from, to, n);
        }
    }
}

/// Copies the first and the last block of `n` bytes. `B` is what a block is copied as.
///
/// # Safety
///
/// As for [`copy`]; and `n` is at least the size of a block.
#[inline(always)]
#[allow(clippy::multiple_unsafe_ops_per_block)] // One contract covers all of them.
unsafe fn both_ends<B: Copy>(from: *const u8, to: *mut u8, n: usize) {
    let last = n - size_of::<B>();
    // SAFETY: a block has at most `n` bytes, so both blocks lie within the `n` bytes, which the
    // caller vouches can be read at `from` and written at `to`. The accesses are unaligned.
    unsafe {
        let front = from.cast::<B>().read_unaligned();
        let back = from.add(last).cast::<B>().read_unaligned();
        to.cast::<B>().write_unaligned(front);
        to.add(last).cast::<B>().write_unaligned(back);
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    /// Every length up to well above the longest that is not left to `memcpy`, from and to
    /// everywhere in a line, and nothing beside it.
    #[test]
    fn copies_as_much_as_it_should_and_no_more() {
        let source: Vec<u8> = (1..=200).collect();
        for n in 0..=130 {
            for at in 0..64 {
                let mut target = vec![0; 200];
                let (from, to) = (&source[63 - at..], &mut target[at..]);
                // SAFETY: both are long enough.
                unsafe { copy(from.as_ptr(), to.as_mut_ptr(), n) };
                let mut expected = vec![0; 200];
                expected[at..at + n].copy_from_slice(&from[..n]);
                assert_eq!(target, expected, "{n} bytes to {at}");
            }
        }
    }
}
