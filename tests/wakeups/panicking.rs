//! B21: a panic of a waker affects the call that woke it, and nothing else.

use core::panic::AssertUnwindSafe;
use core::task::Waker;
use std::panic::catch_unwind;
use std::sync::Arc;

use async_duplex::{duplex, pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, BROKEN, END};
use crate::wakers::{on_drop, on_wake, park_reader_with, park_writer_with};
use crate::{full_pipe, park_reader, park_writer, READER_EVENTS, WRITER_EVENTS};

/// A waker that panics when it is woken, and a token that tells whether it was dropped.
fn panics_on_wake() -> (Waker, Arc<()>) {
    let token = Arc::new(());
    let held = token.clone();
    let waker = on_wake(move || {
        let _held = held;
        panic!("woken");
    });
    (waker, token)
}

/// A waker that panics when the last clone of it is dropped.
fn panics_on_drop() -> Waker {
    on_drop(|| panic!("dropped"))
}

fn assert_dropped(token: &Arc<()>) {
    assert_eq!(Arc::strong_count(token), 1, "the waker is retained");
}

/// Calls `f`, which must panic. Its captures are used again, hence `AssertUnwindSafe`.
fn assert_panics<T>(f: impl FnOnce() -> T) {
    assert!(catch_unwind(AssertUnwindSafe(f)).is_err());
}

/// Checks that the pipe passes bytes and wakes either half. Leaves the pipe empty.
fn assert_works(reader: &mut Reader, writer: &mut Writer) {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    while as_poll(reader.try_read(&mut [0; 8])).is_ready() {}
    park_reader(&read, reader);
    assert_eq!(as_poll(writer.try_write(b"0123456789")), ready(4));
    assert_eq!((read.wakes(), read.retained()), (1, 0));
    park_writer(&write, writer);
    let mut buf = [0; 8];
    assert_eq!(as_poll(reader.try_read(&mut buf)), ready(4));
    assert_eq!(&buf[..4], b"0123");
    assert_eq!((write.wakes(), write.retained()), (1, 0));
}

/// The closure owns the writer, which is `UnwindSafe`. The panic drops it, so the reader finds the
/// end.
#[test]
fn b21_a_reader_whose_waker_panicked_finds_the_bytes_and_the_end() {
    for (what, act) in WRITER_EVENTS {
        let (mut reader, writer) = pipe(4);
        let (waker, token) = panics_on_wake();
        park_reader_with(waker, &mut reader);
        assert!(catch_unwind(move || act(writer)).is_err(), "{what}");
        assert_dropped(&token);
        assert!(reader.is_closed());
        match what {
            "writes" => assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(3)),
            "writes, polled" => assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(1)),
            _ => {}
        }
        assert_eq!(as_poll(reader.try_read(&mut [0; 8])), END);
    }
}

/// See [`b21_a_reader_whose_waker_panicked_finds_the_bytes_and_the_end`].
#[test]
fn b21_a_writer_whose_waker_panicked_finds_the_pipe_broken() {
    for (what, act) in READER_EVENTS {
        let (reader, mut writer) = full_pipe();
        let (waker, token) = panics_on_wake();
        park_writer_with(waker, &mut writer);
        assert!(catch_unwind(move || act(reader)).is_err(), "{what}");
        assert_dropped(&token);
        assert!(writer.is_closed());
        assert_eq!(as_poll(writer.try_write(b"x")), BROKEN);
    }
}

#[test]
fn b21_a_write_that_ends_in_a_panicking_waker_has_written() {
    let (mut reader, mut writer) = pipe(4);
    let (waker, token) = panics_on_wake();
    park_reader_with(waker, &mut reader);
    assert_panics(|| writer.try_write(b"abc"));
    assert_dropped(&token);
    assert_eq!((reader.len(), writer.len()), (3, 3));
    assert_eq!(as_poll(writer.try_write(b"def")), ready(1));
    let mut buf = [0; 8];
    assert_eq!(as_poll(reader.try_read(&mut buf)), ready(4));
    assert_eq!(&buf[..4], b"abcd");
    assert_works(&mut reader, &mut writer);
}

#[test]
fn b21_a_read_that_ends_in_a_panicking_waker_has_read() {
    let (mut reader, mut writer) = full_pipe();
    let (waker, token) = panics_on_wake();
    park_writer_with(waker, &mut writer);
    let mut buf = [0; 2];
    assert_panics(|| reader.try_read(&mut buf));
    assert_dropped(&token);
    assert_eq!(&buf, b"fu");
    assert_eq!((reader.len(), writer.len()), (2, 2));
    assert_works(&mut reader, &mut writer);
}

#[test]
fn b21_a_consume_that_ends_in_a_panicking_waker_has_consumed() {
    let (mut reader, mut writer) = full_pipe();
    let (waker, token) = panics_on_wake();
    park_writer_with(waker, &mut writer);
    assert!(CountingTask::new().fill_buf(&mut reader).is_ready());
    assert_panics(|| reader.consume(3));
    assert_dropped(&token);
    assert_eq!((reader.len(), writer.len()), (1, 1));
    assert_works(&mut reader, &mut writer);
}

