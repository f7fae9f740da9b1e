//! Rates: how many bytes are ready in the interval of a timer that the test ends.

use core::pin::Pin;

use async_duplex::{pipe, Reader};
use futures::io::Cursor;
use futures::AsyncBufRead;
use stream_check::faults::Faulty;

use crate::common::{streams, FAILED, RESET};
use crate::counting_waker::{ready, CountingTask, END};
use crate::manual_timers::ManualTimers;
use crate::panics::panic_message;

#[test]
fn read_rate_makes_reads_wait_for_the_timer_after_its_number_of_bytes() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let mut stream = Faulty::new(Cursor::new(b"0123456789")).read_rate(4, timers.starter());
    let mut buf = [0; 3];
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
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let mut stream = Faulty::new(Cursor::new(b"0123456789")).read_rate(4, timers.starter());
    assert_eq!(task.read(&mut stream, &mut [0; 1]), ready(1));
    timers.end(1);
    // Three bytes of the former interval are left, and four of the new one.
    assert_eq!(task.read(&mut stream, &mut [0; 8]), ready(4));
    assert!(task.read(&mut stream, &mut [0; 8]).is_pending());
    assert_eq!(timers.started(), 2);
}

#[test]
fn write_rate_delays_writes_and_no_flush_and_no_close() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (near, mut far) = streams();
    let mut near = Faulty::new(near).write_rate(4, timers.starter());
    assert_eq!(task.write(&mut near, b"hello"), ready(4));
    assert!(task.write(&mut near, b"o").is_pending());
    assert_eq!(task.write(&mut near, b""), ready(0));
    assert_eq!(task.flush(&mut near), ready(()));
    assert_eq!(task.read(&mut near, &mut [0; 8]), ready(8));
    assert_eq!(far.reader().len(), 4);
    timers.end(1);
    assert_eq!(task.write(&mut near, b"o"), ready(1));
    assert_eq!(task.close(&mut near), ready(()));
    assert_eq!((far.reader().len(), timers.started()), (5, 2));
}

#[test]
fn read_rate_counts_lent_bytes_when_they_are_consumed() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let mut stream = Faulty::new(Cursor::new(b"0123456789")).read_rate(4, timers.starter());
    for _ in 0..2 {
        assert_eq!(task.fill_buf(&mut stream), ready(b"0123".to_vec()));
    }
    assert_eq!(timers.started(), 0);
    Pin::new(&mut stream).consume(3);
    assert_eq!(timers.started(), 1);
    assert_eq!(task.fill_buf(&mut stream), ready(b"3".to_vec()));
    Pin::new(&mut stream).consume(1);
    assert!(task.fill_buf(&mut stream).is_pending());
    timers.end(1);
    assert_eq!(task.fill_buf(&mut stream), ready(b"4567".to_vec()));
}

#[test]
fn a_call_that_moves_no_byte_starts_no_interval() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (reader, writer) = pipe(8);
    let mut reader: Faulty<Reader> = Faulty::new(reader).read_rate(4, timers.starter());
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    assert_eq!(task.read(&mut reader, &mut []), ready(0));
    drop(writer);
    assert_eq!(task.read(&mut reader, &mut [0]), END);
    assert_eq!(timers.started(), 0);
}

#[test]
fn a_fault_that_is_due_waits_for_the_rate_and_one_that_has_fired_does_not() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let mut stream = Faulty::new(Cursor::new(b"0123456789"))
        .read_rate(4, timers.starter())
        .fail_at(2, RESET);
    assert_eq!(task.read(&mut stream, &mut [0; 4]), ready(4));
    assert!(task.read(&mut stream, &mut [0; 4]).is_pending());
    timers.end(1);
    assert_eq!(task.read(&mut stream, &mut [0; 4]), FAILED);
    assert_eq!(task.read(&mut stream, &mut [0; 4]), FAILED);
}

#[test]
fn max_read_and_read_rate_both_limit_a_read() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let mut stream = Faulty::new(Cursor::new(b"0123456789"))
        .max_read(3)
        .read_rate(4, timers.starter());
    assert_eq!(task.read(&mut stream, &mut [0; 8]), ready(3));
    assert_eq!(task.read(&mut stream, &mut [0; 8]), ready(1));
    assert!(task.read(&mut stream, &mut [0; 8]).is_pending());
}

#[test]
fn a_rate_of_0_bytes_panics() {
    let timer = || core::future::ready(());
    let message = panic_message(|| Faulty::new(()).read_rate(0, timer));
    assert_eq!(message, "a rate must be at least 1 byte, not 0");
    let message = panic_message(|| Faulty::new(()).write_rate(0, timer));
    assert_eq!(message, "a rate must be at least 1 byte, not 0");
}
