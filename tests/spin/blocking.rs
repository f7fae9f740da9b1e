//! A blocking end spins for 50 µs by default, and for as long as it is told to otherwise.

use core::time::Duration;
use std::io::{ErrorKind, Read, Write};
use std::thread;

use async_duplex::{pipe, Options, Writer};

use crate::counting_waker::CountingTask;
use crate::data::byte;
use crate::deadline::within;
use crate::half::{fastest, time_of, Half, CAPACITY};
use crate::{DEADLINE, LONGEST};

/// Off, the shortest, the default, and one that is clamped.
const LIMITS: [Option<Duration>; 4] = [
    Some(Duration::ZERO),
    Some(Duration::from_nanos(1)),
    None,
    Some(Duration::MAX),
];

#[test]
fn b23_a_blocking_stream_is_unchanged_by_any_limit() {
    for limit in LIMITS {
        let (near, far) = async_duplex::duplex(7);
        let (mut near, mut far) = (near.blocking(), far.blocking());
        if let Some(limit) = limit {
            (near, far) = (near.spin_limit(limit), far.spin_limit(limit));
        }
        within(DEADLINE, || {
            let echo = thread::spawn(move || {
                let mut buf = [0; 3];
                loop {
                    match far.read(&mut buf).unwrap() {
                        0 => break,
                        n => far.write_all(&buf[..n]).unwrap(),
                    }
                }
            });
            for round in 0..2000 {
                near.write_all(&[byte(round); 2]).unwrap();
                let mut buf = [0; 2];
                near.read_exact(&mut buf).unwrap();
                assert_eq!(buf, [byte(round); 2], "{limit:?}");
            }
            drop(near);
            echo.join().unwrap();
        });
    }
}

/// The writer acts only once the reader has parked. A reader that spins for ever runs into the
/// deadline.
#[test]
fn b23_a_blocking_end_that_spins_in_vain_parks_whatever_its_limit() {
    fn until_reader_waits(writer: &Writer) {
        while !format!("{writer:?}").contains("reader_waits: true") {
            thread::yield_now();
        }
    }

    for limit in LIMITS {
        within(DEADLINE, || {
            let (reader, mut writer) = pipe(CAPACITY);
            let mut reader = reader.blocking();
            if let Some(limit) = limit {
                reader = reader.spin_limit(limit);
            }
            thread::scope(|scope| {
                scope.spawn(|| {
                    until_reader_waits(&writer);
                    writer.try_write(b"x").unwrap();
                    until_reader_waits(&writer);
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
        let (reader, _writer) = Options::new(CAPACITY).pipe();
        let mut reader = reader.blocking().spin_limit(Duration::MAX).into_inner();
        time_of(|| assert!(reader.wait(&task, 1).is_pending()))
    });
    assert!(fastest < LONGEST / 10, "{fastest:?}");

    let (reader, _writer) = Options::new(CAPACITY).spin_limit(LONGEST).pipe();
    let mut reader = reader.blocking().spin_limit(Duration::ZERO).into_inner();
    let took = time_of(|| assert!(reader.wait(&task, 1).is_pending()));
    assert!(took >= LONGEST, "{took:?}");
}
