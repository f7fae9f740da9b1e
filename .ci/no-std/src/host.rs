//! What `std` would have brought: memory, a panic handler, and the function that is called first.
//! They are the C library's, without a crate in between.

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

/// The largest piece of memory to be had.
pub(crate) const LARGEST: usize = 1 << 20;

static PIECES: AtomicUsize = AtomicUsize::new(0);

/// How many pieces of memory are in use.
pub(crate) fn pieces() -> usize {
    PIECES.load(Ordering::Relaxed)
}

struct Memory;

#[global_allocator]
static MEMORY: Memory = Memory;

// SAFETY: `posix_memalign` gives memory of its own, of the size and alignment asked for, and it stays
// until `free`. Neither unwinds.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST {
            return ptr::null_mut();
        }
        let align = layout.align().max(align_of::<*mut c_void>());
        let mut memory = ptr::null_mut();
        // SAFETY: `memory` is there to be written to, and `align` is a power of two and a multiple of
        // the size of a pointer.
        if unsafe { posix_memalign(&mut memory, align, layout.size()) } != 0 {
            return ptr::null_mut();
        }
        PIECES.fetch_add(1, Ordering::Relaxed);
        memory.cast()
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        PIECES.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: the caller vouches that it is from `alloc`, thus from `posix_memalign`.
        unsafe { free(memory.cast()) };
    }
}

struct Stderr;

impl Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: `text` is as long as it says.
        match unsafe { write(2, text.as_ptr(), text.len()) } {
            n if n < 0 => Err(fmt::Error),
            _ => Ok(()),
        }
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // Without a way to say it, the exit code has to do.
    let _ = writeln!(Stderr, "{info}");
    // SAFETY: it ends the process, whatever state that is in.
    unsafe { _exit(101) }
}

// SAFETY: the name and the type are those that the C library expects, and nobody else defines it.
#[no_mangle]
extern "C" fn main(_argc: c_int, _argv: *const *const c_char) -> c_int {
    crate::check();
    0
}

// `core` and `alloc` come compiled for unwinding, and thus name the two functions that do it. Nothing
// here unwinds, so neither is called.

// SAFETY: only `std` would define that name, and it is not here.
#[no_mangle]
extern "C" fn rust_eh_personality() {}

// SAFETY: as above.
#[no_mangle]
extern "C" fn _Unwind_Resume() -> ! {
    panic!("something unwinds")
}
