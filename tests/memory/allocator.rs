//! The system's allocator, which counts the storage of pipes on all threads, and can refuse it.

#![allow(unsafe_code)] // An allocator needs it.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr;
use core::slice;
use core::sync::atomic::{AtomicIsize, Ordering};
use std::alloc::System;

const MIB: usize = 1 << 20;

/// The smallest allocation that is the storage of a pipe, in MiB, and the number of sizes that are
/// counted.
const FIRST: usize = 16;
const SIZES: usize = 64;

/// The capacity of the pipes of a test, in MiB. Each test that counts storage has one of its own:
/// the tests run at the same time.
pub(crate) const fn mebibytes(n: usize) -> usize {
    assert!(FIRST <= n && n < FIRST + SIZES);
    n * MIB
}

/// How many allocations of about that size are in use, on all threads.
static HELD: [AtomicIsize; SIZES] = [const { AtomicIsize::new(0) }; SIZES];

/// How many times the storage of a pipe with this capacity is allocated.
pub(crate) fn held(capacity: usize) -> isize {
    HELD[index(capacity).unwrap()].load(Ordering::SeqCst)
}

/// Which of the counted sizes this is, if it is one.
fn index(size: usize) -> Option<usize> {
    let index = (size / MIB).checked_sub(FIRST)?;
    (index < SIZES).then_some(index)
}

/// The byte that new memory is filled with. No test writes it.
pub(crate) const PATTERN: u8 = 0xa5;

/// The unit in which touched memory is counted.
const BLOCK: usize = 4096;

thread_local! {
    /// The number of allocations on this thread, granted or refused.
    pub(crate) static CALLS: Cell<usize> = const { Cell::new(0) };
    /// The number of allocations of this thread, less those that it has freed.
    pub(crate) static LIVE: Cell<isize> = const { Cell::new(0) };
    /// How many storages are still granted on this thread.
    pub(crate) static GRANTS: Cell<usize> = const { Cell::new(usize::MAX) };
    /// Whether storage is filled with the pattern, too. It is scanned when it is freed.
    pub(crate) static FILLS: Cell<bool> = const { Cell::new(false) };
    /// The byte that fills new storage: the pattern, or 0 if the pipe asked for zeros.
    static BLANK: Cell<u8> = const { Cell::new(0) };
    /// How many bytes of the storage that was freed last lie in blocks that were written to.
    pub(crate) static TOUCHED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

impl Counting {
    /// Counts an allocation. Returns `false` if it is refused.
    fn grants(size: usize) -> bool {
        CALLS.set(CALLS.get() + 1);
        if size >= FIRST * MIB {
            let Some(rest) = GRANTS.get().checked_sub(1) else {
                return false;
            };
            GRANTS.set(rest);
        }
        if let Some(index) = index(size) {
            HELD[index].fetch_add(1, Ordering::SeqCst);
        }
        LIVE.set(LIVE.get() + 1);
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
        let is_storage = layout.size() >= FIRST * MIB;
        if !memory.is_null() && (FILLS.get() || !is_storage) {
            if is_storage {
                BLANK.set(PATTERN);
            }
            // SAFETY: the memory has this size, and nothing else refers to it yet.
            unsafe { memory.write_bytes(PATTERN, layout.size()) };
        }
        memory
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !Self::grants(layout.size()) {
            return ptr::null_mut();
        }
        BLANK.set(0);
        // SAFETY: the caller guarantees that the layout is valid.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - 1);
        if let Some(index) = index(layout.size()) {
            HELD[index].fetch_sub(1, Ordering::SeqCst);
            if FILLS.get() {
                // SAFETY: the memory has this size, and the pattern or zeros initialised it.
                let bytes = unsafe { slice::from_raw_parts(memory, layout.size()) };
                TOUCHED.set(touched(bytes));
            }
        }
        // SAFETY: the caller guarantees that the memory comes from `alloc`.
        unsafe { System.dealloc(memory, layout) };
    }
}

/// How many bytes lie in blocks that are not blank any more.
fn touched(bytes: &[u8]) -> usize {
    let blank = [BLANK.get(); BLOCK];
    let blocks = bytes.chunks(BLOCK);
    let touched = blocks.filter(|block| *block != &blank[..block.len()]);
    touched.map(<[u8]>::len).sum()
}
