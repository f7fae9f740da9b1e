//! B8: a wait that was given up may be woken for in vain, once, and the half waits on after it.

use async_duplex::{Reader, Writer};

use crate::support::counting_waker::CountingTask;
use crate::support::half::{Half, Wait, CAPACITY};

const WAITS: [Wait; 5] = [
    Wait::Move,
    Wait::Available(2),
    Wait::Available(3),
    Wait::Available(CAPACITY),
    Wait::End,
];

fn check_another_wait<H: Half>() {
    for given_up in 1..=CAPACITY {
        for wait in WAITS {
            let task = CountingTask::new();
            let (mut half, mut peer) = H::full();
            task.wait(&mut half, Wait::Available(given_up));
            task.wait(&mut half, wait);
            let needed = match wait {
                Wait::Move => 1,
                Wait::Available(n) => n,
                Wait::End => CAPACITY + 1,
            };
            let mut in_vain = 0;
            for n in 1..=CAPACITY {
                let before = task.wakes();
                peer.give(1);
                let woken = task.wakes() - before;
                if needed <= n {
                    assert!(woken == 1 || task.wakes() == 1, "{given_up}, {wait:?}");
                    break;
                }
                in_vain += woken;
                task.wait(&mut half, wait);
            }
            assert!(
                in_vain <= 1,
                "{given_up}, {wait:?}: {in_vain} wakes in vain"
            );
            if wait == Wait::End {
                drop(peer);
                assert_eq!(task.wakes(), in_vain + 1, "{given_up}");
            }
        }
    }
}

#[test]
fn b8_a_wait_that_was_given_up_for_another_costs_one_wake_in_vain_at_most() {
    check_another_wait::<Reader>();
    check_another_wait::<Writer>();
}

/// A half that moves bytes itself has given its wait up. The wait that it begins then is woken when
/// there are as many bytes at one time.
fn check_own_transfer<H: Half>() {
    for own in 1..=2 {
        let task = CountingTask::new();
        let (mut half, mut peer) = H::full();
        peer.give(2);
        task.wait(&mut half, Wait::Available(3));
        half.give(own);
        task.wait(&mut half, Wait::Available(3));
        for _ in 2 - own..2 {
            peer.give(1);
            task.wait(&mut half, Wait::Available(3));
        }
        let in_vain = task.wakes();
        assert!(in_vain <= 1, "{own}: {in_vain} wakes in vain");
        peer.give(1);
        assert_eq!(task.wakes(), in_vain + 1, "{own}");
    }
}

#[test]
fn b8_a_half_that_moved_bytes_itself_and_waits_anew_is_woken_at_its_number() {
    check_own_transfer::<Reader>();
    check_own_transfer::<Writer>();
}
