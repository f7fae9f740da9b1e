//! An allocator that can refuse, and that fills what it grants with a pattern.

#![allow(dead_code)] // Each test crate uses what it needs.
#![allow(unsafe_code)] // An allocator needs it.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr;
use std::alloc::System;

/// The byte that new memory is filled with. No test writes it.
pub(crate) const PATTERN: u8 = 0xa5;

/// An allocation of this many bytes or more is the storage of a pipe.
pub(crate) const LARGE: usize = 1 << 20;

thread_local! {
    /// The number of allocations on this thread, granted or refused.
    pub(crate) static CALLS: Cell<usize> = const { Cell::new(0) };
    /// The number of allocations of this thread, less those that it has freed.
    pub(crate) static LIVE: Cell<isize> = const { Cell::new(0) };
    /// The number of large allocations that are still granted on this thread.
    pub(crate) static GRANTS: Cell<usize> = const { Cell::new(usize::MAX) };
    /// The number of large allocations in use.
    pub(crate) static HELD: Cell<usize> = const { Cell::new(0) };
}

struct Strict;

#[global_allocator]
static ALLOCATOR: Strict = Strict;

// SAFETY: every call is forwarded to the system's allocator, or refused with a null pointer.
unsafe impl GlobalAlloc for Strict {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        if layout.size() >= LARGE {
            let Some(rest) = GRANTS.get().checked_sub(1) else {
                return ptr::null_mut();
            };
            GRANTS.set(rest);
            HELD.set(HELD.get() + 1);
        }
        // SAFETY: the caller guarantees that the layout is valid.
        let memory = unsafe { System.alloc(layout) };
        if !memory.is_null() {
            LIVE.set(LIVE.get() + 1);
            // SAFETY: the memory has this size, and nothing else refers to it yet.
            unsafe { memory.write_bytes(PATTERN, layout.size()) };
        }
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - 1);
        if layout.size() >= LARGE {
            HELD.set(HELD.get() - 1);
        }
        // SAFETY: the caller guarantees that the memory comes from `alloc`.
        unsafe { System.dealloc(memory, layout) };
    }
}
