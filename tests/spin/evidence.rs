//! When a half spins: only if its peer measured that the thread of the half was parked.

use core::task::Poll;
use core::time::Duration;
use std::io::ErrorKind;
use std::time::Instant;

use async_duplex::{Options, Reader, Writer};

use crate::deadline::within;
use crate::task::{has_two_cores, measured, Half, Task, CAPACITY};
use crate::DEADLINE;

/// If a half spins with these options, the test runs into the deadline.
fn unlimited() -> Options {
    Options::new(CAPACITY).spin_limit(Duration::MAX)
}

/// Checks that the half parks.
fn assert_parks<H: Half>(half: &mut H, task: &Task) {
    let (wakes, _) = task.state();
    assert_eq!(half.wait(task, 1), Poll::Pending, "a {}", H::NAME);
    assert_eq!(task.state(), (wakes, 1), "a {}", H::NAME);
}

fn a_half_of_a_new_pipe_parks_at_once<H: Half>() {
    let (mut half, _peer) = H::pair(&unlimited());
    assert_parks(&mut half, &Task::slow());
}

#[test]
fn b23_a_half_of_a_new_pipe_parks_at_once() {
    within(DEADLINE, || {
        a_half_of_a_new_pipe_parks_at_once::<Reader>();
        a_half_of_a_new_pipe_parks_at_once::<Writer>();
    });
}

fn a_half_that_spins_in_vain_parks_after_a_tenth_of_the_limit<H: Half>() {
    const LIMIT: Duration = Duration::from_millis(200);
    let task = Task::slow();
    let (mut half, mut peer) = measured::<H>(&Options::new(CAPACITY).spin_limit(LIMIT), &task);
    let started = Instant::now();
    assert_parks(&mut half, &task);
    assert!(started.elapsed() >= LIMIT / 10, "{} did not spin", H::NAME);
    let (wakes, _) = task.state();
    H::give(&mut peer);
    assert_eq!(task.state(), (wakes + 1, 0));
}

#[test]
fn b23_a_half_whose_wake_took_long_spins_and_parks_after_a_tenth_of_the_limit() {
    if has_two_cores() {
        a_half_that_spins_in_vain_parks_after_a_tenth_of_the_limit::<Reader>();
        a_half_that_spins_in_vain_parks_after_a_tenth_of_the_limit::<Writer>();
    }
}

/// Wakes the half `times` times. Each wake takes as long as that of `task`.
fn wake<H: Half>(times: u32, half: &mut H, peer: &mut H::Peer, task: &Task) {
    for _ in 0..times {
        assert_parks(half, task);
        H::give(peer);
        assert_eq!(half.move_all(), 1);
    }
}

/// Returns whether a half parks at once after its latest wakes took no time. If `was_slow`, earlier
/// wakes took long. A thread that is interrupted while it wakes the half makes that wake take long.
fn parks_at_once<H: Half>(was_slow: bool) -> bool {
    const LIMIT: Duration = Duration::from_secs(1);
    let options = Options::new(CAPACITY).spin_limit(LIMIT);
    let (slow, fast) = (Task::slow(), Task::fast());
    let (mut half, mut peer) = measured::<H>(&options, if was_slow { &slow } else { &fast });
    if was_slow {
        // After a slow wake, the next wakes are measured. Four that take no time stop the spins.
        wake(4, &mut half, &mut peer, &fast);
    }
    // After two spins that failed, as there may have been by then, a half skips 32 chances.
    let started = Instant::now();
    wake(40, &mut half, &mut peer, &fast);
    started.elapsed() < LIMIT / 10
}

#[test]
fn b23_a_half_whose_latest_wakes_took_no_time_parks_at_once() {
    for was_slow in [false, true] {
        // Some of the attempts may be interrupted, but not all.
        assert!((0..20).any(|_| parks_at_once::<Reader>(was_slow)), "reader");
        assert!((0..20).any(|_| parks_at_once::<Writer>(was_slow)), "writer");
    }
}

#[test]
fn b23_a_measured_wake_makes_neither_the_peer_nor_another_pipe_spin() {
    within(DEADLINE, || {
        let (slow, other) = (Task::slow(), Task::slow());
        let (_reader, mut writer) = measured::<Reader>(&unlimited(), &slow);
        assert_eq!(writer.move_all(), CAPACITY);
        assert_parks(&mut writer, &other);

        let (_writer, mut reader) = measured::<Writer>(&unlimited(), &slow);
        while reader.move_all() > 0 {}
        let other = Task::slow();
        assert_parks(&mut reader, &other);

        a_half_of_a_new_pipe_parks_at_once::<Reader>();
        a_half_of_a_new_pipe_parks_at_once::<Writer>();
    });
}

#[test]
fn b23_try_calls_empty_calls_and_closed_never_spin() {
    within(DEADLINE, || {
        let (slow, end) = (Task::slow(), Task::slow());
        let (mut reader, _writer) = measured::<Reader>(&unlimited(), &slow);
        let error = reader.try_read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert_eq!(reader.wait(&slow, 0), Poll::Ready(Ok(0)));
        assert!(slow.poll(|cx| reader.poll_read(cx, &mut [])).is_ready());
        assert!(end.poll(|cx| reader.poll_closed(cx)).is_pending());

        let (mut writer, _reader) = measured::<Writer>(&unlimited(), &slow);
        let error = writer.try_write(b"x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert_eq!(writer.wait(&slow, 0), Poll::Ready(Ok(0)));
        assert!(slow.poll(|cx| writer.poll_write(cx, b"")).is_ready());
        assert!(end.poll(|cx| writer.poll_closed(cx)).is_pending());
    });
}
