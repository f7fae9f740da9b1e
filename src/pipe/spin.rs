//! Whether a half looks for bytes for a while before it parks.
//!
//! Waking a thread that sleeps in the kernel takes several microseconds, a hundred times as long as
//! moving a message. Between two threads the peer usually answers sooner than the thread can be
//! parked and woken. Anywhere else a spin only takes time from other tasks. So a half spins only
//! where its thread would otherwise sleep.
//!
//! # The evidence
//!
//! The time that `wake()` takes tells the waker what the woken thread was doing. Measured on Linux
//! with two cores, under `block_on`, tokio's runtimes and async-executor:
//!
//! | the woken thread | `wake()` takes |
//! | --- | --- |
//! | slept in the kernel | 0.6 µs at the least, mostly 4 to 7 µs |
//! | ran another task | 0.07 to 0.5 µs: the waker pushes the task to a queue |
//!
//! A half that wakes its peer therefore measures the call, and leaves the result for the peer:
//! *asleep* if it took longer than [`ASLEEP`]. A half spins only if the latest result for it is
//! *asleep*. Nothing is shared between pipes, and no thread is identified.
//!
//! # The limits
//!
//! * The spins of a half between two `Pending`s take no longer than the limit **in total**. After
//!   that the half parks, its task returns, and the next wake renews the evidence.
//! * A spin that fails makes the half skip its next chances, four times as many each time. Spins
//!   that succeed quickly lower that number again. A spin that succeeds late counts for neither.
//! * A half looks less and less often while it spins (`Backoff`), because each look takes the cache
//!   line away from the core that writes it.

use core::task::Waker;
use core::time::Duration;

use crossbeam_utils::Backoff;

use crate::sync::{is_multicore, AtomicUsize, Instant, Ordering};

/// The default limit in total between two `Pending`s: a few times what waking a thread takes.
pub(crate) const DEFAULT_LIMIT: Duration = Duration::from_micros(50);

/// A wake that takes longer than this has woken a thread that slept.
const ASLEEP: Duration = Duration::from_nanos(1500);

/// A spin that succeeds within this time counts as a success.
const QUICK: Duration = Duration::from_micros(10);

/// After this many successes in a row, a quarter of the penalty is left.
const FORGIVE_AFTER: u32 = 8;

/// The largest number of chances that a half skips after a failure.
const MAX_PENALTY: u32 = 1024;

/// A half that may not spin measures one wake of its peer in this many.
const SAMPLE_EVERY: u32 = 16;

/// The limit that a pipe gets: none of its halves spins on a machine with one core.
pub(super) fn limit(requested: Duration) -> Duration {
    if is_multicore() {
        requested
    } else {
        Duration::ZERO
    }
}

/// Whether a half's thread was asleep when its peer last measured a wake.
pub(super) struct Evidence(AtomicUsize);

impl Evidence {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    #[inline]
    fn was_asleep(&self) -> bool {
        // ORDERING(none): an old answer costs a spin that fails, or saves one that would succeed.
        self.0.load(Ordering::Relaxed) != 0
    }

    fn set(&self, asleep: bool) {
        if self.was_asleep() != asleep {
            // ORDERING(none): as in `was_asleep`.
            self.0.store(usize::from(asleep), Ordering::Relaxed);
        }
    }
}

/// What a half remembers of its spins, and of the wakes of its peer.
#[derive(Default)]
pub(super) struct Spin {
    /// How many nanoseconds the half has spun since it last returned `Pending`.
    spent: u64,
    /// How many chances to skip, and how many after the next failure.
    skip: u32,
    penalty: u32,
    /// How many spins in a row have succeeded quickly.
    successes: u32,
    /// How many wakes of the peer have not been measured since the last one that was.
    unmeasured: u32,
}

/// A spin that is under way.
pub(super) struct Attempt {
    backoff: Backoff,
    started: Instant,
    limit: Duration,
}

