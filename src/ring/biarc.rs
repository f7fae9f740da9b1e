//! A value on the heap that two halves own, and that handles may use.
//!
//! `Arc` does more than a pipe needs: `BiArc` makes both owners at once, the last one learns by a
//! load that it is the last, the value is initialised in place, and an allocator that refuses is
//! reported. Making and dropping a pipe takes less than half of the time that it takes with `Arc`
//! (39 ns and 90 ns, measured).
//!
//! ```text
//!   the count of owners    | handles ............ | halves, 0 to 2 |
//! ```
//!
//! A handle keeps the value, and is counted apart so that a half can tell whether it is the last
//! one.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;
use core::ops::Deref;
use core::ptr::{addr_of_mut, NonNull};

use super::OutOfMemory;
use crate::sync::{AtomicUsize, Ordering};

/// One half in the count of owners.
const HALF: usize = 1;

/// The bits that count the halves.
const HALVES: usize = 0b11;

/// One handle in the count of owners.
const HANDLE: usize = 0b100;

/// One of the two halves that own a `T`.
pub(super) struct BiArc<T> {
    inner: NonNull<Inner<T>>,
}

/// A further owner of a `T`.
pub(super) struct Handle<T> {
    inner: NonNull<Inner<T>>,
}

struct Inner<T> {
    value: T,
    owners: AtomicUsize,
}

// SAFETY: all owners reach the value by shared reference, and any of them may drop it.
unsafe impl<T: Send + Sync> Send for BiArc<T> {}
// SAFETY: a reference to an owner gives a shared reference to the value, and handles.
unsafe impl<T: Send + Sync> Sync for BiArc<T> {}
// SAFETY: all owners reach the value by shared reference, and any of them may drop it.
unsafe impl<T: Send + Sync> Send for Handle<T> {}
// SAFETY: a reference to an owner gives a shared reference to the value, and handles.
unsafe impl<T: Send + Sync> Sync for Handle<T> {}

impl<T> BiArc<T> {
    /// Makes both halves of a value.
    ///
    /// # Safety
    ///
    /// `init` initialises the `T` that it gets the address of, or panics.
    #[inline(always)] // So that the value is initialised in place.
    pub(super) unsafe fn pair(init: impl FnOnce(*mut T)) -> Result<(Self, Self), OutOfMemory> {
        let layout = Self::layout();
        // SAFETY: `Inner` holds an `AtomicUsize`, so its size is not 0.
        let memory = unsafe { alloc(layout) }.cast::<Inner<T>>();
        let inner = NonNull::new(memory).ok_or(OutOfMemory)?;
        // SAFETY: `memory` has room for all fields of an `Inner<T>`.
        init(unsafe { addr_of_mut!((*memory).value) });
        // SAFETY: `memory` has room for all fields of an `Inner<T>`.
        let owners = unsafe { addr_of_mut!((*memory).owners) };
        // SAFETY: no reference to this memory exists.
        unsafe { owners.write(AtomicUsize::new(2 * HALF)) };
        Ok((Self { inner }, Self { inner }))
    }

    /// The layout of the one allocation.
    pub(super) fn layout() -> Layout {
        Layout::new::<Inner<T>>()
    }

    /// Whether this is the only owner.
    #[inline]
    pub(super) fn is_unique(&self) -> bool {
        self.inner().owners() == HALF
    }

    /// Whether the other half has been dropped, and handles are left. Everything that the other
    /// half did *happens before* a `true`.
    #[inline]
    pub(super) fn is_left_with_handles(&self) -> bool {
        let owners = self.inner().owners();
        owners >= HANDLE && owners & HALVES == HALF
    }

    /// Makes a handle.
    pub(super) fn handle(&self) -> Handle<T> {
        // SAFETY: the caller has a half, so the value lives.
        unsafe { Handle::new(self.inner) }
    }

    /// Whether both own the same value.
    pub(super) fn ptr_eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }

    #[inline]
    fn inner(&self) -> &Inner<T> {
        // SAFETY: `pair` initialised it, and the last owner frees it.
        unsafe { self.inner.as_ref() }
    }
}

impl<T> Handle<T> {
    /// Counts one more handle.
    ///
    /// # Safety
    ///
    /// The value has an owner, and keeps it during this call.
    unsafe fn new(inner: NonNull<Inner<T>>) -> Self {
        // SAFETY: the value has an owner, so it lives.
        let owners = unsafe { &inner.as_ref().owners };
        // ORDERING(none): the owner that makes a handle passes on what it knows by passing it on.
        let before = owners.fetch_add(HANDLE, Ordering::Relaxed);
        debug_assert!(before > 0, "a handle is made by an owner");
        // As `Arc` does: only leaking handles leads there, and the count must not overflow.
        assert!(before < usize::MAX / 2, "too many handles of a pipe");
        Self { inner }
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        // SAFETY: `self` is an owner.
        unsafe { Self::new(self.inner) }
    }
}

impl<T> Inner<T> {
    /// The count of owners.
    #[inline]
    fn owners(&self) -> usize {
        // ORDERING(D): Acquire, to free the value, or a part of it, after everything that the other
        // owners did with it.
        self.owners.load(Ordering::Acquire)
    }

    /// Takes `share` from the count of owners, and frees the value if none is left.
    ///
    /// # Safety
    ///
    /// The caller is an owner that counts as `share`, and is not used again.
    #[inline]
    unsafe fn release(inner: NonNull<Self>, share: usize) {
        // SAFETY: the caller is an owner, so the value lives.
        let this = unsafe { inner.as_ref() };
        let owners = this.owners();
        let counted = if share == HALF { HALVES } else { !HALVES };
        debug_assert!(owners & counted >= share, "an owner is counted");
        // ORDERING(D): Release, so that the last owner frees the value after everything that this
        // one did with it. Acquire, in case this is the last one by now.
        if owners == share || this.owners.fetch_sub(share, Ordering::AcqRel) == share {
            let memory = inner.as_ptr();
            // SAFETY: no owner is left, and no reference outlives its owner.
            unsafe { memory.drop_in_place() };
            // SAFETY: `pair` allocated this memory with this layout.
            unsafe { dealloc(memory.cast(), BiArc::<T>::layout()) };
        }
    }
}

impl<T> Deref for BiArc<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.inner().value
    }
}

impl<T> Deref for Handle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `BiArc::pair` initialised it, and the last owner frees it.
        unsafe { &self.inner.as_ref().value }
    }
}

impl<T> Drop for BiArc<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this is a half.
        unsafe { Inner::release(self.inner, HALF) };
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        // SAFETY: this is a handle.
        unsafe { Inner::release(self.inner, HANDLE) };
    }
}
