//! When a half spins, and for how long.

use core::time::Duration;
use std::io::ErrorKind;

use async_duplex::{Options, Reader, Writer};

use crate::counting_waker::{ready, CountingTask};
use crate::deadline::within;
use crate::half::{fastest, time_of, Half, CAPACITY};
use crate::{DEADLINE, LONGEST};

fn spinning(limit: Duration) -> Options {
    Options::new(CAPACITY).spin_limit(limit)
}

/// Checks that a wait in vain parks the half, and returns how long it takes.
fn park<H: Half>(half: &mut H) -> Duration {
    let task = CountingTask::new();
    let took = time_of(|| assert!(half.wait(&task, 1).is_pending(), "a {}", H::NAME));
    assert_eq!((task.wakes(), task.retained()), (0, 1), "a {}", H::NAME);
    took
}

fn a_half_does_not_spin<H: Half>(options: &Options) {
    let (mut half, mut peer) = H::pair(options);
    let fastest = fastest(|| {
        let took = park(&mut half);
        H::give(&mut peer);
        assert_eq!(half.move_all(), 1);
        took
    });
    assert!(fastest < LONGEST / 10, "a {} took {fastest:?}", H::NAME);
}

#[test]
fn b23_no_half_spins_by_default_or_with_a_limit_of_zero() {
    for options in [Options::new(CAPACITY), spinning(Duration::ZERO)] {
        a_half_does_not_spin::<Reader>(&options);
        a_half_does_not_spin::<Writer>(&options);
    }
}

fn a_half_spins_for_its_limit<H: Half>(limit: Duration, expected: Duration) {
    let fastest = fastest(|| {
        let (mut half, mut peer) = H::pair(&spinning(limit));
        let took = park(&mut half);
        assert!(took >= expected, "a {} parked after {took:?}", H::NAME);
        H::give(&mut peer);
        assert_eq!(half.move_all(), 1);
        took
    });
    assert!(fastest < expected + LONGEST, "{limit:?}: {fastest:?}");
}

#[test]
fn b23_a_half_that_spins_in_vain_parks_at_its_limit() {
    for micros in [1, 50, 2000] {
        let limit = Duration::from_micros(micros);
        a_half_spins_for_its_limit::<Reader>(limit, limit);
        a_half_spins_for_its_limit::<Writer>(limit, limit);
    }
}

#[test]
fn b23_a_limit_is_clamped_to_ten_milliseconds() {
    for limit in [
        LONGEST,
        Duration::from_millis(11),
        Duration::from_secs(9),
        Duration::MAX,
    ] {
        within(DEADLINE, || {
            a_half_spins_for_its_limit::<Reader>(limit, LONGEST);
            a_half_spins_for_its_limit::<Writer>(limit, LONGEST);
        });
    }
}

/// How many of 40 waits in vain are as long as a spin.
fn long_waits<H: Half>() -> usize {
    const LIMIT: Duration = Duration::from_millis(2);
    let (mut half, mut peer) = H::pair(&spinning(LIMIT));
    let waits = (0..40).filter(|_| {
        let took = park(&mut half);
        H::give(&mut peer);
        assert_eq!(half.move_all(), 1);
        took >= LIMIT
    });
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
#[test]
fn b23_calls_that_do_not_wait_and_closed_never_spin() {
    let task = CountingTask::new();
    let of_reader: [fn(&CountingTask, &mut Reader); 4] = [
        |_, reader| {
            let error = reader.try_read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
        },
        |task, reader| assert_eq!(reader.wait(task, 0), ready(0)),
        |task, reader| assert_eq!(task.read(reader, &mut []), ready(0)),
        |task, reader| assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending()),
    ];
    for call in of_reader {
        let took = fastest(|| {
            let (mut reader, _writer) = Reader::pair(&spinning(LONGEST));
            time_of(|| call(&task, &mut reader))
        });
        assert!(took < LONGEST / 10, "{took:?}");
    }
    let of_writer: [fn(&CountingTask, &mut Writer); 4] = [
        |_, writer| {
            let error = writer.try_write(b"x").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
        },
        |task, writer| assert_eq!(writer.wait(task, 0), ready(0)),
        |task, writer| assert_eq!(task.write(writer, b""), ready(0)),
        |task, writer| assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending()),
    ];
    for call in of_writer {
        let took = fastest(|| {
            let (mut writer, _reader) = Writer::pair(&spinning(LONGEST));
            time_of(|| call(&task, &mut writer))
        });
        assert!(took < LONGEST / 10, "{took:?}");
    }
}
