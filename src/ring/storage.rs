//! The memory of a ring. The callers decide which side may access which byte.
//!
//! A [`Storage`] never changes its size. The producer replaces it by a larger one, and offers that
//! to the consumer. The consumer frees those that it has taken, the producer the others.
//!
//! ```text
//!   producer ---> | size | begin | bytes ...            | <--- offered
//!   consumer ---> | size | begin | bytes ... |            <--- taken
//! ```

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;
use core::mem::{align_of, size_of};
use core::ptr;

use super::copy::copy;
use crate::sync::{AccessLog, AtomicPtr, AtomicUsize, Ordering};

/// The address of some bytes and their header, or none. A copy is the same memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Storage(*mut Header);

#[repr(align(16))] // So that the bytes are, too.
struct Header {
    size: usize,
    /// The position that has the offset 0.
    begin: AtomicUsize,
    /// Shows every access to the bytes to loom.
    log: AccessLog,
}

// SAFETY: whatever accesses the memory is unsafe, or cites I6.
unsafe impl Send for Storage {}
// SAFETY: as for `Send`.
unsafe impl Sync for Storage {}

/// The allocator has refused memory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutOfMemory;

impl Storage {
    pub(super) const NONE: Self = Self(ptr::null_mut());

    /// Offered in place of a storage, if the consumer has the storage that was rewound.
    pub(super) const REWOUND: Self = Self(1 as *mut Header);

    /// Allocates `size` bytes, which are not initialised. Position `begin` has the offset 0.
    pub(super) fn allocate(size: usize, begin: usize) -> Result<Self, OutOfMemory> {
        // SAFETY: the layout contains a header, so its size is not 0.
        let header = unsafe { alloc(layout(size)) }.cast::<Header>();
        if header.is_null() {
            return Err(OutOfMemory);
        }
        let contents = Header {
            size,
            begin: AtomicUsize::new(begin),
            log: AccessLog::new(size),
        };
        // SAFETY: the layout begins with a header, and has its alignment.
        unsafe { header.write(contents) };
        Ok(Self(header))
    }

    #[inline]
    pub(super) fn size(self) -> usize {
        // SAFETY: the storage of a half is alive (I6), and nothing changes this field.
        unsafe { self.0.as_ref() }.map_or(0, |header| header.size)
    }

    /// The position that has the offset 0.
    #[inline]
    pub(super) fn begin(self) -> usize {
        // SAFETY: the storage of a half is alive (I6).
        let begin = unsafe { &(*self.0).begin };
        // ORDERING(P): Relaxed. The tail, which was loaded before, orders it.
        begin.load(Ordering::Relaxed)
    }

    /// Gives the offset 0 to another position, because the ring is empty.
    pub(super) fn rewind(self, position: usize) {
        // SAFETY: the storage of a half is alive (I6).
        let begin = unsafe { &(*self.0).begin };
        // ORDERING(P): Relaxed. The tail, which is published next, hands it over.
        begin.store(position, Ordering::Relaxed);
    }

    /// The address of the byte at `start`, of which the next `len` bytes are accessed.
    #[inline]
    fn at(self, start: usize, len: usize) -> *mut u8 {
        debug_assert!(
            len == 0 || start <= self.size() && len <= self.size() - start,
            "{len} bytes at {start} are out of bounds"
        );
        self.0.wrapping_add(1).cast::<u8>().wrapping_add(start)
    }

    /// Shows an access to `len` bytes from `start` on to loom.
    #[inline]
    fn log(self, access: impl FnOnce(&AccessLog)) {
        if self != Self::NONE {
            // SAFETY: the storage of a half is alive (I6), and nothing changes this field.
            access(unsafe { &(*self.0).log });
        }
    }

    /// The `len` bytes from `start` on.
    ///
    /// # Safety
    ///
    /// * `start + len` is at most the size, and the storage is alive while the slice lives.
    /// * Each of these bytes has been written, and that happened before this call.
    /// * No byte of them is written while the slice lives.
    #[inline]
    pub(super) unsafe fn slice<'a>(self, start: usize, len: usize) -> &'a [u8] {
        self.log(|log| log.read(start..start + len));
        // SAFETY: the caller vouches that these bytes are in bounds, initialised and not written.
        unsafe { core::slice::from_raw_parts(self.at(start, len), len) }
    }

    /// The `len` bytes from `start` on, to be written to.
    ///
    /// # Safety
    ///
    /// As for [`slice`](Self::slice); and no other access to these bytes takes place while the
    /// slice lives.
    pub(super) unsafe fn slice_mut<'a>(self, start: usize, len: usize) -> &'a mut [u8] {
        self.log(|log| log.write(start..start + len));
        // SAFETY: the caller vouches that these bytes are in bounds, initialised and not aliased.
        unsafe { core::slice::from_raw_parts_mut(self.at(start, len), len) }
    }

