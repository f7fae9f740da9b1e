//! Rates: how many bytes are ready in the interval of a timer that the test ends.

use crate::common::*;

/// Ten bytes to read, four in each interval, the timers of these, and a task to read in.
fn four_at_a_time() -> (CountingTask, ManualTimers, Faulty<Cursor<&'static [u8]>>) {
    let timers = ManualTimers::new();
    let stream = digits().read_rate(4, timers.starter());
    (CountingTask::new(), timers, stream)
}

#[test]
fn read_rate_makes_reads_wait_for_the_timer_after_its_number_of_bytes() {
    let (task, timers, stream) = four_at_a_time();
    let mut stream = stream.max_read(3);
    let mut buf = [0; 8];
    assert_eq!(task.read(&mut stream, &mut []), ready(0));
    assert_eq!(timers.started(), 0);
    assert_eq!(task.read(&mut stream, &mut buf), ready(3));
    assert_eq!(timers.started(), 1);
    assert_eq!(task.read(&mut stream, &mut buf), ready(1));
    for _ in 0..3 {
        assert!(task.read(&mut stream, &mut buf).is_pending());
    }
    assert_eq!((timers.started(), task.wakes()), (1, 0));
    timers.end(1);
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.read(&mut stream, &mut buf), ready(3));
    assert_eq!(timers.started(), 2);
}

#[test]
fn an_interval_that_has_ended_lends_no_bytes_to_the_next() {
    let (task, timers, mut stream) = four_at_a_time();
    assert_eq!(task.read(&mut stream, &mut [0; 1]), ready(1));
    timers.end(1);
    // Three bytes of the former interval are left, and four of the new one.
    assert_eq!(task.read(&mut stream, &mut [0; 8]), ready(4));
    assert!(task.read(&mut stream, &mut [0; 8]).is_pending());
    assert_eq!(timers.started(), 2);
}

#[test]
fn write_rate_delays_writes_and_no_flush_and_no_close() {
    let timers = ManualTimers::new();
    let (mut near, mut far) = streams(|near| near.write_rate(4, timers.starter()));
    assert_eq!(TASK.write(&mut near, b"hello"), ready(4));
    assert!(TASK.write(&mut near, b"o").is_pending());
    assert_eq!(TASK.write(&mut near, b""), ready(0));
    assert_eq!(TASK.flush(&mut near), ready(()));
    assert_eq!(TASK.read(&mut near, &mut [0; 8]), ready(8));
    assert_eq!(far_state(&mut far).0, 4);
    timers.end(1);
    assert_eq!(TASK.write(&mut near, b"o"), ready(1));
    assert_eq!(TASK.close(&mut near), ready(()));
    assert_eq!((far_state(&mut far).0, timers.started()), (5, 2));
}

#[test]
fn read_rate_counts_lent_bytes_when_they_are_consumed() {
    let (task, timers, mut stream) = four_at_a_time();
    for (lent, consumed, started) in [("0123", 0, 0), ("0123", 3, 1), ("3", 1, 1)] {
        assert_eq!(task.fill_buf(&mut stream), ready(lent.into()));
        consume(&mut stream, consumed);
        assert_eq!(timers.started(), started);
    }
    assert!(task.fill_buf(&mut stream).is_pending());
    timers.end(1);
    assert_eq!(task.fill_buf(&mut stream), ready(b"4567".to_vec()));
}

#[test]
fn a_call_that_moves_no_byte_starts_no_interval() {
    let timers = ManualTimers::new();
    let (reader, writer) = pipe(8);
    let mut reader = Faulty::new(reader).read_rate(4, timers.starter());
    assert!(TASK.read(&mut reader, &mut [0]).is_pending());
    assert_eq!(TASK.read(&mut reader, &mut []), ready(0));
    drop(writer);
    assert_eq!(TASK.read(&mut reader, &mut [0]), END);
    assert_eq!(timers.started(), 0);
}

#[test]
fn a_fault_that_is_due_waits_for_the_rate_and_one_that_has_fired_does_not() {
    let (task, timers, stream) = four_at_a_time();
    let mut stream = stream.fail_at(2, RESET);
    assert_eq!(task.read(&mut stream, &mut [0; 4]), ready(4));
    assert!(task.read(&mut stream, &mut [0; 4]).is_pending());
    timers.end(1);
    assert_eq!(task.read(&mut stream, &mut [0; 4]), FAILED);
    assert_eq!(task.read(&mut stream, &mut [0; 4]), FAILED);
}

/// The timer panics when it is started, or when it is polled.
#[test]
fn a_timer_that_panics_loses_no_byte_and_stalls_no_later_call() {
    for starts in [false, true] {
        let mut timer_no = 0;
        let mut stream = digits().read_rate(4, move || {
            timer_no += 1;
            assert!(starts || timer_no > 1, "the timer panics");
            let first = timer_no == 1;
            async move { assert!(!first, "the timer panics") }
        });
        if starts {
            assert_eq!(TASK.read(&mut stream, &mut [0; 8]), ready(4));
            assert_panics("the timer panics", || TASK.read(&mut stream, &mut [0; 8]));
            assert_eq!(stream.get_ref().position(), 4);
        } else {
            assert!(matches!(TASK.fill_buf(&mut stream), Poll::Ready(Ok(_))));
            assert_panics("the timer panics", || consume(&mut stream, 4));
        }
        assert_eq!(TASK.fill_buf(&mut stream), ready(b"4567".to_vec()));
    }
}
