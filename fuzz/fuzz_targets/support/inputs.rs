//! The sizes in an input. Most are small, so that a pipe is often full, empty or wrapped.

#![allow(dead_code)] // Each target uses what it needs.

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};

use super::sizes;

/// A capacity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity(pub(crate) usize);

impl Arbitrary<'_> for Capacity {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self(sizes::capacity(u.arbitrary()?)))
    }

    fn size_hint(_depth: usize) -> (usize, Option<usize>) {
        (1, Some(1))
    }
}

/// A number of bytes to move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Len(pub(crate) usize);

impl Arbitrary<'_> for Len {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self(sizes::len(u.arbitrary()?)))
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
