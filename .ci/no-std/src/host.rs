//! What `std` would provide: an allocator, a panic handler and `main`, by calls of the C library.

use core::alloc::{GlobalAlloc, Layout};
use core::ffi::{c_char, c_int, c_void};
use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

#[link(name = "c")]
extern "C" {
    fn posix_memalign(memory: *mut *mut c_void, align: usize, size: usize) -> c_int;
    fn free(memory: *mut c_void);
    fn write(file: c_int, bytes: *const u8, n: usize) -> isize;
    fn _exit(code: c_int) -> !;
}

/// The size of the largest possible allocation.
pub(crate) const LARGEST: usize = 1 << 20;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

/// The number of allocations in use.
pub(crate) fn allocations() -> usize {
    ALLOCATIONS.load(Ordering::Relaxed)
}

struct Memory;

#[global_allocator]
static MEMORY: Memory = Memory;

// SAFETY: `posix_memalign` returns new memory of the given size and alignment, which is valid until
// `free`. Neither unwinds.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST {
            return ptr::null_mut();
        }
        let align = layout.align().max(align_of::<*mut c_void>());
        let mut memory = ptr::null_mut();
        // SAFETY: `memory` is valid for a write, and `align` is a power of two and a multiple of
        // the size of a pointer.
        if unsafe { posix_memalign(&mut memory, align, layout.size()) } != 0 {
            return ptr::null_mut();
        }
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        memory.cast()
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        ALLOCATIONS.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: the caller guarantees that the memory comes from `alloc`, so from
        // `posix_memalign`.
        unsafe { free(memory.cast()) };
    }
}

struct Stderr;

impl Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: `text` is valid for reads of its length.
        match unsafe { write(2, text.as_ptr(), text.len()) } {
            n if n < 0 => Err(fmt::Error),
            _ => Ok(()),
        }
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // If the message cannot be written, the exit code reports the panic.
    let _ = writeln!(Stderr, "{info}");
    // SAFETY: `_exit` ends the process in any state.
    unsafe { _exit(101) }
}

// SAFETY: the C library expects this name and type, and no other item defines the name.
#[no_mangle]
extern "C" fn main(_argc: c_int, _argv: *const *const c_char) -> c_int {
    crate::check();
    0
}

// `core` and `alloc` are compiled for unwinding, and refer to the two functions that do it. This
// program does not unwind, so neither is called.

// SAFETY: only `std` would define this name, and it is not linked.
#[no_mangle]
extern "C" fn rust_eh_personality() {}

// SAFETY: as above.
#[no_mangle]
extern "C" fn _Unwind_Resume() -> ! {
    panic!("something unwinds")
}
