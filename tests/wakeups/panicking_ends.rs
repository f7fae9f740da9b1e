//! B21: if a waker that an end wakes panics, all others are woken, each half finds the end, and the
//! panic propagates to the caller. No promise is made for two panics at a time.

use core::panic::AssertUnwindSafe;
use core::task::{Context, Waker};
use std::panic::catch_unwind;

use async_duplex::{duplex, pipe, AbortHandle, DuplexStream, Reader, Writer};

use crate::counting_waker::{as_poll, failed, CountingTask, Outcome, BROKEN, END};
use crate::endings::{reader_ends, writer_ends, ABORT};
use crate::full_pipe;
use crate::wakers::on_wake;

const ABORTED: Outcome<usize> = failed(ABORT);

const MESSAGE: &str = "the waker's own panic";

/// A waker that panics when it is woken.
fn panics_on_wake() -> Waker {
    on_wake(|| panic!("{MESSAGE}"))
}

/// Calls `f`, which must propagate the panic of a waker.
fn assert_propagates_panic<T>(what: &str, f: impl FnOnce() -> T) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("{what}: it did not panic");
    };
    assert_eq!(*panic.downcast::<String>().unwrap(), MESSAGE, "{what}");
}

/// What a half waits for.
#[derive(Clone, Copy)]
enum Wait {
    Bytes,
    End,
}

const WAITS: [Wait; 2] = [Wait::Bytes, Wait::End];

fn wait_to_read(reader: &mut Reader, waker: &Waker, wait: Wait) {
    let cx = &mut Context::from_waker(waker);
    assert!(match wait {
        Wait::Bytes => reader.poll_read(cx, &mut [0]).is_pending(),
        Wait::End => reader.poll_closed(cx).is_pending(),
    });
}

fn wait_to_write(writer: &mut Writer, waker: &Waker, wait: Wait) {
    let cx = &mut Context::from_waker(waker);
    assert!(match wait {
        Wait::Bytes => writer.poll_write(cx, b"x").is_pending(),
        Wait::End => writer.poll_closed(cx).is_pending(),
    });
}

#[test]
fn b21_a_reader_whose_waker_panics_at_the_end_finds_it_and_stays_usable() {
    for (how, end) in writer_ends() {
        for wait in WAITS {
            let task = CountingTask::new();
            let (mut reader, writer) = pipe(4);
            wait_to_read(&mut reader, &panics_on_wake(), wait);
            assert_propagates_panic(how, || end(writer));
            let expected = if how == "aborts" { ABORTED } else { END };
            assert!(reader.is_closed(), "the writer {how}");
            assert!(task.poll(|cx| reader.poll_closed(cx)).is_ready());
            for _ in 0..2 {
                assert_eq!(task.read(&mut reader, &mut [0]), expected, "{how}");
            }
            reader.close();
            drop(reader);
            assert_eq!((task.wakes(), task.retained()), (0, 0), "{how}");
        }
    }
}

#[test]
fn b21_a_writer_whose_waker_panics_at_the_end_finds_it_and_stays_usable() {
    for (how, end) in reader_ends() {
        for wait in WAITS {
            let task = CountingTask::new();
            let (reader, mut writer) = full_pipe();
            wait_to_write(&mut writer, &panics_on_wake(), wait);
            assert_propagates_panic(how, || end(reader));
            let expected = if how == "aborts" { ABORTED } else { BROKEN };
            assert!(writer.is_closed(), "the reader {how}");
            assert!(task.poll(|cx| writer.poll_closed(cx)).is_ready());
            for _ in 0..2 {
                assert_eq!(task.write(&mut writer, b"x"), expected, "{how}");
            }
            writer.finish();
            drop(writer);
            assert_eq!((task.wakes(), task.retained()), (0, 0), "{how}");
        }
    }
}

#[test]
fn b21_a_writer_whose_end_wakes_a_panicking_waker_has_ended_and_stays_usable() {
    let ends: [fn(&mut Writer); 3] = [
        Writer::finish,
        |writer| writer.finish_with(ABORT),
        |writer| writer.abort(ABORT),
    ];
    for end in ends {
        let task = CountingTask::new();
        let (mut reader, mut writer) = pipe(4);
        wait_to_read(&mut reader, &panics_on_wake(), Wait::Bytes);
        assert_propagates_panic("the writer ends", || end(&mut writer));
        assert_eq!(as_poll(writer.try_write(b"x")), BROKEN);
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
        drop(reader);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
    }
}

