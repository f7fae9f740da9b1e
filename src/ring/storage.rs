//! The bytes of a ring. The callers decide which side may access which of them.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;
use core::ptr;

use super::copy::copy;
use crate::sync::{AccessLog, UnsafeCell};

/// `capacity` bytes, allocated on request and uninitialised at first.
pub(super) struct Storage {
    /// Null until [`allocate`](Self::allocate) has succeeded, and not changed after that, until
    /// [`free`](Self::free).
    bytes: UnsafeCell<*mut u8>,
    capacity: usize,
    /// Shows every access to the bytes to loom.
    log: AccessLog,
}

// SAFETY: the bytes are plain memory that `Storage` owns. Every access to them and to their address
// goes through the unsafe functions below, whose callers rule out conflicting accesses.
unsafe impl Send for Storage {}
// SAFETY: as for `Send`: a shared reference gives no access but through those functions.
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
            bytes: UnsafeCell::new(ptr::null_mut()),
            capacity,
            log: AccessLog::new(capacity),
        }
    }

    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Allocates the bytes, unless that has been done.
    ///
    /// # Safety
    ///
    /// The other calls of this function, and all calls of the other unsafe functions, happen before
    /// this call or after it, unless the bytes are allocated already.
    #[cold]
    pub(super) unsafe fn allocate(&self) -> Result<(), OutOfMemory> {
        // SAFETY: the caller rules out a write at the same time.
        if !self.bytes.with(|bytes| unsafe { *bytes }).is_null() {
            return Ok(());
        }
        let layout = self.layout();
        // SAFETY: the layout's size is `capacity`, which `new` asserts not to be 0.
        let allocated = unsafe { alloc(layout) };
        if allocated.is_null() {
            return Err(OutOfMemory);
        }
        // SAFETY: the bytes were not allocated, so the caller rules out every other access.
        self.bytes.with_mut(|bytes| unsafe { *bytes = allocated });
        Ok(())
    }

    /// Frees the bytes, if they are allocated.
    ///
    /// # Safety
    ///
    /// All calls of the other unsafe functions happen before this call.
    pub(super) unsafe fn free(&self) {
        // Freeing is an access too.
        self.log.write(0..self.capacity);
        // SAFETY: the caller rules out every other access.
        let take = |bytes: *mut *mut u8| unsafe { bytes.replace(ptr::null_mut()) };
        let bytes = self.bytes.with_mut(take);
        if !bytes.is_null() {
            // SAFETY: `allocate` got these bytes with this layout, and nothing else frees them.
            unsafe { dealloc(bytes, self.layout()) };
        }
    }

    /// In debug builds, that the `len` bytes from `start` on are within the storage.
    #[inline]
    fn check_bounds(&self, start: usize, len: usize) {
        debug_assert!(
            start <= self.capacity && len <= self.capacity - start,
            "{len} bytes at {start} are out of bounds"
        );
    }

    fn layout(&self) -> Layout {
        Layout::array::<u8>(self.capacity).expect("MAX_CAPACITY is a valid layout")
    }

    /// The address of the byte at `offset`.
    ///
    /// # Safety
    ///
    /// * `offset` is at most `capacity`.
    /// * [`allocate`](Self::allocate) has succeeded, and that happened before this call. Or
    ///   `offset` is 0, and nothing is accessed there: the address is null then.
    #[inline]
    unsafe fn at(&self, offset: usize) -> *mut u8 {
        debug_assert!(offset <= self.capacity, "the offset is out of bounds");
        // SAFETY: the address is written once, by `allocate`, which happened before.
        let bytes = self.bytes.with(|bytes| unsafe { *bytes });
        debug_assert!(
            !bytes.is_null() || offset == 0,
            "I6: the storage is not allocated"
        );
        // SAFETY: the caller keeps `offset` within the allocation that `allocate` made. Without an
        // allocation it is 0, and any address may be advanced by 0.
        unsafe { bytes.add(offset) }
    }

    /// The `len` bytes from `start` on.
    ///
    /// # Safety
    ///
    /// * `start + len` is at most `capacity`.
    /// * Each of these bytes has been written with [`write`] or [`zero`], and that happened before
    ///   this call.
    /// * No byte of them is written while the slice lives.
    ///
    /// [`write`]: Self::write
    /// [`zero`]: Self::zero
    #[inline]
    pub(super) unsafe fn slice(&self, start: usize, len: usize) -> &[u8] {
        self.check_bounds(start, len);
        self.log.read(start..start + len);
        // SAFETY: `start` is in bounds. The bytes have been written, so they were allocated before.
        let bytes = unsafe { self.at(start) };
        // SAFETY: the caller vouches that these bytes are in bounds, initialised and not written.
        unsafe { core::slice::from_raw_parts(bytes, len) }
    }

    /// Copies `bytes` into the storage from `start` on.
    ///
    /// # Safety
    ///
    /// * `start + bytes.len()` is at most `capacity`.
    /// * [`allocate`](Self::allocate) has succeeded, and that happened before this call. Or `bytes`
    ///   is empty, and `start` is 0.
    /// * Every other access to that range happens before this call or after it.
    #[inline]
    pub(super) unsafe fn write(&self, start: usize, bytes: &[u8]) {
        self.check_bounds(start, bytes.len());
        self.log.write(start..start + bytes.len());
        // SAFETY: the caller vouches for the bounds, and for the allocation if there are bytes.
        let target = unsafe { self.at(start) };
        // SAFETY: the target is in bounds, and the caller rules out other accesses to it. So
        // `bytes` does not overlap it, since a live slice of it is such an access.
        unsafe { copy(bytes.as_ptr(), target, bytes.len()) };
    }

    /// Writes zeros to the `len` bytes from `start` on.
    ///
    /// # Safety
    ///
    /// The three conditions of [`write`](Self::write), for this range.
    pub(super) unsafe fn zero(&self, start: usize, len: usize) {
        self.check_bounds(start, len);
        self.log.write(start..start + len);
        // SAFETY: the caller vouches for the bounds and for the allocation.
        let target = unsafe { self.at(start) };
        // SAFETY: the target is in bounds, and the caller rules out other accesses to it.
        unsafe { target.write_bytes(0, len) };
    }

    /// The `len` bytes from `start` on, to be written to.
    ///
    /// # Safety
    ///
    /// * `start + len` is at most `capacity`.
    /// * Each of these bytes has been written with [`write`] or [`zero`], and that happened before
    ///   this call.
    /// * No other access to them takes place while the slice lives.
    ///
    /// [`write`]: Self::write
    /// [`zero`]: Self::zero
    #[allow(clippy::mut_from_ref)] // The caller rules out aliases.
    pub(super) unsafe fn slice_mut(&self, start: usize, len: usize) -> &mut [u8] {
        self.check_bounds(start, len);
        self.log.write(start..start + len);
        // SAFETY: `start` is in bounds. The bytes have been written, so they were allocated before.
        let bytes = unsafe { self.at(start) };
        // SAFETY: the caller vouches that these bytes are in bounds, initialised and not aliased.
        unsafe { core::slice::from_raw_parts_mut(bytes, len) }
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        // SAFETY: `&mut self` rules out every other access, and nothing comes after this.
        unsafe { self.free() };
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_where_they_were_written() {
        let storage = Storage::new(5);
        assert_eq!(storage.capacity(), 5);
        // SAFETY: this thread is the only one, each range is in bounds, and each byte is written
        // before it is read.
        #[allow(clippy::multiple_unsafe_ops_per_block)]
        unsafe {
            storage.allocate().unwrap();
            storage.write(0, b"01234");
            storage.allocate().unwrap();
            storage.write(3, b"ab");
            assert_eq!(storage.slice(1, 4), b"12ab");
            assert_eq!(storage.slice(5, 0), b"", "the end is in bounds");
            storage.zero(1, 2);
            assert_eq!(storage.slice_mut(0, 5), b"0\0\0ab");
        }
    }

    #[test]
    fn an_allocation_can_be_refused() {
        // An address space of 32 bits has no room for four of them.
        let storages = [0; 4].map(|_| Storage::new(super::super::MAX_CAPACITY));
        // SAFETY: this thread is the only one.
        let allocate = |storage: &Storage| unsafe { storage.allocate() };
        let refused = storages.iter().map(allocate).find(Result::is_err);
        assert_eq!(refused, Some(Err(OutOfMemory)));
    }
}
