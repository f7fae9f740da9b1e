//! A value on the heap with two owners, of which the last one frees it.
//!
//! What `Arc` does for any number of owners is more than two need: here making the second one costs
//! nothing, the last one finds out by a load that it is, the value is built where it stays, bytes may
//! come with it, and an allocator that refuses is reported.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;
use core::ops::Deref;
use core::ptr::{addr_of_mut, NonNull};

use super::OutOfMemory;
use crate::sync::{AtomicUsize, Ordering};

/// One of the two owners of a `T`.
pub(super) struct Owner<T> {
    shared: NonNull<Owned<T>>,
}

struct Owned<T> {
    value: T,
    /// Whether one of the owners has gone.
    one_left: AtomicUsize,
    /// How many bytes there are behind this.
    appendix: usize,
}

impl<T> Owned<T> {
    #[inline]
    fn layout(appendix: usize) -> Layout {
        let bytes = Layout::array::<u8>(appendix).expect("an appendix is short");
        let (layout, _) = Layout::new::<Self>()
            .extend(bytes)
            .expect("an appendix is short");
        layout
    }
}

// SAFETY: both owners reach the value by reference, and either may drop it.
unsafe impl<T: Send + Sync> Send for Owner<T> {}
// SAFETY: a reference to an owner gives nothing but a reference to the value.
unsafe impl<T: Send + Sync> Sync for Owner<T> {}

impl<T> Owner<T> {
    /// Makes both owners of a value, which `init` puts into its place. It gets the address of that, and
    /// of so many bytes more that go with it.
    ///
    /// # Safety
    ///
    /// `init` initialises the value, or panics.
    #[inline]
    pub(super) unsafe fn pair(
        appendix: usize,
        init: impl FnOnce(*mut T, *mut u8),
    ) -> Result<(Self, Self), OutOfMemory> {
        let layout = Owned::<T>::layout(appendix);
        // SAFETY: the layout has room for a word at least.
        let memory = unsafe { alloc(layout) }.cast::<Owned<T>>();
        let shared = NonNull::new(memory).ok_or(OutOfMemory(layout))?;
        // SAFETY: there is memory for all of the fields.
        let value = unsafe { addr_of_mut!((*memory).value) };
        // SAFETY: the bytes follow the value without a gap, since they need no alignment.
        init(value, unsafe { memory.add(1) }.cast());
        // SAFETY: as for the value.
        let one_left = unsafe { addr_of_mut!((*memory).one_left) };
        // SAFETY: this memory is nobody else's.
        unsafe { one_left.write(AtomicUsize::new(0)) };
        // SAFETY: as for the value.
        let length = unsafe { addr_of_mut!((*memory).appendix) };
        // SAFETY: this memory is nobody else's.
        unsafe { length.write(appendix) };
        Ok((Self { shared }, Self { shared }))
    }

    /// Whether the other owner has gone.
    #[inline]
    pub(super) fn is_last(&self) -> bool {
        // ORDERING(D): Acquire, to free the value after whatever the other owner did with it.
        self.owned().one_left.load(Ordering::Acquire) != 0
    }

    /// Whether both own the same value.
    pub(super) fn is_other_of(&self, other: &Self) -> bool {
        self.shared == other.shared
    }

    #[inline]
    fn owned(&self) -> &Owned<T> {
        // SAFETY: `pair` initialised it, and it is freed by the owner that goes last.
        unsafe { self.shared.as_ref() }
    }
}

impl<T> Deref for Owner<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.owned().value
    }
}

impl<T> Drop for Owner<T> {
    fn drop(&mut self) {
        // ORDERING(D): Release, so that the other owner frees the value after whatever this one did with
        // it. Acquire, should the other one have gone just now.
        if self.is_last() || self.owned().one_left.swap(1, Ordering::AcqRel) != 0 {
            let layout = Owned::<T>::layout(self.owned().appendix);
            // SAFETY: the other owner has gone, and no reference outlives its owner.
            unsafe { self.shared.as_ptr().drop_in_place() };
            // SAFETY: `pair` allocated it with this layout.
            unsafe { dealloc(self.shared.as_ptr().cast(), layout) };
        }
    }
}
