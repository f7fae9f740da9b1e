//! A place where a thread waits for a waker.

use alloc::sync::Arc;
use alloc::task::Wake;
use core::mem;
use std::sync::PoisonError;
#[cfg(not(all(test, any(loom, shuttle))))]
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Instant;

#[cfg(all(test, loom))]
use loom::sync::{Condvar, Mutex, MutexGuard};
#[cfg(all(test, shuttle))]
use shuttle::sync::{Condvar, Mutex, MutexGuard};

/// Parks a thread until its waker is woken.
///
/// Not `std::thread::park`: a thread has one token for all its `unpark`s, and parking here would
/// consume a token that an executor further up the stack waits for. Not `Parker` of
/// `crossbeam-utils`, which is not `Sync`.
#[derive(Default)]
pub(super) struct Parker {
    notified: Mutex<bool>,
    condvar: Condvar,
}

impl Parker {
    /// Parks the thread until the waker is woken, and returns `true`. Returns at once if it has
    /// been woken since the last call. Returns `false` if the deadline comes first, or if the
    /// thread may not sleep.
    pub(super) fn park(&self, sleeps: bool, deadline: Option<Instant>) -> bool {
        let mut notified = self.lock();
        while !*notified {
            if !sleeps {
                return false;
            }
            notified = match deadline {
                None => self
                    .condvar
                    .wait(notified)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let timeout = deadline.saturating_duration_since(Instant::now());
                    if timeout.is_zero() {
                        return false;
                    }
                    let (notified, _) = self
                        .condvar
                        .wait_timeout(notified, timeout)
                        .unwrap_or_else(PoisonError::into_inner);
                    notified
                }
            };
        }
        mem::take(&mut *notified)
    }

    /// Ignores poisoning, because no code panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.notified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.lock() = true;
        self.condvar.notify_one();
    }
}