#[test]
fn b21_a_reader_whose_end_wakes_a_panicking_waker_has_ended_and_stays_usable() {
    let ends: [fn(&mut Reader); 2] = [Reader::close, |reader| reader.abort(ABORT)];
    for end in ends {
        let task = CountingTask::new();
        let (mut reader, mut writer) = full_pipe();
        wait_to_write(&mut writer, &panics_on_wake(), Wait::Bytes);
        assert_propagates_panic("the reader ends", || end(&mut reader));
        while as_poll(reader.try_read(&mut [0])) != END {}
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
        drop(writer);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
    }
}

/// Lets both halves of a stream wait. The waker of one of them panics when `end` ends the other
/// stream. The halves find `outcomes` then.
fn check_stream(how: &str, outcomes: [Outcome<usize>; 2], end: impl Fn(&mut Option<DuplexStream>)) {
    for reader_panics in [false, true] {
        for (to_read, to_write) in [
            (Wait::Bytes, Wait::Bytes),
            (Wait::Bytes, Wait::End),
            (Wait::End, Wait::Bytes),
            (Wait::End, Wait::End),
        ] {
            let task = CountingTask::new();
            let (near, far) = duplex(4);
            let (mut reader, mut writer) = far.into_split();
            assert!(writer.try_write(b"full").is_ok());
            let (panics, counts) = (panics_on_wake(), task.waker());
            let wakers = if reader_panics {
                [&panics, &counts]
            } else {
                [&counts, &panics]
            };
            wait_to_read(&mut reader, wakers[0], to_read);
            wait_to_write(&mut writer, wakers[1], to_write);
            drop((panics, counts));
            let mut near = Some(near);
            assert_propagates_panic(how, || end(&mut near));
            assert_eq!((task.wakes(), task.retained()), (1, 0), "{how}");
            assert!(reader.is_closed() && writer.is_closed(), "{how}");
            assert_eq!(as_poll(reader.try_read(&mut [0])), outcomes[0], "{how}");
            assert_eq!(as_poll(writer.try_write(b"x")), outcomes[1], "{how}");
        }
    }
}

#[test]
fn b21_when_a_stream_is_dropped_a_waker_of_its_peer_may_panic() {
    check_stream("the stream is dropped", [END, BROKEN], |stream| {
        drop(stream.take());
    });
}

#[test]
fn b21_when_a_stream_aborts_a_waker_of_its_peer_may_panic() {
    check_stream("the stream aborts", [ABORTED, ABORTED], |stream| {
        stream.as_mut().expect("a stream").abort(ABORT);
    });
}

#[test]
fn b21_when_a_handle_aborts_a_stream_a_waker_of_either_end_may_panic() {
    check_stream("a handle aborts", [ABORTED, ABORTED], |stream| {
        stream
            .as_ref()
            .expect("a stream")
            .abort_handle()
            .abort(ABORT);
    });
}

/// Either half of a pipe has the waker that panics.
#[test]
fn b21_when_a_handle_aborts_a_pipe_the_other_halfs_waker_is_woken() {
    let handles: [fn(&Reader, &Writer) -> AbortHandle; 2] = [
        |reader, _| reader.abort_handle(),
        |_, writer| writer.abort_handle(),
    ];
    for handle in handles {
        for reader_panics in [false, true] {
            let task = CountingTask::new();
            let (mut reader, mut writer) = full_pipe();
            let (panics, counts) = (panics_on_wake(), task.waker());
            let wakers = if reader_panics {
                [&panics, &counts]
            } else {
                [&counts, &panics]
            };
            wait_to_read(&mut reader, wakers[0], Wait::End);
            wait_to_write(&mut writer, wakers[1], Wait::Bytes);
            drop((panics, counts));
            let handle = handle(&reader, &writer);
            assert_propagates_panic("a handle", || handle.abort(ABORT));
            assert!(handle.is_aborted());
            assert_eq!((task.wakes(), task.retained()), (1, 0));
            for _ in 0..2 {
                assert_eq!(as_poll(reader.try_read(&mut [0])), ABORTED);
                assert_eq!(as_poll(writer.try_write(b"x")), ABORTED);
                handle.abort(ABORT);
            }
        }
    }
}

/// Only one of the halves waits.
#[test]
fn b21_aborting_a_stream_aborts_both_directions_even_if_the_only_waker_panics() {
    for reader_waits in [true, false] {
        let (mut near, far) = duplex(4);
        let (mut reader, mut writer) = far.into_split();
        assert!(writer.try_write(b"full").is_ok());
        if reader_waits {
            wait_to_read(&mut reader, &panics_on_wake(), Wait::Bytes);
        } else {
            wait_to_write(&mut writer, &panics_on_wake(), Wait::Bytes);
        }
        assert_propagates_panic("the stream aborts", || near.abort(ABORT));
        assert_eq!(as_poll(reader.try_read(&mut [0])), ABORTED);
        assert_eq!(as_poll(writer.try_write(b"x")), ABORTED);
    }
}
