//! Latency: when bytes, ends and errors of the inner stream can be read, by timers of the test.

use core::time::Duration;

use crate::common::*;

/// A pipe whose reader has a latency, its timers, and a task to read in.
fn delayed() -> (CountingTask, ManualTimers, Faulty<Reader>, Writer) {
    let timers = ManualTimers::new();
    let (reader, writer) = pipe(1 << 17);
    let reader = Faulty::new(reader).latency(timers.starter());
    (CountingTask::new(), timers, reader, writer)
}

#[test]
fn latency_delays_bytes_until_a_timer_has_ended_and_wakes_the_reading_task() {
    let (task, timers, mut reader, mut writer) = delayed();
    let mut buf = [0; 8];
    assert!(task.read(&mut reader, &mut buf).is_pending());
    assert_eq!(timers.started(), 0);
    writer.try_write(b"hello").unwrap();
    assert_eq!(task.wakes(), 1);
    assert!(task.read(&mut reader, &mut buf).is_pending());
    assert_eq!((timers.started(), task.wakes()), (1, 1));
    timers.end(1);
    assert_eq!(task.wakes(), 2);
    assert_eq!(task.read(&mut reader, &mut buf), ready(5));
    assert_eq!(&buf[..5], b"hello");
}

#[test]
fn latency_lets_several_arrivals_be_in_flight_each_with_a_timer() {
    let (task, timers, mut reader, mut writer) = delayed();
    let mut buf = [0; 8];
    for (i, bytes) in [&b"ab"[..], b"c", b"def"].iter().enumerate() {
        writer.try_write(bytes).unwrap();
        assert!(task.read(&mut reader, &mut buf).is_pending());
        assert_eq!(timers.started(), i + 1);
    }
    timers.end(1);
    assert_eq!(task.read(&mut reader, &mut buf), ready(2));
    assert!(task.read(&mut reader, &mut buf).is_pending());
    // Bytes stay in order, whatever the order in which the timers end.
    timers.end(3);
    assert!(task.read(&mut reader, &mut buf).is_pending());
    timers.end(2);
    assert_eq!(task.read(&mut reader, &mut buf), ready(1));
    assert_eq!(task.read(&mut reader, &mut buf), ready(3));
    assert_eq!(&buf[..3], b"def");
    assert_eq!(timers.started(), 3);
}

#[test]
fn latency_delays_the_end_once_and_returns_an_error_after_the_bytes_before_it() {
    for ends in [false, true] {
        let (task, timers, mut reader, mut writer) = delayed();
        let mut buf = [0; 8];
        writer.try_write(b"hello").unwrap();
        assert!(task.read(&mut reader, &mut buf).is_pending());
        if ends {
            drop(writer);
        } else {
            writer.abort(RESET);
        }
        assert!(task.read(&mut reader, &mut buf).is_pending());
        timers.end(1);
        assert_eq!(task.read(&mut reader, &mut buf), ready(5));
        if !ends {
            assert_eq!(task.read(&mut reader, &mut buf), FAILED);
            assert_eq!(task.fill_buf(&mut reader), failed(RESET));
            assert_eq!(timers.started(), 1);
            continue;
        }
        assert!(task.read(&mut reader, &mut buf).is_pending());
        timers.end(2);
        for _ in 0..3 {
            assert_eq!(task.read(&mut reader, &mut buf), END);
            assert_eq!(task.fill_buf(&mut reader), ready(Vec::new()));
        }
        assert_eq!(timers.started(), 2);
    }
}

#[test]
fn latency_lends_bytes_that_are_due_and_keeps_what_is_not_consumed() {
    let (task, timers, reader, mut writer) = delayed();
    let mut reader = reader.max_read(4);
    for bytes in [b"hello", b"world"] {
        writer.try_write(bytes).unwrap();
        assert!(task.fill_buf(&mut reader).is_pending());
    }
    timers.end(1);
    for (lent, consumed) in [("hell", 0), ("hell", 2), ("llo", 1)] {
        assert_eq!(task.fill_buf(&mut reader), ready(lent.into()));
        consume(&mut reader, consumed);
    }
    let mut buf = [0; 8];
    assert_eq!(task.read(&mut reader, &mut buf), ready(2));
    assert_eq!(&buf[..2], b"lo");
    assert!(task.fill_buf(&mut reader).is_pending());
    timers.end(2);
    assert_eq!(task.fill_buf(&mut reader), ready(b"worl".to_vec()));
}

