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
//! A half that wakes its peer therefore measures some of these calls, and leaves the result for the
//! peer: *asleep* if the call took longer than [`ASLEEP`]. One short call does not revoke that,
//! because a thread that is about to sleep is woken as quickly as one that runs another task;
//! [`REVOKE_AFTER`] of them in a row do. A half spins only while its evidence is *asleep*. Nothing
//! is shared between pipes, and no thread is identified.
//!
//! # The limits
//!
//! * The spins of a half between two `Pending`s take no longer than the pipe's limit **in total**.
//!   After that the half parks, its task returns, and the next wake renews the evidence.
//! * One spin takes at most a tenth of the limit.
//! * A spin that fails makes the half skip its next chances, eight times as many each time. Spins
//!   that succeed lower that number again. If both threads share a core, all spins fail, and the
//!   half soon skips nearly all of them.
//! * A half looks less and less often while it spins (`Backoff`), because each look takes the cache
//!   line away from the core that writes it.

use core::task::Waker;
use core::time::Duration;

use crossbeam_utils::Backoff;

use crate::sync::{is_multicore, AtomicUsize, Instant, Ordering};

/// The default limit in total between two `Pending`s: ten times what waking a thread takes.
pub(crate) const DEFAULT_LIMIT: Duration = Duration::from_micros(100);

/// One spin takes at most one part in this many of the limit. 10 µs by default: about as long as
/// the wake that it may save, so that a spin that fails costs no more than one that succeeds saves.
const SPINS: u32 = 10;

/// A wake that takes longer than this has woken a thread that slept.
const ASLEEP: Duration = Duration::from_nanos(700);

/// The first wake that a half measures. A pipe with a single message pays nothing.
const FIRST_SAMPLE: u32 = 2;

/// This many short wakes in a row say that the thread does not sleep.
const REVOKE_AFTER: u32 = 4;

/// A half measures one wake of its peer in this many, and the next one too if the result is news.
const SAMPLE_EVERY: u32 = 64;

/// After this many successes in a row, an eighth of the penalty is left.
const FORGIVE_AFTER: u32 = 8;

/// The number of chances that a half skips after its first failure.
const MIN_PENALTY: u32 = 4;

/// The largest number of chances that a half skips after a failure.
const MAX_PENALTY: u32 = 256;

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
pub(super) struct Spin {
    /// How long the half has spun since it last returned `Pending`.
    spent: Duration,
    /// How many chances to skip, and how many after the latest failure.
    skip: u32,
    penalty: u32,
    /// How many spins in a row have succeeded.
    successes: u32,
    /// How many measured wakes in a row were short.
    short_wakes: u32,
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
    pub(super) fn new() -> Self {
        Self {
            spent: Duration::ZERO,
            skip: 0,
            penalty: 0,
            successes: 0,
            short_wakes: 0,
            unmeasured: SAMPLE_EVERY - FIRST_SAMPLE,
        }
    }

    /// Whether a half may spin when it has to wait.
    #[inline]
    pub(super) fn is_due(&mut self, evidence: &Evidence) -> bool {
        if !evidence.was_asleep() {
            return false;
        }
        let is_due = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        is_due
    }

    /// Begins a spin that is due, if the half has not used up `limit`, which is that of the pipe.
    pub(super) fn start(&self, limit: Duration) -> Option<Attempt> {
        let left = limit.saturating_sub(self.spent);
        (!left.is_zero()).then(|| Attempt {
            backoff: Backoff::new(),
            started: Instant::now(),
            limit: left.min(limit / SPINS),
        })
    }

    /// Ends a spin.
    pub(super) fn finish(&mut self, attempt: &Attempt, succeeded: bool) {
        self.spent = self.spent.saturating_add(attempt.started.elapsed());
        if !succeeded {
            self.successes = 0;
            self.penalty = (self.penalty * 8).clamp(MIN_PENALTY, MAX_PENALTY);
            self.skip = self.penalty;
            return;
        }
        self.successes += 1;
        if self.successes >= FORGIVE_AFTER {
            self.successes = 0;
            self.penalty /= 8;
        }
    }

    /// The half returns `Pending`.
    #[inline]
    pub(super) fn reset(&mut self) {
        self.spent = Duration::ZERO;
    }

    /// Wakes the peer, and sometimes measures how long that takes. `evidence` is the peer's, and
    /// `limit` is that of the pipe.
    #[inline]
    pub(super) fn wake(&mut self, waker: Waker, evidence: &Evidence, limit: Duration) {
        self.unmeasured += 1;
        if self.unmeasured < SAMPLE_EVERY {
            waker.wake();
        } else {
            self.wake_and_measure(waker, evidence, limit);
        }
    }

