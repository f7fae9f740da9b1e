//! Whether it is worth looking again before going to sleep, and for how long.
//!
//! Between two threads on two cores, what a sleeper waits for is mostly there sooner than it can be put to
//! sleep and woken. Anywhere else, to spin is to keep the peer from doing it. So a half spins only when
//! it has reason to think that the peer is running right now:
//!
//! * **On another thread.** A half leaves a token of its thread when it goes to sleep and when it wakes
//!   its peer. Same token, or none yet: no spin.
//! * **With nothing else to do here.** If another half went to sleep on this thread since this one
//!   did, then the thread has other tasks, and spinning would keep them waiting. That is what many
//!   streams on few workers look like: there is no idle core then whose sleep could be spared.
//! * **With success.** A spin that comes to nothing makes its thread skip the next chances, four times as
//!   many each time. The number falls back as spins in a row are worth it.
//!
//! It spins for no longer than twice the time since it last went to sleep: where sleeping and waking take
//! little, as when both threads share a core, there is little to be spared. And it looks less and
//! less often, for every look takes the line away from the core that writes it.

use core::time::Duration;

use crate::sync::thread::{self, Moment};

/// How long a half spins at most, unless the options say otherwise: about what it takes to wake a
/// sleeping thread, so that two that have just been woken for each other meet.
pub(crate) const DEFAULT_LIMIT: Duration = Duration::from_micros(50);

/// After so many spins in a row that were worth it, a miss is forgiven.
const TRUSTED: u32 = 8;

/// A half never skips more chances than this after a miss.
const MAX_GAP: u32 = 1024;

/// The longest pause between two looks, in turns of an empty loop.
const MAX_PAUSE: u32 = 64;

/// What one half remembers of its sleeps.
#[derive(Clone, Copy, Default)]
pub(crate) struct Spin {
    /// Which of the thread's parks was this half's latest.
    park: usize,
    /// Whether its peer was on another thread then, and this thread had no other half.
    is_apart: bool,
}

/// What the spins of a thread have come to: a new pipe starts with what others have learned.
#[derive(Clone, Copy)]
pub(crate) struct Luck {
    /// When a half last went to sleep here whose peer was on another thread.
    parked_at: Option<Moment>,
    /// How many chances to skip yet, and how many after the next miss.
    skip: u32,
    gap: u32,
    /// How many spins in a row were worth it.
    hits: u32,
}

impl Luck {
    pub(crate) const NEW: Self = Self {
        parked_at: None,
        skip: 0,
        gap: 0,
        hits: 0,
    };

    fn is_due(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        true
    }

    fn hit(&mut self) {
        self.hits += 1;
        if self.hits >= TRUSTED {
            self.hits = 0;
            self.gap /= 4;
        }
    }

    fn miss(&mut self) {
        self.hits = 0;
        self.gap = (self.gap * 4).clamp(1, MAX_GAP);
        self.skip = self.gap;
    }
}

impl Spin {
    /// Whether to spin now, if the peer has left that token, for no longer than the limit.
    #[inline]
    pub(crate) fn is_due(&mut self, peer: usize, limit: Duration) -> bool {
        self.is_apart = peer != thread::token()
            && peer != thread::NOWHERE
            && self.park == thread::parks()
            && !limit.is_zero();
        self.is_apart && thread::update_luck(Luck::is_due) && thread::run_at_once()
    }

    /// Whether the halves had a thread each to themselves when this one last had to wait.
    pub(crate) fn is_apart(&self) -> bool {
        self.is_apart
    }

    /// The half goes to sleep.
    #[inline]
    pub(crate) fn park(&mut self) {
        self.park = thread::count_park();
        if self.is_apart {
            let now = Some(Moment::now());
            thread::update_luck(|luck| luck.parked_at = now);
        }
    }
}

