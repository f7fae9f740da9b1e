//! When a half spins, and for how long.

use core::time::Duration;
use std::io::ErrorKind;

use async_duplex::{Options, Reader, Writer};

use crate::support::counting_waker::{ready, CountingTask};
use crate::support::half::{Half, Wait};
use crate::{fastest, spinning, time_of, CAPACITY, LONGEST};

/// Checks that a wait in vain parks the half, and returns how long it takes.
fn park<H: Half>(half: &mut H) -> Duration {
    let task = CountingTask::new();
    let took = time_of(|| task.wait(half, Wait::Available(1)));
    assert_eq!(task.state(), (0, 1), "a {}", H::NAME);
    took
}

/// Parks the half, and lets it move a byte then.
fn park_and_go_on<H: Half>(half: &mut H, peer: &mut H::Peer) -> Duration {
    let took = park(half);
    peer.give(1);
    half.give(1);
    took
}

fn check_no_spin<H: Half>(options: &Options) {
    let (mut half, mut peer) = H::pair(options);
    let fastest = fastest(|| park_and_go_on(&mut half, &mut peer));
    assert!(fastest < LONGEST / 10, "a {} took {fastest:?}", H::NAME);
}

#[test]
fn b23_no_half_spins_by_default_or_with_a_limit_of_zero() {
    for options in [Options::new(CAPACITY), spinning(Duration::ZERO)] {
        check_no_spin::<Reader>(&options);
        check_no_spin::<Writer>(&options);
    }
}

fn check_limit<H: Half>(limit: Duration, expected: Duration) {
    let fastest = fastest(|| {
        let (mut half, mut peer) = H::pair(&spinning(limit));
        let took = park_and_go_on(&mut half, &mut peer);
        assert!(took >= expected, "a {} parked after {took:?}", H::NAME);
        took
    });
    assert!(fastest < expected + LONGEST, "{limit:?}: {fastest:?}");
}

#[test]
fn b23_a_half_that_spins_in_vain_parks_at_its_limit_which_is_ten_milliseconds_at_most() {
    for micros in [1, 50, 2000] {
        let limit = Duration::from_micros(micros);
        check_limit::<Reader>(limit, limit);
        check_limit::<Writer>(limit, limit);
    }
    for limit in [LONGEST, LONGEST + Duration::from_millis(1), Duration::MAX] {
        check_limit::<Reader>(limit, LONGEST);
        check_limit::<Writer>(limit, LONGEST);
    }
}

/// How many of 40 waits in vain are as long as a spin.
fn long_waits<H: Half>() -> usize {
    const LIMIT: Duration = Duration::from_millis(2);
    let (mut half, mut peer) = H::pair(&spinning(LIMIT));
    let waits = (0..40).filter(|_| park_and_go_on(&mut half, &mut peer) >= LIMIT);
    waits.count()
}

#[test]
fn b23_a_spin_in_vain_makes_the_next_ones_rarer() {
    for long_waits in [long_waits::<Reader>, long_waits::<Writer>] {
        let fewest = (0..10).map(|_| long_waits()).min().unwrap();
        assert!((1..=10).contains(&fewest), "{fewest} of 40 waits spin");
    }
}

/// Each call is the first one of its half, which would spin.
fn check_calls_that_never_spin<H: Half>() {
    let calls: [fn(&CountingTask, &mut H); 4] = [
        |_, half| assert_eq!(half.try_move(1).unwrap_err().kind(), ErrorKind::WouldBlock),
        |task, half| assert_eq!(task.available(half, 0), ready(0)),
        |task, half| assert_eq!(task.move_up_to(half, 0), ready(0)),
        |task, half| task.wait(half, Wait::End),
    ];
    for call in calls {
        let took = fastest(|| {
            let (mut half, _peer) = H::pair(&spinning(LONGEST));
            time_of(|| call(&CountingTask::new(), &mut half))
        });
        assert!(took < LONGEST / 10, "a {}: {took:?}", H::NAME);
    }
}

#[test]
fn b23_calls_that_do_not_wait_and_closed_never_spin() {
    check_calls_that_never_spin::<Reader>();
    check_calls_that_never_spin::<Writer>();
}
