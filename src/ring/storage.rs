//! The bytes of a ring: who may touch which of them is for the callers to say, and for loom to check.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;
use core::fmt;
use core::ops::Range;
use core::ptr::NonNull;

use crate::sync::AccessLog;

/// `capacity` bytes on the heap, uninitialised at first.
pub(super) struct Storage {
    bytes: NonNull<u8>,
    layout: Layout,
    log: AccessLog,
}

// SAFETY: the bytes are plain memory that `Storage` owns; every access to them goes through the
// unsafe functions below, whose callers rule out conflicting ones.
unsafe impl Send for Storage {}
// SAFETY: as for `Send`.
unsafe impl Sync for Storage {}

/// The allocator has refused this.
#[derive(Debug)]
pub(crate) struct OutOfMemory(pub(crate) Layout);

impl Storage {
    /// Allocates `capacity` bytes, which must not be 0.
    pub(super) fn new(capacity: usize) -> Result<Self, OutOfMemory> {
        assert!(capacity > 0, "a ring has at least one byte");
        let layout = Layout::array::<u8>(capacity).expect("MAX_CAPACITY is a valid layout");
        // SAFETY: the layout's size is `capacity`, which the assertion above keeps from being 0.
        let bytes = unsafe { alloc(layout) };
        Ok(Self {
            bytes: NonNull::new(bytes).ok_or(OutOfMemory(layout))?,
            layout,
            log: AccessLog::new(capacity),
        })
    }

    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.layout.size()
    }

    /// The bytes in `range`.
    ///
    /// # Safety
    ///
    /// `range` lies within the capacity, all of its bytes have been written with [`write`] or
    /// [`zero`], those writes happened before this call, and none of them is written again while the slice lives.
    ///
    /// [`write`]: Self::write
    /// [`zero`]: Self::zero
    #[inline]
    pub(super) unsafe fn slice(&self, range: Range<usize>) -> &[u8] {
        self.log.read(&range);
        // SAFETY: the caller keeps `range.start` within the allocation that `new` made.
        let start = unsafe { self.bytes.as_ptr().add(range.start) };
        // SAFETY: the caller vouches that the range is in bounds, initialised and left alone.
        unsafe { core::slice::from_raw_parts(start, range.len()) }
    }

    /// Copies `bytes` into the storage from offset `start` on.
    ///
    /// # Safety
    ///
    /// `start + bytes.len()` is within the capacity, and every other access to that range happened
    /// before this call or happens after it.
    #[inline]
    pub(super) unsafe fn write(&self, start: usize, bytes: &[u8]) {
        self.log.write(&(start..start + bytes.len()));
        // SAFETY: the caller keeps `start` within the allocation that `new` made.
        let target = unsafe { self.bytes.as_ptr().add(start) };
        // SAFETY: the caller vouches that the target is in bounds and that nobody else accesses it;
        // `bytes` cannot overlap it, since a live slice of it is such an access.
        unsafe { target.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }

    /// Writes zeros to `range`.
    ///
    /// # Safety
    ///
    /// As for [`write`](Self::write).
    pub(super) unsafe fn zero(&self, range: Range<usize>) {
        self.log.write(&range);
        // SAFETY: the caller keeps `range.start` within the allocation that `new` made.
        let target = unsafe { self.bytes.as_ptr().add(range.start) };
        // SAFETY: the caller vouches that the range is in bounds and that nobody else accesses it.
        unsafe { target.write_bytes(0, range.len()) };
    }

    /// The bytes in `range`, to be written in.
    ///
    /// # Safety
    ///
    /// `range` lies within the capacity, all of its bytes have been written with [`write`] or
    /// [`zero`], and while the slice lives nobody else accesses them.
    ///
    /// [`write`]: Self::write
    /// [`zero`]: Self::zero
    #[allow(clippy::mut_from_ref)] // the caller rules out aliases
    pub(super) unsafe fn slice_mut(&self, range: Range<usize>) -> &mut [u8] {
        self.log.write(&range);
        // SAFETY: the caller keeps `range.start` within the allocation that `new` made.
        let start = unsafe { self.bytes.as_ptr().add(range.start) };
        // SAFETY: the caller vouches that the range is in bounds, initialised and exclusive.
        unsafe { core::slice::from_raw_parts_mut(start, range.len()) }
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        // SAFETY: `new` allocated these bytes with this layout, and nothing else frees them.
        unsafe { dealloc(self.bytes.as_ptr(), self.layout) };
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage")
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_where_they_were_put() {
        let storage = Storage::new(5).unwrap();
        assert_eq!(storage.capacity(), 5);
        // SAFETY: one thread, in bounds, each byte written before it is read.
        unsafe { storage.write(0, b"01234") };
        // SAFETY: as above.
        unsafe { storage.write(3, b"ab") };
        // SAFETY: as above.
        assert_eq!(unsafe { storage.slice(1..5) }, b"12ab");
        // SAFETY: an empty range at the very end is in bounds.
        assert_eq!(unsafe { storage.slice(5..5) }, b"");
    }
}
