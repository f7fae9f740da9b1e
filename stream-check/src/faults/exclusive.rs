//! A value that only a `&mut` reaches.

use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Makes a value that need only be `Send` also `Sync`, `UnwindSafe` and `RefUnwindSafe`, as the
/// streams are. The mutex is never locked.
pub(super) struct Exclusive<T>(Mutex<T>);

impl<T> Exclusive<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(super) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Exclusive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive").finish_non_exhaustive()
    }
}
