//! Bytes to send.

/// Bytes in which none can be lost, doubled or swapped without being noticed, different for each
/// `seed`.
pub(crate) fn data(seed: u32, len: usize) -> Vec<u8> {
    let byte = |i: usize| {
        (seed.rotate_left(16) ^ i as u32)
            .wrapping_mul(0x9E37_79B9)
            .to_be_bytes()[0]
    };
    (0..len).map(byte).collect()
}
