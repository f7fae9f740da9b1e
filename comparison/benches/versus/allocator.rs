//! The allocator of this program. It can count the bytes that are allocated, and scatter large
//! blocks over the places in a page.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering::Relaxed};

/// The system's allocator, which counts and scatters. That costs every contender the same.
struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

static ALLOCATED: AtomicIsize = AtomicIsize::new(0);
static COUNTS: AtomicBool = AtomicBool::new(false);
static SCATTERS: AtomicBool = AtomicBool::new(false);
static SCATTERED: AtomicUsize = AtomicUsize::new(0);

const PAGE: usize = 4096;

/// The system's allocator aligns every block to this, where addresses have 64 bits.
const ALIGNMENT: usize = 16;

/// A scattered block begins this many bytes after such an address. No other block does.
const OFF: usize = ALIGNMENT / 2;

/// Each scattered block lies this much farther into its page than the one before it. In units of
/// the alignment, it is coprime to the page: in time, blocks lie at every place.
const STEP: usize = 13 * ALIGNMENT;

/// Returns what `make` does, and how many bytes it has allocated and not freed.
///
/// It counts for the whole program, so no other thread should allocate meanwhile.
pub(crate) fn asked_by<T>(make: impl FnOnce() -> T) -> (T, isize) {
    ALLOCATED.store(0, Relaxed);
    COUNTS.store(true, Relaxed);
    let made = make();
    COUNTS.store(false, Relaxed);
    (made, ALLOCATED.load(Relaxed))
}

/// Runs `work`. Meanwhile, each large block lies somewhere else in its page, whichever thread asks.
///
/// How fast a copy is depends on how its source and its target lie to each other. The system's
/// allocator puts buffers whose sizes are powers of two at nearly the same place in their pages.
/// Some processors then take several times as long.
pub(crate) fn scattered<T>(work: impl FnOnce() -> T) -> T {
    // After a block of this size has been freed, glibc keeps every smaller one. Before, it may
    // return memory to the kernel and ask for it again with every message.
    drop(black_box(Vec::<u8>::with_capacity(16 << 20)));
    SCATTERS.store(true, Relaxed);
    let done = work();
    SCATTERS.store(false, Relaxed);
    done
}

fn count(more: usize, less: usize) {
    if COUNTS.load(Relaxed) {
        ALLOCATED.fetch_add(more as isize - less as isize, Relaxed);
    }
}

fn can_be_scattered(layout: Layout) -> bool {
    let is_large = (PAGE..1 << 30).contains(&layout.size());
    cfg!(target_pointer_width = "64") && is_large && layout.align() <= OFF
}

fn is_to_be_scattered(layout: Layout) -> bool {
    SCATTERS.load(Relaxed) && can_be_scattered(layout)
}

fn is_scattered(block: *mut u8, layout: Layout) -> bool {
    can_be_scattered(layout) && block.addr() % ALIGNMENT == OFF
}

/// Room for the block wherever it begins in the first page.
fn with_a_page_more(layout: Layout) -> Layout {
    let size = layout.size() + PAGE;
    Layout::from_size_align(size, ALIGNMENT).expect("a large block is not that large")
}

/// The place before a scattered block that tells where the whole begins.
fn note_before(block: *mut u8) -> *mut *mut u8 {
    block.wrapping_sub(OFF).cast()
}

/// Puts a block into `whole`, which is a page larger than the block, or null.
///
/// # Safety
///
/// `whole` is from the system's allocator, by the layout of [`with_a_page_more`].
unsafe fn scatter(whole: *mut u8) -> *mut u8 {
    if whole.is_null() {
        return whole;
    }
    let offset = OFF + SCATTERED.fetch_add(STEP, Relaxed) % PAGE;
    // SAFETY: the offset is less than a page, by which the whole is larger than the block.
    let block = unsafe { whole.add(offset) };
    // SAFETY: in front of the block are at least `OFF` bytes of the whole, aligned to as many.
    unsafe { note_before(block).write(whole) };
    block
}

// SAFETY: a block is the system allocator's, or lies in one of those, which has room for it and
// lives as long. Counting and scattering neither allocate nor panic.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        if is_to_be_scattered(layout) {
            // SAFETY: it is larger than a page.
            let whole = unsafe { System.alloc(with_a_page_more(layout)) };
            // SAFETY: it is of that layout.
            return unsafe { scatter(whole) };
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        if is_to_be_scattered(layout) {
            // SAFETY: it is larger than a page.
            let whole = unsafe { System.alloc_zeroed(with_a_page_more(layout)) };
            // SAFETY: it is of that layout.
            return unsafe { scatter(whole) };
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size());
        if is_scattered(block, layout) {
            // SAFETY: `scatter` has written it there.
            let whole = unsafe { note_before(block).read() };
            // SAFETY: it was allocated by the same layout.
            return unsafe { System.dealloc(whole, with_a_page_more(layout)) };
        }
        // SAFETY: as the caller promises; the block is from the system allocator.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        let new_layout = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if is_scattered(block, layout) || is_to_be_scattered(new_layout) {
            // SAFETY: as the caller promises.
            let new_block = unsafe { self.alloc(new_layout) };
            if !new_block.is_null() {
                let common = size.min(layout.size());
                // SAFETY: both are at least as large, and the new one is another block.
                unsafe { ptr::copy_nonoverlapping(block, new_block, common) };
                // SAFETY: as the caller promises.
                unsafe { self.dealloc(block, layout) };
            }
            return new_block;
        }
        count(size, layout.size());
        // SAFETY: as the caller promises; the block is from the system allocator.
        unsafe { System.realloc(block, layout, size) }
    }
}