#[test]
fn latency_delays_neither_writes_nor_empty_reads() {
    let timers = ManualTimers::new();
    let (mut near, mut far) = streams(|near| near.latency(timers.starter()));
    assert_eq!(TASK.read(&mut near, &mut []), ready(0));
    assert_eq!(TASK.write(&mut near, b"hello"), ready(5));
    assert_eq!(TASK.flush(&mut near), ready(()));
    assert_eq!(TASK.close(&mut near), ready(()));
    assert_eq!(far_state(&mut far), (5, 10, true));
    assert_eq!(timers.started(), 0);
}

#[test]
fn latency_reads_an_arrival_in_parts_and_into_the_first_buffer_with_room() {
    let (task, timers, mut reader, mut writer) = delayed();
    writer.try_write(b"0123456789").unwrap();
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    timers.end(1);
    let mut buf = [0; 4];
    assert_eq!(task.read(&mut reader, &mut buf), ready(4));
    assert_eq!(&buf, b"0123");
    let bufs = &mut [IoSliceMut::new(&mut []), IoSliceMut::new(&mut buf)];
    assert_eq!(task.read_vectored(&mut reader, bufs), ready(4));
    assert_eq!(&buf, b"4567");
    let bufs = &mut [IoSliceMut::new(&mut [])];
    assert_eq!(task.read_vectored(&mut reader, bufs), ready(0));
    assert_eq!(task.read(&mut reader, &mut buf), ready(2));
    assert_eq!(timers.started(), 1);
}

#[test]
fn latency_takes_no_more_than_72_kib_out_of_the_inner_stream() {
    let (task, timers, mut reader, mut writer) = delayed();
    let written = writer.try_write(&[7; 1 << 17]).unwrap();
    let taken = |reader: &Faulty<Reader>| written - reader.get_ref().len();
    for _ in 0..3 {
        assert!(task.read(&mut reader, &mut [0]).is_pending());
        assert_eq!(taken(&reader), 64 * 1024);
    }
    timers.end(1);
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    assert_eq!(taken(&reader), 72 * 1024);
}

#[test]
fn latency_does_not_count_bytes_in_flight_as_read() {
    let runs = every_fault(|plan| {
        let stream = Faulty::new(Cursor::new(b"hello")).latency(|| core::future::ready(()));
        let text = text_of(stream.eof_after_bytes(plan));
        assert_eq!(text, "hello"[..(plan.number() - 1).min(5)]);
    });
    // After 0 to 5 bytes, and not at all.
    assert_eq!(runs, 7);
}

/// A timer that panics when it is started, or when it is polled.
#[test]
fn a_latency_whose_timer_panics_loses_no_byte_and_stalls_no_later_read() {
    for starts in [false, true] {
        let mut stream = digits().latency(move || {
            assert!(starts, "the timer panics");
            async { panic!("the timer panics") }
        });
        assert_panics("the timer panics", || TASK.read(&mut stream, &mut [0; 4]));
        // The arrival after it is the end of the stream.
        if !starts {
            assert_panics("the timer panics", || TASK.read(&mut stream, &mut [0; 4]));
        }
        let mut buf = [0; 16];
        assert_eq!(TASK.read(&mut stream, &mut buf), ready(10));
        assert_eq!(&buf[..10], b"0123456789");
    }
}

#[test]
fn debug_of_a_stream_with_latency_shows_no_bytes() {
    let (task, timers, mut reader, mut writer) = delayed();
    writer.try_write(&[201, 202, 203]).unwrap();
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    let text = format!("{reader:?}");
    assert!(text.contains("Arrival { is_due: false, len: 3 }"), "{text}");
    assert!(!text.contains("20"), "{text}");

    timers.end(1);
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    let text = format!("{reader:?}");
    assert!(text.contains("Arrival { is_due: true, len: 2 }"), "{text}");
}

#[test]
fn latency_works_with_the_timers_of_tokio_and_of_smol() {
    const TICK: Duration = Duration::from_millis(1);
    within(60, || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().build().unwrap();
        let mut buf = [0; 10];
        let mut by_tokio = digits().latency(|| tokio::time::sleep(TICK));
        runtime.block_on(by_tokio.read_exact(&mut buf)).unwrap();
        let mut by_smol = digits().latency(|| smol::Timer::after(TICK));
        smol::block_on(by_smol.read_exact(&mut buf)).unwrap();
        assert_eq!(&buf, b"0123456789");
    });
}
