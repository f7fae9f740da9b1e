//! B7 and B15: one half parks, and everything that its peer does wakes it. `oracle` has every pair of
//! waits of one half, every threshold, and the wakes of every short sequence of calls: also of those
//! that move nothing, and of transfers while a half waits for the end.

use async_duplex::{Reader, Writer};

use crate::support::counting_waker::CountingTask;
use crate::support::half::{Half, Wait};
use crate::wakers::every_wake;

const WAITS: [Wait; 3] = [Wait::Move, Wait::Available(1), Wait::End];

fn check_that_it_is_woken<H: Half>() {
    every_wake::<H>(|act, is_end| {
        for wait in WAITS {
            let (old, new) = (CountingTask::new(), CountingTask::new());
            let (mut half, peer) = H::full();
            old.wait(&mut half, wait);
            assert_eq!(old.state(), (0, 1));
            // The latest waker counts, and the old one is dropped. One is retained.
            for _ in 0..3 {
                new.wait(&mut half, wait);
                assert_eq!((old.state(), new.state()), ((0, 0), (0, 1)));
            }
            let _peer = act(peer);
            let woken = usize::from(is_end || wait != Wait::End);
            assert_eq!(new.state(), (woken, 1 - woken), "a {}: {wait:?}", H::NAME);
            assert!(new.poll(|cx| half.poll_move(cx, 1)).is_ready());
            assert_eq!((old.wakes(), new.wakes()), (0, woken));
        }
    });
}

#[test]
fn b7_b15_the_latest_waker_is_woken_by_everything_that_lets_the_half_go_on() {
    check_that_it_is_woken::<Reader>();
    check_that_it_is_woken::<Writer>();
}
