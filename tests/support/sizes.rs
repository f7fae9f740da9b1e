//! The sizes that a random byte stands for. Most are small, so that a pipe is often full, empty or
//! wrapped.

#![allow(dead_code)] // Each test crate uses what it needs.

/// Mostly from 1 to 9 bytes. Some are where the first storage, of 960 bytes, is replaced by a
/// larger one. The largest is above what one call lends of a new storage.
pub(crate) fn capacity(byte: u8) -> usize {
    match usize::from(byte) {
        byte @ 0..=224 => 1 + byte % 9,
        250..=254 => [959, 960, 961, 1921, 5000][usize::from(byte) - 250],
        255 => 40_000,
        byte => (byte - 224) * 10,
    }
}

/// How many bytes to move: mostly from 0 to 10. The largest is above any capacity.
pub(crate) fn len(byte: u8) -> usize {
    match usize::from(byte) {
        byte @ 0..=219 => byte % 11,
        250..=254 => [400, 500, 960, 1000, 2000][usize::from(byte) - 250],
        255 => 100_000,
        byte => (byte - 219) * 10,
    }
}
