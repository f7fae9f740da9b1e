//! A blocking end spins for 50 µs by default, and for as long as it is told to otherwise.

use core::time::Duration;
use std::io::{ErrorKind, Read};
use std::thread;

use async_duplex::pipe;

use crate::support::counting_waker::CountingTask;
use crate::support::deadline::within;
use crate::support::half::{until_waiting, Wait};
use crate::{fastest, spinning, time_of, CAPACITY, DEADLINE, LONGEST};

/// The writer acts only once the reader has parked. A reader that spins for ever runs into the
/// deadline.
#[test]
fn b23_a_blocking_end_that_spins_in_vain_parks_whatever_its_limit() {
    for limit in [None, Some(Duration::ZERO), Some(Duration::MAX)] {
        within(DEADLINE, || {
            let (reader, mut writer) = pipe(CAPACITY);
            let mut reader = reader.blocking();
            if let Some(limit) = limit {
                reader = reader.spin_limit(limit);
            }
            thread::scope(|scope| {
                scope.spawn(|| {
                    until_waiting(&writer);
                    writer.try_write(b"x").unwrap();
                    until_waiting(&writer);
                    drop(writer);
                });
                assert_eq!(reader.read(&mut [0; 2]).unwrap(), 1, "{limit:?}");
                assert_eq!(reader.read(&mut [0; 2]).unwrap(), 0, "{limit:?}");
            });
        });
    }
}

#[test]
fn b20_a_timeout_of_zero_makes_no_blocking_end_spin() {
    let fastest = fastest(|| {
        let (reader, _writer) = pipe(CAPACITY);
        let mut reader = reader.blocking().spin_limit(LONGEST);
        reader.set_timeout(Some(Duration::ZERO));
        time_of(|| {
            let error = reader.read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
        })
    });
    assert!(fastest < LONGEST / 10, "{fastest:?}");
}

#[test]
fn b23_the_limit_of_a_blocking_end_holds_for_it_alone() {
    let task = CountingTask::new();
    let fastest = fastest(|| {
        let (reader, _writer) = pipe(CAPACITY);
        let mut reader = reader.blocking().spin_limit(Duration::MAX).into_inner();
        time_of(|| task.wait(&mut reader, Wait::Move))
    });
    assert!(fastest < LONGEST / 10, "{fastest:?}");

    let (reader, _writer) = spinning(LONGEST).pipe();
    let mut reader = reader.blocking().spin_limit(Duration::ZERO).into_inner();
    let took = time_of(|| task.wait(&mut reader, Wait::Move));
    assert!(took >= LONGEST, "{took:?}");
}
