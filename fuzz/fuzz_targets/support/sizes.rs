//! The sizes in an input. Most are small, so that a pipe is often full, empty or wrapped.

#![allow(dead_code)] // Each target uses what it needs.

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};

/// A capacity: mostly from 1 to 9 bytes. The largest is above what one call lends of a new storage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity(pub(crate) usize);

impl Arbitrary<'_> for Capacity {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self(match usize::from(u.arbitrary::<u8>()?) {
            byte @ 0..=224 => 1 + byte % 9,
            255 => 40_000,
            byte => (byte - 224) * 10,
        }))
    }

    fn size_hint(_depth: usize) -> (usize, Option<usize>) {
        (1, Some(1))
    }
}

/// A number of bytes to move: mostly from 0 to 10. The largest is above any capacity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Len(pub(crate) usize);

impl Arbitrary<'_> for Len {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self(match usize::from(u.arbitrary::<u8>()?) {
            byte @ 0..=219 => byte % 11,
            255 => 100_000,
            byte => (byte - 219) * 10,
        }))
    }

    fn size_hint(_depth: usize) -> (usize, Option<usize>) {
        (1, Some(1))
    }
}

/// Whether to do what ends a stream. Most inputs would otherwise end theirs at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rarely(pub(crate) bool);

impl Arbitrary<'_> for Rarely {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self(u.arbitrary::<u8>()? >= 240))
    }

    fn size_hint(_depth: usize) -> (usize, Option<usize>) {
        (1, Some(1))
    }
}
