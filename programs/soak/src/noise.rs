//! The bytes that are sent.

use std::sync::LazyLock;

use fastrand::Rng;

/// Longer than any capacity, and not a multiple of one. Bytes that are lost, repeated or stale
/// therefore differ from those that are expected.
const LENGTH: usize = (1 << 20) + 7;

/// The most bytes that a call moves.
pub(crate) const LONGEST: usize = 64 << 10;

static BLOCK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut block = vec![0; LENGTH];
    Rng::with_seed(1).fill(&mut block);
    block.extend_from_within(..LONGEST);
    block
});

/// An endless stream: a block of random bytes, again and again, from a random place on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        Self(rng.u64(0..LENGTH as u64))
    }

    /// The next `n` bytes at `position`.
    pub(crate) fn at(self, position: u64, n: usize) -> &'static [u8] {
        &BLOCK[((self.0 + position) % LENGTH as u64) as usize..][..n]
    }
}
