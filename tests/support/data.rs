//! Data for transfers.

/// Returns `len` bytes among which a lost, repeated or swapped one shows.
pub(crate) fn data(len: usize) -> Vec<u8> {
    let byte = |position: usize| (position as u32).wrapping_mul(0x9E37_79B9).to_be_bytes()[0];
    (0..len).map(byte).collect()
}
