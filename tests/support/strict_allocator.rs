//! An allocator that refuses when it is told to, and that fills what it grants with a pattern.

#![allow(dead_code)] // Each test crate uses what it needs.
#![allow(unsafe_code)] // An allocator needs it.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr;
use std::alloc::System;

/// What memory is filled with. No test writes such a byte.
pub(crate) const PATTERN: u8 = 0xa5;

/// An allocation of this many bytes or more is a pipe's.
pub(crate) const LARGE: usize = 1 << 20;

thread_local! {
    /// How many allocations have been asked for on this thread.
    pub(crate) static CALLS: Cell<usize> = const { Cell::new(0) };
    /// How many more large allocations are granted on this thread.
    pub(crate) static GRANTS: Cell<usize> = const { Cell::new(usize::MAX) };
    /// How many of them are in use.
    pub(crate) static HELD: Cell<usize> = const { Cell::new(0) };
}

struct Strict;

#[global_allocator]
static ALLOCATOR: Strict = Strict;

// SAFETY: it is the system's allocator, or a refusal.
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
        // SAFETY: the caller vouches for the layout.
        let memory = unsafe { System.alloc(layout) };
        if !memory.is_null() {
            // SAFETY: the memory is that long, and only this function has it.
            unsafe { memory.write_bytes(PATTERN, layout.size()) };
        }
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if layout.size() >= LARGE {
            HELD.set(HELD.get() - 1);
        }
        // SAFETY: the caller vouches that it comes from `alloc`.
        unsafe { System.dealloc(memory, layout) };
    }
}
