//! Buffers that move through their page.

/// The positions within a page that a buffer takes, one after another.
const PAGE: usize = 4096;

/// How far a buffer moves from call to call: coprime to [`PAGE`], so that it comes by every position
/// in the page, aligned and not.
const STEP: usize = 193;

/// A buffer of a fixed length that starts somewhere else in its page at every call.
///
/// A buffer that stays where it is makes a benchmark a matter of luck: how fast a copy is depends on
/// how its source and its target lie to each other and to the cache lines, on some processors by
/// several times, and whoever happens to lie well would win. A buffer that moves meets the average.
pub(crate) struct Sliding {
    bytes: Vec<u8>,
    length: usize,
    offset: usize,
}

impl Sliding {
    pub(crate) fn new(length: usize) -> Self {
        Self {
            // Not zeros: those would be pages that the kernel has yet to provide.
            bytes: vec![0x5a; length + PAGE],
            length,
            offset: 0,
        }
    }

    /// The buffer at its next place, to write from or to read into.
    #[inline]
    pub(crate) fn next(&mut self) -> &mut [u8] {
        self.offset = (self.offset + STEP) % PAGE;
        &mut self.bytes[self.offset..][..self.length]
    }
}
