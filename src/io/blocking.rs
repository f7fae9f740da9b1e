//! Halves that block the thread.

/// A stream or half whose reads and writes block the thread instead of suspending a task.
#[derive(Debug)]
pub struct Blocking<T> {
    inner: T,
}

impl<T> Blocking<T> {
    /// The asynchronous stream or half.
    pub fn into_inner(self) -> T {
        self.inner
    }
}