    #[cold]
    fn wake_and_measure(&mut self, waker: Waker, evidence: &Evidence, limit: Duration) {
        if limit.is_zero() || !is_multicore() {
            self.unmeasured = 0;
            return waker.wake();
        }
        let started = Instant::now();
        waker.wake();
        self.measured(started.elapsed() > ASLEEP, evidence);
    }

    /// A wake of the peer was measured.
    fn measured(&mut self, asleep: bool, evidence: &Evidence) {
        let is_news = asleep != evidence.was_asleep();
        self.unmeasured = if is_news { SAMPLE_EVERY } else { 0 };
        if asleep {
            self.short_wakes = 0;
            evidence.set(true);
        } else {
            self.short_wakes = self.short_wakes.saturating_add(1);
            if self.short_wakes >= REVOKE_AFTER {
                evidence.set(false);
            }
        }
    }
}

impl Attempt {
    /// Pauses before the next look. Returns `false` if the limit is used up.
    pub(super) fn pause(&self) -> bool {
        self.backoff.spin();
        self.started.elapsed() < self.limit
    }
}

#[cfg(all(test, feature = "std", not(any(loom, shuttle))))]
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
        while !spin.is_due(&asleep()) {
            n += 1;
        }
        n
    }

    /// A spin that succeeds, or fails.
    fn attempt(spin: &mut Spin, succeeds: bool) {
        let attempt = spin.start(LONG).unwrap();
        spin.finish(&attempt, succeeds);
    }

    #[test]
    fn b23_a_half_spins_only_if_its_thread_was_asleep() {
        let mut spin = Spin::new();
        let evidence = Evidence::new();
        assert!(!spin.is_due(&evidence), "nothing is known");
        evidence.set(true);
        assert!(spin.is_due(&evidence));
        evidence.set(false);
        assert!(!spin.is_due(&evidence), "it had work to do");
    }

    #[test]
    fn b23_a_limit_of_zero_turns_spinning_off() {
        assert!(Spin::new().start(Duration::ZERO).is_none());
    }

    #[test]
    fn b23_one_long_wake_is_evidence_until_four_short_ones_follow_each_other() {
        let (mut spin, evidence) = (Spin::new(), Evidence::new());
        for short in 0..REVOKE_AFTER {
            spin.measured(true, &evidence);
            (0..short).for_each(|_| spin.measured(false, &evidence));
            assert!(evidence.was_asleep(), "after {short} short wakes");
        }
        (0..REVOKE_AFTER).for_each(|_| spin.measured(false, &evidence));
        assert!(!evidence.was_asleep());
    }

    #[test]
    fn b23_a_wake_is_measured_right_after_one_that_was_news_and_rarely_otherwise() {
        let (mut spin, evidence) = (Spin::new(), Evidence::new());
        let mut is_news = |asleep| {
            spin.measured(asleep, &evidence);
            spin.unmeasured > 0
        };
        assert_eq!([false; 2].map(&mut is_news), [false; 2]);
        assert_eq!([true; 3].map(&mut is_news), [true, false, false]);
        let until_revoked = [true, true, true, true, false];
        assert_eq!([false; 5].map(&mut is_news), until_revoked);
    }

    #[test]
    fn b23_one_spin_is_limited_and_so_are_all_of_them_between_two_pendings() {
        const LIMIT: Duration = Duration::from_micros(200);
        let mut spin = Spin::new();
        assert_eq!(spin.start(LIMIT).unwrap().limit, LIMIT / SPINS);
        let mut spins = 0;
        while let Some(attempt) = spin.start(LIMIT) {
            assert!(spin.spent + attempt.limit <= LIMIT);
            while attempt.pause() {}
            spin.finish(&attempt, true);
            spins += 1;
        }
        assert!(spin.spent >= LIMIT, "{spins} spins");
        spin.reset();
        assert!(spin.start(LIMIT).is_some());
    }

    #[test]
    fn b23_each_failure_makes_the_next_spins_rarer_and_successes_make_up_for_it() {
        let mut spin = Spin::new();
        for expected in [4, 32, 256, 256] {
            attempt(&mut spin, false);
            assert_eq!(skipped(&mut spin), expected);
        }
        (1..FORGIVE_AFTER).for_each(|_| attempt(&mut spin, true));
        attempt(&mut spin, false);
        assert_eq!(skipped(&mut spin), 256, "not enough successes in a row");
        (0..2 * FORGIVE_AFTER).for_each(|_| attempt(&mut spin, true));
        attempt(&mut spin, false);
        assert_eq!(skipped(&mut spin), 32);
    }
}