impl Spin {
    /// Begins a spin, if it is time for one. `limit` is that of the pipe.
    #[inline]
    pub(super) fn start(&mut self, evidence: &Evidence, limit: Duration) -> Option<Attempt> {
        if !evidence.was_asleep() {
            return None;
        }
        let left = limit.saturating_sub(Duration::from_nanos(self.spent));
        if left.is_zero() {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        Some(Attempt {
            backoff: Backoff::new(),
            started: Instant::now(),
            limit: left,
        })
    }

    /// Ends a spin.
    pub(super) fn finish(&mut self, attempt: &Attempt, succeeded: bool) {
        let took = attempt.started.elapsed();
        self.spent = self.spent.saturating_add(took.as_nanos() as u64);
        if !succeeded {
            self.successes = 0;
            self.penalty = (self.penalty * 4).clamp(1, MAX_PENALTY);
            self.skip = self.penalty;
        } else if took < QUICK {
            self.successes += 1;
            if self.successes >= FORGIVE_AFTER {
                self.successes = 0;
                self.penalty /= 4;
            }
        }
    }

    /// The half returns `Pending`.
    #[inline]
    pub(super) fn reset(&mut self) {
        self.spent = 0;
    }

    /// Wakes the peer, and sometimes measures how long that takes. `evidence` is the peer's, and
    /// `limit` is that of the pipe.
    #[inline]
    pub(super) fn wake(&mut self, waker: Waker, evidence: &Evidence, limit: Duration) {
        if limit.is_zero() {
            return waker.wake();
        }
        self.unmeasured += 1;
        if self.unmeasured < SAMPLE_EVERY && !evidence.was_asleep() {
            return waker.wake();
        }
        self.unmeasured = 0;
        let started = Instant::now();
        waker.wake();
        evidence.set(started.elapsed() > ASLEEP);
    }
}

impl Attempt {
    /// Pauses before the next look. Returns `false` if the limit is used up.
    pub(super) fn pause(&self) -> bool {
        self.backoff.spin();
        self.started.elapsed() < self.limit
    }
}

#[cfg(all(test, feature = "std", not(loom)))]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    /// The evidence of a half whose thread was asleep.
    fn asleep() -> Evidence {
        let evidence = Evidence::new();
        evidence.set(true);
        evidence
    }

    /// How many chances a half skips before it spins again.
    fn skipped(spin: &mut Spin) -> u32 {
        let mut n = 0;
        while spin.start(&asleep(), LONG).is_none() {
            n += 1;
        }
        n
    }

    fn quick_success(spin: &mut Spin) {
        // Two calls of the clock apart, unless the test is suspended: then it counts for nothing.
        loop {
            let before = (spin.successes, spin.penalty);
            let attempt = spin.start(&asleep(), LONG).unwrap();
            spin.finish(&attempt, true);
            if (spin.successes, spin.penalty) != before {
                return;
            }
        }
    }

    fn failure(spin: &mut Spin) {
        let attempt = spin.start(&asleep(), LONG).unwrap();
        spin.finish(&attempt, false);
    }

    #[test]
    fn b23_a_half_spins_only_if_its_thread_was_asleep() {
        let mut spin = Spin::default();
        let evidence = Evidence::new();
        assert!(spin.start(&evidence, LONG).is_none(), "nothing is known");
        evidence.set(true);
        assert!(spin.start(&evidence, LONG).is_some());
        evidence.set(false);
        assert!(spin.start(&evidence, LONG).is_none(), "it had work to do");
    }

    #[test]
    fn b23_a_limit_of_zero_turns_spinning_off() {
        assert!(Spin::default().start(&asleep(), Duration::ZERO).is_none());
    }

    #[test]
    fn b23_the_limit_is_a_total_between_two_pendings() {
        const LIMIT: Duration = Duration::from_micros(200);
        let mut spin = Spin::default();
        let mut looks = 0;
        while let Some(attempt) = spin.start(&asleep(), LIMIT) {
            while attempt.pause() && attempt.started.elapsed() < LIMIT / 8 {
                looks += 1;
            }
            spin.finish(&attempt, true);
        }
        assert!(Duration::from_nanos(spin.spent) >= LIMIT, "{looks} looks");
        spin.reset();
        assert!(spin.start(&asleep(), LIMIT).is_some());
    }

    #[test]
    fn b23_each_failure_makes_the_next_spins_rarer_and_successes_make_up_for_it() {
        let mut spin = Spin::default();
        for expected in [1, 4, 16, 64, 256, 1024, 1024] {
            failure(&mut spin);
            assert_eq!(skipped(&mut spin), expected);
        }
        (1..FORGIVE_AFTER).for_each(|_| quick_success(&mut spin));
        failure(&mut spin);
        assert_eq!(skipped(&mut spin), 1024, "not enough successes in a row");
        (0..2 * FORGIVE_AFTER).for_each(|_| quick_success(&mut spin));
        failure(&mut spin);
        assert_eq!(skipped(&mut spin), 256);
    }
}