/// Looks again and again, for no longer than the limit, and returns whether that found anything.
///
/// The half that does so was the last one to go to sleep here.
pub(crate) fn spin(limit: Duration, mut look: impl FnMut() -> bool) -> bool {
    let start = Moment::now();
    let limit = match thread::update_luck(|luck| luck.parked_at) {
        Some(parked_at) => limit.min(start.since(parked_at) * 2),
        None => limit,
    };
    let mut pause = 1;
    while !look() {
        if pause < MAX_PAUSE {
            pause *= 2;
        } else if Moment::now().since(start) >= limit {
            thread::update_luck(Luck::miss);
            return false;
        }
        (0..pause).for_each(|_| core::hint::spin_loop());
    }
    thread::update_luck(Luck::hit);
    true
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// What a half is like that has gone to sleep here, as the last one.
    fn parked() -> Spin {
        let mut spin = Spin::default();
        spin.park();
        spin
    }

    const ELSEWHERE: usize = usize::MAX;

    #[test]
    fn b23_a_half_spins_only_for_a_peer_on_another_thread() {
        let mut spin = parked();
        assert!(spin.is_due(ELSEWHERE, DEFAULT_LIMIT));
        assert!(
            !spin.is_due(thread::NOWHERE, DEFAULT_LIMIT),
            "nothing is known of the peer"
        );
        assert!(
            !spin.is_due(thread::token(), DEFAULT_LIMIT),
            "the peer is here"
        );
        assert!(!spin.is_due(ELSEWHERE, Duration::ZERO), "it is not to spin");
    }

    #[test]
    fn b23_a_thread_that_has_other_halves_does_not_spin() {
        let mut spin = parked();
        let mut other = parked();
        assert!(!spin.is_due(ELSEWHERE, DEFAULT_LIMIT));
        assert!(other.is_due(ELSEWHERE, DEFAULT_LIMIT));
        spin.park();
        assert!(spin.is_due(ELSEWHERE, DEFAULT_LIMIT));
    }

    #[test]
    fn b23_threads_have_tokens_of_their_own() {
        let here = thread::token();
        assert_eq!(thread::token(), here);
        assert_ne!(here, thread::NOWHERE);
        let there = std::thread::spawn(thread::token).join().unwrap();
        assert_ne!(there, here);
    }

    #[test]
    fn b23_misses_make_chances_rarer_and_hits_make_up_for_them() {
        // How many chances are skipped before the next one that is taken.
        fn skipped(luck: &mut Luck) -> usize {
            core::iter::repeat_with(|| luck.is_due())
                .take_while(|due| !due)
                .count()
        }
        let mut luck = Luck::NEW;
        assert_eq!(skipped(&mut luck), 0);
        for expected in [1, 4, 16, 64, 256, 1024, 1024] {
            luck.miss();
            assert_eq!(skipped(&mut luck), expected);
        }
        (1..TRUSTED).for_each(|_| luck.hit());
        luck.miss();
        assert_eq!(skipped(&mut luck), 1024, "not enough hits in a row");
        (0..2 * TRUSTED).for_each(|_| luck.hit());
        luck.miss();
        assert_eq!(skipped(&mut luck), 256);
    }

    #[test]
    fn b23_a_spin_ends_with_its_limit_or_with_success() {
        let mut looks = 0;
        let found = spin(Duration::ZERO, || {
            looks += 1;
            false
        });
        assert!(!found);
        // The clock is not asked before the pauses have grown.
        assert!(looks <= 8, "{looks}");

        let mut looks = 0;
        let found = spin(Duration::from_secs(3600), || {
            looks += 1;
            looks == 1000
        });
        assert!(found);
    }

    /// A half that was back at once has been woken fast, so there is little to be spared.
    #[test]
    fn b23_a_spin_is_no_longer_than_twice_the_last_sleep() {
        let mut half = parked();
        assert!(half.is_due(ELSEWHERE, DEFAULT_LIMIT));
        half.park();
        assert!(!spin(Duration::from_secs(3600), || false));
    }
}