    /// Copies `bytes` to the bytes from `start` on.
    ///
    /// # Safety
    ///
    /// * `start + bytes.len()` is at most the size, and the storage is alive.
    /// * Every other access to that range happens before this call or after it.
    #[inline]
    pub(super) unsafe fn write(self, start: usize, bytes: &[u8]) {
        self.log(|log| log.write(start..start + bytes.len()));
        let target = self.at(start, bytes.len());
        // SAFETY: the caller vouches that the target is in bounds, and rules out other accesses to
        // it. So `bytes` does not overlap it, since a live slice of it is such an access.
        unsafe { copy(bytes.as_ptr(), target, bytes.len()) };
    }

    /// Writes zeros to the `len` bytes from `start` on.
    ///
    /// # Safety
    ///
    /// The conditions of [`write`](Self::write), for this range.
    pub(super) unsafe fn zero(self, start: usize, len: usize) {
        self.log(|log| log.write(start..start + len));
        // SAFETY: the caller vouches that the target is in bounds, and rules out other accesses.
        unsafe { self.at(start, len).write_bytes(0, len) };
    }

    /// Copies `len` bytes of `from` from `start` on, initialised or not, to the bytes from `to` on.
    ///
    /// # Safety
    ///
    /// * Both ranges are in bounds, and both storages are alive and not the same.
    /// * Nothing is written to the range of `from` meanwhile.
    /// * Every other access to the range of this storage happens before this call or after it.
    pub(super) unsafe fn copy(self, to: usize, from: Self, start: usize, len: usize) {
        from.log(|log| log.read(start..start + len));
        self.log(|log| log.write(to..to + len));
        let (source, target) = (from.at(start, len), self.at(to, len));
        // SAFETY: the caller vouches for both ranges. They lie in two allocations.
        unsafe { ptr::copy_nonoverlapping(source, target, len) };
    }

    /// Frees this storage, if there is one.
    ///
    /// # Safety
    ///
    /// Nothing accesses it from now on, and it is freed only once.
    pub(super) unsafe fn free(self) {
        if self != Self::NONE && self != Self::REWOUND {
            // Freeing is an access to every byte.
            self.log(|log| log.write(0..self.size()));
            // SAFETY: the storage is alive until it is freed below.
            let header = unsafe { self.0.read() };
            // SAFETY: it was allocated with this layout, and is freed only once.
            unsafe { dealloc(self.0.cast(), layout(header.size)) };
        }
    }
}

/// The layout of a storage of `size` bytes.
fn layout(size: usize) -> Layout {
    let layout = Layout::from_size_align(size_of::<Header>() + size, align_of::<Header>());
    layout.expect("a capacity is at most MAX_CAPACITY")
}

/// How a storage passes from the producer to the consumer.
pub(super) struct Exchange {
    /// The storage of the producer, or a mark that it was rewound, until the consumer takes it.
    offered: AtomicPtr<Header>,
    /// The storage of the consumer.
    taken: AtomicPtr<Header>,
}

impl Exchange {
    pub(super) fn new() -> Self {
        Self {
            offered: AtomicPtr::new(ptr::null_mut()),
            taken: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Offers the storage to which the producer goes on. Returns what was offered before, if the
    /// consumer has not taken that and never will.
    pub(super) fn offer(&self, storage: Storage) -> Storage {
        // ORDERING(G): Release, to hand over the header and what has been copied.
        Storage(self.offered.swap(storage.0, Ordering::Release))
    }

    /// Lets the consumer look for the offset again, because the producer has rewound its storage.
    pub(super) fn rewind(&self) {
        // A consumer that has another storage to take looks for it anyway.
        if !self.has_offer() {
            // ORDERING(P): Relaxed. The tail, which is published next, hands it over.
            self.offered.store(Storage::REWOUND.0, Ordering::Relaxed);
        }
    }

    /// Whether there is something to be taken.
    #[inline]
    pub(super) fn has_offer(&self) -> bool {
        // ORDERING(G): Relaxed. The tail, which was loaded before, orders the offer of its bytes.
        !self.offered.load(Ordering::Relaxed).is_null()
    }

    /// Takes the storage that is offered. `None`: the one that was taken before has been rewound.
    pub(super) fn take(&self) -> Option<Storage> {
        // ORDERING(G): Acquire, to see the header and what has been copied.
        let storage = Storage(self.offered.swap(ptr::null_mut(), Ordering::Acquire));
        if storage == Storage::REWOUND {
            return None;
        }
        // ORDERING(none): only the consumer uses it, until both sides are gone.
        self.taken.store(storage.0, Ordering::Relaxed);
        Some(storage)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        for storage in [&self.offered, &self.taken] {
            // ORDERING(none): nothing else has access to the pipe any more.
            let storage = Storage(storage.load(Ordering::Relaxed));
            // SAFETY: both sides are gone. Each has freed those before these.
            unsafe { storage.free() };
        }
    }
}
