//! The bytes that are sent, and the digest that they must have.

use core::hash::Hasher;
use std::sync::LazyLock;

use fastrand::Rng;
use twox_hash::XxHash3_64;

/// Longer than any capacity, and not a multiple of one. Bytes that are lost, repeated or stale
/// therefore change the digest.
const LENGTH: usize = (1 << 20) + 7;

static BLOCK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut block = vec![0; LENGTH];
    Rng::with_seed(1).fill(&mut block);
    block
});

/// An endless stream: a block of random bytes, again and again, from a random place on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    start: u64,
}

impl Noise {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        Self {
            start: rng.u64(0..LENGTH as u64),
        }
    }

    /// The next bytes at `position`: `n`, or fewer where the block ends.
    pub(crate) fn at(self, position: u64, n: u64) -> &'static [u8] {
        let rest = &BLOCK[((self.start + position) % LENGTH as u64) as usize..];
        &rest[..n.min(rest.len() as u64) as usize]
    }

    /// The digest of the first `length` bytes.
    pub(crate) fn digest(self, length: u64) -> u64 {
        let mut hasher = XxHash3_64::new();
        let mut position = 0;
        while position < length {
            let bytes = self.at(position, length - position);
            hasher.write(bytes);
            position += bytes.len() as u64;
        }
        hasher.finish()
    }
}
