//! The bytes of a ring. The callers decide which side may access which of them.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;
use core::ptr;

use super::copy::copy;
use crate::sync::{AccessLog, AtomicPtr, Ordering};

/// `capacity` bytes, allocated on request and uninitialised at first.
pub(super) struct Storage {
    /// Null until [`allocate`](Self::allocate) has succeeded, and not changed after that.
    bytes: AtomicPtr<u8>,
    capacity: usize,
    /// Shows every access to the bytes to loom.
    log: AccessLog,
}

// SAFETY: the log has no bytes. It reports the accesses that this would permit in error.
#[cfg(all(test, loom))]
unsafe impl Send for Storage {}
// SAFETY: as for `Send`.
#[cfg(all(test, loom))]
unsafe impl Sync for Storage {}

/// The allocator has refused memory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutOfMemory;

impl Storage {
    /// Storage for `capacity` bytes, which is not 0.
    #[inline]
    pub(super) fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a ring holds at least one byte");
        Self {
            bytes: AtomicPtr::new(ptr::null_mut()),
            capacity,
            log: AccessLog::new(capacity),
        }
    }

    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    #[inline]
    pub(super) fn is_allocated(&self) -> bool {
        !self.address().is_null()
    }

    /// Allocates the bytes, unless that has been done. Called by one thread at a time.
    #[cold]
    pub(super) fn allocate(&self) -> Result<(), OutOfMemory> {
        if self.is_allocated() {
            return Ok(());
        }
        // SAFETY: the layout's size is `capacity`, which `new` asserts not to be 0.
        let bytes = unsafe { alloc(self.layout()) };
        if bytes.is_null() {
            return Err(OutOfMemory);
        }
        // ORDERING(P): Relaxed. The publication of the first byte hands the address over.
        self.bytes.store(bytes, Ordering::Relaxed);
        Ok(())
    }

    fn layout(&self) -> Layout {
        Layout::array::<u8>(self.capacity).expect("MAX_CAPACITY is a valid layout")
    }

    #[inline]
    fn address(&self) -> *mut u8 {
        // ORDERING(P): Relaxed. The consumer has loaded a tail that covers a byte, and that load
        // handed the address over.
        self.bytes.load(Ordering::Relaxed)
    }

    /// The address of the byte at `start`, of which the next `len` bytes are accessed.
    #[inline]
    fn at(&self, start: usize, len: usize) -> *mut u8 {
        let bytes = self.address();
        debug_assert!(
            start <= self.capacity && len <= self.capacity - start,
            "{len} bytes at {start} are out of bounds"
        );
        debug_assert!(
            !bytes.is_null() || len == 0,
            "I6: the storage is not allocated"
        );
        bytes.wrapping_add(start)
    }

    /// The `len` bytes from `start` on.
    ///
    /// # Safety
    ///
    /// * `start + len` is at most `capacity`.
    /// * [`allocate`](Self::allocate) has succeeded, and that happened before this call.
    /// * Each of these bytes has been written with [`write`](Self::write) or [`zero`](Self::zero),
    ///   and that happened before this call.
    /// * No byte of them is written while the slice lives.
    #[inline]
    pub(super) unsafe fn slice(&self, start: usize, len: usize) -> &[u8] {
        self.log.read(start..start + len);
        // SAFETY: the caller vouches that these bytes are in bounds, initialised and not written.
        unsafe { core::slice::from_raw_parts(self.at(start, len), len) }
    }

    /// The `len` bytes from `start` on, to be written to.
    ///
    /// # Safety
    ///
    /// As for [`slice`](Self::slice); and no other access to these bytes takes place while the
    /// slice lives.
    #[allow(clippy::mut_from_ref)] // The caller rules out aliases.
    pub(super) unsafe fn slice_mut(&self, start: usize, len: usize) -> &mut [u8] {
        self.log.write(start..start + len);
        // SAFETY: the caller vouches that these bytes are in bounds, initialised and not aliased.
        unsafe { core::slice::from_raw_parts_mut(self.at(start, len), len) }
    }

    /// Copies `bytes` into the storage from `start` on.
    ///
    /// # Safety
    ///
    /// * `start + bytes.len()` is at most `capacity`.
    /// * [`allocate`](Self::allocate) has succeeded, and that happened before this call. Or there
    ///   is no byte to write.
    /// * Every other access to that range happens before this call or after it.
    #[inline]
    pub(super) unsafe fn write(&self, start: usize, bytes: &[u8]) {
        self.log.write(start..start + bytes.len());
        let target = self.at(start, bytes.len());
        // SAFETY: the caller vouches that the target is in bounds, and rules out other accesses to
        // it. So `bytes` does not overlap it, since a live slice of it is such an access.
        unsafe { copy(bytes.as_ptr(), target, bytes.len()) };
    }

    /// Writes zeros to the `len` bytes from `start` on.
    ///
    /// # Safety
    ///
    /// The three conditions of [`write`](Self::write), for this range.
    pub(super) unsafe fn zero(&self, start: usize, len: usize) {
        self.log.write(start..start + len);
        // SAFETY: the caller vouches that the target is in bounds, and rules out other accesses.
        unsafe { self.at(start, len).write_bytes(0, len) };
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        // Freeing is an access to every byte.
        self.log.write(0..self.capacity);
        let bytes = self.address();
        if !bytes.is_null() {
            // SAFETY: `allocate` got these bytes with this layout, and nothing else frees them.
            unsafe { dealloc(bytes, self.layout()) };
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_where_they_were_written() {
        let storage = Storage::new(5);
        assert_eq!(storage.capacity(), 5);
        storage.allocate().unwrap();
        // SAFETY: this thread is the only one, each range is in bounds, and each byte is written
        // before it is read.
        #[allow(clippy::multiple_unsafe_ops_per_block)]
        unsafe {
            storage.write(0, b"01234");
            storage.allocate().unwrap();
            storage.write(3, b"ab");
            assert_eq!(storage.slice(1, 4), b"12ab");
            assert_eq!(storage.slice(5, 0), b"", "the end is in bounds");
            storage.zero(1, 2);
            assert_eq!(storage.slice_mut(0, 5), b"0\0\0ab");
        }
    }
}
