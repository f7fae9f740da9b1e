//! Where two threads meet, to act at the same moment.

use core::hint;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::thread;

/// How many times each of two threads has arrived, or [`LEFT`].
#[derive(Default)]
pub(crate) struct Rendezvous([AtomicUsize; 2]);

/// Instead of a number of arrivals: the thread has returned or panicked.
const LEFT: usize = usize::MAX;

impl Rendezvous {
    /// The two threads, one of which is to use each.
    pub(crate) fn threads(&self) -> [Meeting<'_>; 2] {
        let [one, other] = &self.0;
        let meeting = |own, other| Meeting { own, other };
        [meeting(one, other), meeting(other, one)]
    }
}

/// One of the two threads.
pub(crate) struct Meeting<'a> {
    own: &'a AtomicUsize,
    other: &'a AtomicUsize,
}

impl Meeting<'_> {
    /// Waits until the other thread has arrived as many times as this one. Returns `false` if the
    /// other thread has left.
    ///
    /// It spins, so that both go on at the same moment: what happens once in the life of a pipe, as
    /// its end does, takes nanoseconds.
    pub(crate) fn meet(&self) -> bool {
        let arrivals = self.own.fetch_add(1, Ordering::AcqRel) + 1;
        let mut spins = 0;
        loop {
            match self.other.load(Ordering::Acquire) {
                LEFT => return false,
                other if other >= arrivals => return true,
                _ => {}
            }
            if spins < 1000 {
                spins += 1;
                hint::spin_loop();
            } else {
                // There may be only one core.
                thread::yield_now();
            }
        }
    }
}

impl Drop for Meeting<'_> {
    fn drop(&mut self) {
        self.own.store(LEFT, Ordering::Release);
    }
}