#[test]
fn b21_a_close_that_ends_in_a_panicking_waker_has_closed() {
    let (mut reader, mut writer) = pipe(4);
    park_reader_with(panics_on_wake().0, &mut reader);
    assert_panics(|| writer.finish());
    assert_eq!(as_poll(reader.try_read(&mut [0])), END);
    assert_eq!(as_poll(writer.try_write(b"x")), BROKEN);
    writer.finish();

    let (mut reader, mut writer) = full_pipe();
    park_writer_with(panics_on_wake().0, &mut writer);
    assert_panics(|| reader.close());
    assert_eq!(as_poll(writer.try_write(b"x")), BROKEN);
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(4));
    reader.close();
}

#[test]
fn b21_a_half_whose_drop_wakes_a_panicking_waker_retains_no_waker() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(4);
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
    park_reader_with(panics_on_wake().0, &mut reader);
    assert_panics(move || drop(writer));
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}

#[test]
fn b21_dropping_a_stream_closes_both_directions_even_if_a_waker_panics() {
    for reader_panics in [true, false] {
        let (left, right) = duplex(4);
        let (mut reader, mut writer) = right.into_split();
        let task = CountingTask::new();
        assert_eq!(as_poll(writer.try_write(b"full")), ready(4));
        if reader_panics {
            park_reader_with(panics_on_wake().0, &mut reader);
            park_writer(&task, &mut writer);
        } else {
            park_writer_with(panics_on_wake().0, &mut writer);
            park_reader(&task, &mut reader);
        }
        assert!(catch_unwind(move || drop(left)).is_err());
        assert_eq!((task.wakes(), task.retained()), (1, 0));
        assert_eq!(as_poll(reader.try_read(&mut [0])), END);
        assert_eq!(as_poll(writer.try_write(b"x")), BROKEN);
    }
}

#[test]
fn b21_after_a_waker_of_closed_panicked_the_reader_reads_eof() {
    let (mut reader, writer) = pipe(4);
    let (waker, token) = panics_on_wake();
    let mut cx = core::task::Context::from_waker(&waker);
    assert!(reader.poll_closed(&mut cx).is_pending());
    assert_panics(move || drop(writer));
    drop(waker);
    assert_dropped(&token);
    assert!(reader.is_closed());
    assert_eq!(as_poll(reader.try_read(&mut [0])), END);
}

#[test]
fn b21_after_a_woken_waker_panicked_on_drop_the_pipe_works() {
    let (mut reader, mut writer) = pipe(4);
    park_reader_with(panics_on_drop(), &mut reader);
    assert_panics(|| writer.try_write(b"abc"));
    assert_eq!(reader.len(), 3);
    assert_works(&mut reader, &mut writer);
}

#[test]
fn b21_a_half_whose_waker_panics_when_it_is_dropped_has_closed() {
    let (mut reader, mut writer) = pipe(4);
    park_reader_with(panics_on_drop(), &mut reader);
    assert!(catch_unwind(move || drop(reader)).is_err());
    assert_eq!(as_poll(writer.try_write(b"x")), BROKEN);

    let (mut reader, mut writer) = full_pipe();
    park_writer_with(panics_on_drop(), &mut writer);
    assert!(catch_unwind(move || drop(writer)).is_err());
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(4));
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), END);
}

/// The old waker is dropped while the new one is registered. Its half may stay unwoken after the
/// panic. Nothing else is affected: the calls of both halves return what they should, and the
/// wakers go with the pipe.
#[test]
fn b21_a_replaced_waker_that_panics_on_drop_affects_the_waking_of_its_half_alone() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = pipe(4);
    park_reader_with(panics_on_drop(), &mut reader);
    assert_panics(|| read.read(&mut reader, &mut [0]));
    park_reader(&read, &mut reader);
    assert_eq!(as_poll(writer.try_write(b"0123456789")), ready(4));
    park_writer(&write, &mut writer);
    let mut buf = [0; 8];
    assert_eq!(read.read(&mut reader, &mut buf), ready(4));
    assert_eq!(&buf[..4], b"0123");
    assert_eq!((write.wakes(), write.retained()), (1, 0));
    writer.finish();
    assert_eq!(read.read(&mut reader, &mut buf), END);
    drop((reader, writer));
    assert_eq!(read.retained(), 0);

    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut reader, mut writer) = full_pipe();
    park_writer_with(panics_on_drop(), &mut writer);
    assert_panics(|| write.write(&mut writer, b"x"));
    park_writer(&write, &mut writer);
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(4));
    park_reader(&read, &mut reader);
    assert_eq!(write.write(&mut writer, b"abc"), ready(3));
    assert_eq!((read.wakes(), read.retained()), (1, 0));
    drop((reader, writer));
    assert_eq!(write.retained(), 0);
}
