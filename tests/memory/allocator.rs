//! The system's allocator, which counts what is asked for, and can refuse the storage of pipes.

#![allow(unsafe_code)] // An allocator needs it.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{AtomicIsize, Ordering};
use std::alloc::System;
use std::thread;

/// What a storage takes beside its bytes.
pub(crate) const OVERHEAD: usize = 32;

/// The number of capacities that are counted.
const CAPACITIES: usize = 64;

/// A capacity whose storages are counted on all threads. Each test has its own: they run at the
/// same time. No other allocation has such a size.
pub(crate) const fn counted(n: usize) -> usize {
    assert!(n < CAPACITIES);
    501 + 2 * n
}

/// How many storages of each counted capacity are in use.
static HELD: [AtomicIsize; CAPACITIES] = [const { AtomicIsize::new(0) }; CAPACITIES];

/// How many pipes with this capacity have a storage.
pub(crate) fn held(capacity: usize) -> isize {
    HELD[index(capacity + OVERHEAD).unwrap()].load(Ordering::SeqCst)
}

/// Which of the counted storages has this size, if one has.
fn index(size: usize) -> Option<usize> {
    let above = size.checked_sub(counted(0) + OVERHEAD)?;
    (above % 2 == 0 && above / 2 < CAPACITIES).then_some(above / 2)
}

/// Whether this is the size of a counted storage, of the first storage of a larger pipe, of one
/// that has grown for a loan, or of one that nothing else is as large as.
fn is_storage(size: usize) -> bool {
    index(size).is_some()
        || size == 960 + OVERHEAD
        || size == (16 << 10) + OVERHEAD
        || size >= 16 << 20
}

/// The byte that new memory is filled with. No test writes it.
pub(crate) const PATTERN: u8 = 0xa5;

thread_local! {
    /// The number of allocations on this thread, granted or refused.
    pub(crate) static CALLS: Cell<usize> = const { Cell::new(0) };
    /// The number of allocations of this thread, less those that it has freed.
    pub(crate) static LIVE: Cell<isize> = const { Cell::new(0) };
    /// The bytes of these, and the most that they were since it was set.
    pub(crate) static BYTES: Cell<isize> = const { Cell::new(0) };
    pub(crate) static PEAK: Cell<isize> = const { Cell::new(0) };
    /// How many storages are still granted on this thread.
    pub(crate) static GRANTS: Cell<usize> = const { Cell::new(usize::MAX) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

impl Counting {
    /// Counts an allocation. Returns `false` if it is refused.
    fn grants(size: usize) -> bool {
        CALLS.set(CALLS.get() + 1);
        // A panic may need memory for its backtrace, and hangs if that is refused.
        if is_storage(size) && !thread::panicking() {
            let Some(rest) = GRANTS.get().checked_sub(1) else {
                return false;
            };
            GRANTS.set(rest);
        }
        if let Some(index) = index(size) {
            HELD[index].fetch_add(1, Ordering::SeqCst);
        }
        LIVE.set(LIVE.get() + 1);
        BYTES.set(BYTES.get() + size as isize);
        PEAK.set(PEAK.get().max(BYTES.get()));
        true
    }
}

// SAFETY: every call is forwarded to the system's allocator, or refused with a null pointer.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !Self::grants(layout.size()) {
            return ptr::null_mut();
        }
        // SAFETY: the caller guarantees that the layout is valid.
        let memory = unsafe { System.alloc(layout) };
        if !memory.is_null() {
            // SAFETY: the memory has this size, and nothing else refers to it yet.
            unsafe { memory.write_bytes(PATTERN, layout.size()) };
        }
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - 1);
        BYTES.set(BYTES.get() - layout.size() as isize);
        if let Some(index) = index(layout.size()) {
            HELD[index].fetch_sub(1, Ordering::SeqCst);
        }
        // SAFETY: the caller guarantees that the memory comes from `alloc`.
        unsafe { System.dealloc(memory, layout) };
    }
}

/// The most bytes that `body` has asked for and not freed at a time, on this thread.
pub(crate) fn peak(body: impl FnOnce()) -> usize {
    let before = BYTES.get();
    PEAK.set(before);
    body();
    usize::try_from(PEAK.get() - before).unwrap()
}
