//! Bytes to send, in which a byte that is lost, doubled or swapped shows.

#![allow(dead_code)] // Each test crate uses what it needs.
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

/// Byte number `position` of the sequence. No shift, by a capacity or by 256, leaves it unchanged.
pub(crate) fn byte(position: usize) -> u8 {
    ((position as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
}

/// `len` bytes of another sequence for each `seed`.
pub(crate) fn data(seed: u32, len: usize) -> std::vec::Vec<u8> {
    let seed = seed.rotate_left(16) as usize;
    (0..len).map(|position| byte(seed ^ position)).collect()
}
