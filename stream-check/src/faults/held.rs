//! Written bytes that are held back until a flush.

use std::collections::VecDeque;
use std::fmt;
use std::io::{Error, ErrorKind, Result};

/// The bytes that have been written and not yet flushed.
#[derive(Default)]
pub(super) struct Held(VecDeque<u8>);

impl Held {
    /// Takes bytes, and returns their number.
    pub(super) fn push(&mut self, bytes: &[u8]) -> usize {
        self.0.extend(bytes);
        bytes.len()
    }

    /// Returns the bytes to be written next to the inner stream.
    pub(super) fn next(&self) -> Option<&[u8]> {
        let (first, _) = self.0.as_slices();
        (!first.is_empty()).then_some(first)
    }

    /// Removes `n` bytes, which the inner stream has accepted. Fails if it has accepted none.
    pub(super) fn released(&mut self, n: usize) -> Result<()> {
        if n == 0 {
            return Err(Error::new(
                ErrorKind::WriteZero,
                "the inner stream accepts no more of the bytes that are held back",
            ));
        }
        self.0.drain(..n);
        Ok(())
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("len", &self.0.len()).finish()
    }
}
