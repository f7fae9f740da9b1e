//! The bytes of a ring: who may touch which of them is for the callers to say, and for loom to check.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::fmt;
use core::ptr;

use super::copy::copy;
use crate::sync::AccessLog;

/// So few bytes lie next to what else a ring has: one allocation is faster than two. None do under loom,
/// for what has to be checked is storage that comes late.
const NEAR: usize = if cfg!(all(test, loom)) { 0 } else { 256 };

/// How many bytes [`Storage::new`] needs from whoever makes it: all, if they are few, or none.
#[inline]
pub(super) fn near(capacity: usize) -> usize {
    if capacity <= NEAR {
        capacity
    } else {
        0
    }
}

/// `capacity` bytes: not there at first unless they are few, then uninitialised.
pub(super) struct Storage {
    /// Null until [`allocate`](Self::allocate), unless they are near.
    bytes: UnsafeCell<*mut u8>,
    capacity: usize,
    /// Of every byte, and behind them of `bytes` itself.
    log: AccessLog,
}

// SAFETY: the bytes are plain memory that `Storage` owns; every access to them and to their address
// goes through the unsafe functions below, whose callers rule out conflicting ones.
unsafe impl Send for Storage {}
// SAFETY: as for `Send`.
unsafe impl Sync for Storage {}

/// The allocator has refused this.
#[derive(Debug)]
pub(crate) struct OutOfMemory(pub(crate) Layout);

impl Storage {
    /// Storage for `capacity` bytes. The capacity must not be 0.
    ///
    /// # Safety
    ///
    /// There are [`near(capacity)`](near) bytes at `bytes`, for this storage alone as long as it lives.
    #[inline]
    pub(super) unsafe fn new(capacity: usize, bytes: *mut u8) -> Self {
        assert!(capacity > 0, "a ring has at least one byte");
        let bytes = match near(capacity) {
            0 => ptr::null_mut(),
            _ => bytes,
        };
        Self {
            bytes: UnsafeCell::new(bytes),
            capacity,
            log: AccessLog::new(capacity + 1),
        }
    }

    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Sees to it that the bytes are there.
    ///
    /// # Safety
    ///
    /// Every other call to any of the unsafe functions happened before this one or happens after it.
    #[inline]
    pub(super) unsafe fn allocate(&self) -> Result<(), OutOfMemory> {
        // SAFETY: the caller rules out accesses at the same time.
        let bytes = unsafe { &mut *self.bytes.get() };
        if bytes.is_null() {
            *bytes = self.allocated()?;
        }
        Ok(())
    }

    #[cold]
    fn allocated(&self) -> Result<*mut u8, OutOfMemory> {
        self.log.write(&(self.capacity..self.capacity + 1));
        let layout = self.layout();
        // SAFETY: the layout's size is `capacity`, which an assertion in `new` keeps from being 0.
        let bytes = unsafe { alloc(layout) };
        if bytes.is_null() {
            return Err(OutOfMemory(layout));
        }
        Ok(bytes)
    }

    fn layout(&self) -> Layout {
        Layout::array::<u8>(self.capacity).expect("MAX_CAPACITY is a valid layout")
    }

    /// The address of the byte at `offset`.
    ///
    /// # Safety
    ///
    /// `offset` is within the capacity or at its end, and [`allocate`](Self::allocate) has
    /// succeeded before this call.
    #[inline]
    unsafe fn at(&self, offset: usize) -> *mut u8 {
        self.log.read(&(self.capacity..self.capacity + 1));
        // SAFETY: the only write is in `allocate`, which happened before, or there was none.
        let bytes = unsafe { *self.bytes.get() };
        // SAFETY: the caller keeps `offset` within the allocation that `allocate` made.
        unsafe { bytes.add(offset) }
    }

