//! Buffers that move through their page.

/// The number of positions within a page that a buffer takes, one after another.
const PAGE: usize = 4096;

/// How far a buffer moves from call to call: coprime to [`PAGE`], so that the buffer takes each
/// position in the page, aligned and not.
const STEP: usize = 193;

/// A buffer of a fixed length that starts at another offset in its page at every call.
///
/// The speed of a copy depends on how its source and its target are aligned to each other and to
/// the cache lines, on some processors by a factor of several. With fixed buffers, chance would
/// decide which contender is ahead. A buffer that moves measures the average.
pub(crate) struct Sliding {
    bytes: Vec<u8>,
    length: usize,
    offset: usize,
}

impl Sliding {
    pub(crate) fn new(length: usize) -> Self {
        Self {
            // Not zeros: the kernel would provide the pages of those only when they are used.
            bytes: vec![0x5a; length + PAGE],
            length,
            offset: 0,
        }
    }

    /// The buffer at its next position, to write from or to read into.
    #[inline]
    pub(crate) fn next(&mut self) -> &mut [u8] {
        self.offset = (self.offset + STEP) % PAGE;
        &mut self.bytes[self.offset..][..self.length]
    }
}
