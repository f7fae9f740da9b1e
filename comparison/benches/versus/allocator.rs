//! How many bytes the program has asked the allocator for and not given back.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};

/// The system's allocator, which counts while it is told to. Otherwise it costs a relaxed load, of
/// everybody the same.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static ON: AtomicBool = AtomicBool::new(false);
static HELD: AtomicIsize = AtomicIsize::new(0);

/// Returns what `make` does, and how many bytes more are held after it than before.
///
/// The whole program's: nobody else should be doing anything.
pub(crate) fn held_by<T>(make: impl FnOnce() -> T) -> (T, isize) {
    HELD.store(0, Ordering::Relaxed);
    ON.store(true, Ordering::Relaxed);
    let made = make();
    ON.store(false, Ordering::Relaxed);
    (made, HELD.load(Ordering::Relaxed))
}

fn count(more: usize, less: usize) {
    if ON.load(Ordering::Relaxed) {
        HELD.fetch_add(more as isize - less as isize, Ordering::Relaxed);
    }
}

// SAFETY: everything is the system allocator's doing, and counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as the caller promises; the block is from the system allocator.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as the caller promises; the block is from the system allocator.
        unsafe { System.realloc(block, layout, size) }
    }
}