    /// The `len` bytes from offset `start` on.
    ///
    /// # Safety
    ///
    /// `start + len` is within the capacity, [`allocate`](Self::allocate) has succeeded before this call,
    /// all of the bytes have been written with [`write`] or [`zero`], those writes happened before this
    /// call, and none of them is written again while the slice lives.
    ///
    /// [`write`]: Self::write
    /// [`zero`]: Self::zero
    #[inline]
    pub(super) unsafe fn slice(&self, start: usize, len: usize) -> &[u8] {
        self.log.read(&(start..start + len));
        // SAFETY: the caller keeps `start` within the capacity, and has seen bytes written.
        let bytes = unsafe { self.at(start) };
        // SAFETY: the caller vouches that these bytes are in bounds, initialised and left alone.
        unsafe { core::slice::from_raw_parts(bytes, len) }
    }

    /// Copies `bytes` into the storage from offset `start` on.
    ///
    /// # Safety
    ///
    /// `start + bytes.len()` is within the capacity, [`allocate`](Self::allocate) has succeeded before
    /// this call, and every other access to that range happened before it or happens after it.
    #[inline]
    pub(super) unsafe fn write(&self, start: usize, bytes: &[u8]) {
        self.log.write(&(start..start + bytes.len()));
        // SAFETY: the caller keeps `start` within the capacity, and has seen to the allocation.
        let target = unsafe { self.at(start) };
        // SAFETY: the caller vouches that the target is in bounds and that nobody else accesses it;
        // `bytes` cannot overlap it, since a live slice of it is such an access.
        unsafe { copy(bytes.as_ptr(), target, bytes.len()) };
    }

    /// Writes zeros to the `len` bytes from offset `start` on.
    ///
    /// # Safety
    ///
    /// As for [`write`](Self::write).
    pub(super) unsafe fn zero(&self, start: usize, len: usize) {
        self.log.write(&(start..start + len));
        // SAFETY: the caller keeps `start` within the capacity, and has seen to the allocation.
        let target = unsafe { self.at(start) };
        // SAFETY: the caller vouches that the range is in bounds and that nobody else accesses it.
        unsafe { target.write_bytes(0, len) };
    }

    /// The `len` bytes from offset `start` on, to be written in.
    ///
    /// # Safety
    ///
    /// `start + len` is within the capacity, [`allocate`](Self::allocate) has succeeded before this call,
    /// all of the bytes have been written with [`write`] or [`zero`], and while the slice lives nobody
    /// else accesses them.
    ///
    /// [`write`]: Self::write
    /// [`zero`]: Self::zero
    #[allow(clippy::mut_from_ref)] // the caller rules out aliases
    pub(super) unsafe fn slice_mut(&self, start: usize, len: usize) -> &mut [u8] {
        self.log.write(&(start..start + len));
        // SAFETY: the caller keeps `start` within the capacity, and has seen bytes written.
        let bytes = unsafe { self.at(start) };
        // SAFETY: the caller vouches that these bytes are in bounds, initialised and exclusive.
        unsafe { core::slice::from_raw_parts_mut(bytes, len) }
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        // Freeing is an access too.
        self.log.write(&(0..self.capacity + 1));
        let bytes = *self.bytes.get_mut();
        if near(self.capacity) == 0 && !bytes.is_null() {
            // SAFETY: `allocate` got these bytes with this layout, and nothing else frees them.
            unsafe { dealloc(bytes, self.layout()) };
        }
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
        let mut memory = [0; 5];
        // SAFETY: they are there, and not used for anything else.
        let storage = unsafe { Storage::new(5, memory.as_mut_ptr()) };
        assert_eq!(storage.capacity(), 5);
        // SAFETY: one thread.
        unsafe { storage.allocate() }.unwrap();
        // SAFETY: one thread, in bounds, each byte written before it is read.
        unsafe { storage.write(0, b"01234") };
        // SAFETY: as above.
        unsafe { storage.write(3, b"ab") };
        // SAFETY: as above.
        assert_eq!(unsafe { storage.slice(1, 4) }, b"12ab");
        // SAFETY: an empty range at the very end is in bounds.
        assert_eq!(unsafe { storage.slice(5, 0) }, b"");
    }
}
