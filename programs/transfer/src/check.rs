//! The checksum that both ends compute.

use core::fmt;
use core::hash::Hasher as _;

use sha2::{Digest, Sha256};
use twox_hash::XxHash3_64;

/// The kinds of checksums.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// About as fast as a copy.
    Xxh3,
    /// Slower than the stream.
    Sha256,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xxh3 => "XXH3",
            Self::Sha256 => "SHA-256",
        })
    }
}

/// The checksum of the bytes so far.
pub(crate) enum Hasher {
    Xxh3(Box<XxHash3_64>),
    Sha256(Sha256),
}

impl Hasher {
    pub(crate) fn new(check: Check) -> Self {
        match check {
            Check::Xxh3 => Self::Xxh3(Box::default()),
            Check::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Xxh3(xxh3) => xxh3.write(bytes),
            Self::Sha256(sha256) => sha256.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Checksum {
        Checksum(match self {
            Self::Xxh3(xxh3) => xxh3.finish().to_be_bytes().to_vec(),
            Self::Sha256(sha256) => sha256.finalize().to_vec(),
        })
    }
}

/// Shown in hexadecimal digits.
#[derive(PartialEq)]
pub(crate) struct Checksum(pub(crate) Vec<u8>);

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
