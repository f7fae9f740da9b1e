//! B16, B15 and B9: an abort wakes the other half once, whatever it waits for.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{duplex, pipe, Reader, Writer};

use crate::counting_waker::{failed, CountingTask, Outcome, BROKEN, END};
use crate::readiness::{readable, writable};
use crate::wakers::{on_drop, on_wake, park_reader_with, park_writer_with, Shared};
use crate::{full_pipe, park_reader, park_writer, pipe_with_parked_reader};

const KIND: ErrorKind = ErrorKind::ConnectionReset;
const FAILED: Outcome<usize> = failed(KIND);

/// Every way in which the reader of an empty pipe can wait.
const READER_WAITS: [fn(&CountingTask, &mut Reader); 6] = [
    park_reader,
    |task, reader| assert_eq!(task.fill_buf(reader), Poll::Pending),
    |task, reader| assert_eq!(readable(task, reader, 4), Poll::Pending),
    |task, reader| assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending()),
    |task, reader| {
        park_reader(task, reader);
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    },
    |task, reader| {
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
        park_reader(task, reader);
    },
];

/// Every way in which the writer of a full pipe can wait.
const WRITER_WAITS: [fn(&CountingTask, &mut Writer); 5] = [
    park_writer,
    |task, writer| assert_eq!(writable(task, writer, 4), Poll::Pending),
    |task, writer| assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending()),
    |task, writer| {
        park_writer(task, writer);
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
    },
    |task, writer| {
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
        park_writer(task, writer);
    },
];

#[test]
fn b16_an_abort_wakes_the_waiting_reader_once_and_later_ends_do_not() {
    for wait in READER_WAITS {
        let task = CountingTask::new();
        let (mut reader, mut writer) = pipe(4);
        wait(&task, &mut reader);
        writer.abort(KIND);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
        writer.abort(ErrorKind::Other);
        writer.finish();
        assert_eq!(task.read(&mut reader, &mut [0]), FAILED);
        drop(writer);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
        assert_eq!(task.read(&mut reader, &mut [0]), FAILED);
    }
}

#[test]
fn b16_an_abort_wakes_the_waiting_writer_once_and_later_ends_do_not() {
    for wait in WRITER_WAITS {
        let task = CountingTask::new();
        let (mut reader, mut writer) = full_pipe();
        wait(&task, &mut writer);
        reader.abort(KIND);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
        reader.abort(ErrorKind::Other);
        reader.close();
        assert_eq!(task.write(&mut writer, b"x"), FAILED);
        drop(reader);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
        assert_eq!(task.write(&mut writer, b"x"), FAILED);
    }
}

/// The unread bytes are discarded.
#[test]
fn b15_an_abort_resolves_closed_however_many_bytes_are_unread() {
    for fill in 0..=4 {
        let task = CountingTask::new();
        let (mut reader, mut writer) = pipe(4);
        writer.try_write(&b"full"[..fill]).unwrap();
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
        writer.abort(KIND);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_ready());
        assert!(reader.is_closed() && reader.is_empty());

        let (mut reader, mut writer) = pipe(4);
        writer.try_write(&b"full"[..fill]).unwrap();
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
        reader.abort(KIND);
        assert_eq!((task.wakes(), task.retained()), (2, 0));
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_ready());
    }
}

#[test]
fn b15_a_half_that_has_aborted_can_still_wait_for_the_other_end() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(4);
    reader.abort(KIND);
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    writer.finish();
    assert_eq!(task.wakes(), 1);
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_ready());

    let (reader, mut writer) = pipe(4);
    writer.abort(KIND);
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
    drop(reader);
    assert_eq!(task.wakes(), 2);
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_ready());
}

#[test]
fn b16_an_abort_after_finish_does_not_wake_the_reader_again() {
    for wait in READER_WAITS {
        let task = CountingTask::new();
        let (mut reader, mut writer) = pipe(4);
        wait(&task, &mut reader);
        writer.finish();
        writer.abort(KIND);
        assert_eq!((task.wakes(), task.retained()), (1, 0));
        assert_eq!(task.read(&mut reader, &mut [0]), END);
    }
}

#[test]
fn b16_an_abort_wakes_the_peer_and_not_the_half_itself() {
    let task = CountingTask::new();
    let (mut reader, writer) = pipe_with_parked_reader(&task);
    reader.abort(KIND);
    assert_eq!(task.wakes(), 0);
    drop(reader);
    assert_eq!((task.wakes(), task.retained()), (0, 0));
    drop(writer);

    let (reader, mut writer) = full_pipe();
    park_writer(&task, &mut writer);
    writer.abort(KIND);
    assert_eq!(task.wakes(), 0);
    drop(writer);
    assert_eq!((task.wakes(), task.retained()), (0, 0));
    drop(reader);
    assert_eq!(task.wakes(), 0);
}

#[test]
fn b16_an_aborted_stream_wakes_both_halves_of_its_peer() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut near, mut far) = duplex(4);
    let (reader, writer) = far.halves();
    park_reader(&read, reader);
    assert!(writer.try_write(b"full").is_ok());
    park_writer(&write, writer);
    near.abort(KIND);
    assert_eq!((read.wakes(), write.wakes()), (1, 1));
    assert_eq!(read.read(&mut far, &mut [0]), FAILED);
    assert_eq!(write.write(&mut far, b"x"), FAILED);
    drop(near);
    assert_eq!((read.wakes(), write.wakes()), (1, 1));
}

#[test]
fn b9_a_half_can_be_used_and_dropped_from_inside_the_wake_of_an_abort() {
    let (reader, mut writer) = pipe(4);
    let reader = Shared::new(reader);
    let waker = on_wake({
        let reader = reader.clone();
        move || {
            let mut reader = reader.take();
            assert_eq!(CountingTask::new().read(&mut reader, &mut [0]), FAILED);
        }
    });
    reader.with(|reader| park_reader_with(waker, reader));
    writer.abort(KIND);
    assert!(reader.is_taken() && writer.is_closed());

    let (mut reader, writer) = full_pipe();
    let writer = Shared::new(writer);
    let waker = on_wake({
        let writer = writer.clone();
        move || {
            let mut writer = writer.take();
            assert_eq!(CountingTask::new().write(&mut writer, b"x"), FAILED);
        }
    });
    writer.with(|writer| park_writer_with(waker, writer));
    reader.abort(KIND);
    assert!(writer.is_taken() && reader.is_closed());
    assert_eq!(CountingTask::new().read(&mut reader, &mut [0; 4]), END);
}

#[test]
fn b16_a_half_that_has_aborted_waits_for_nothing() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(4);
    reader.abort(KIND);
    assert_eq!(readable(&task, &mut reader, 4), END);
    writer.abort(KIND);
    assert_eq!(writable(&task, &mut writer, 4), FAILED);
    assert_eq!((task.wakes(), task.retained()), (0, 0));

    let (mut reader, mut writer) = pipe(4);
    writer.abort(KIND);
    assert_eq!(writable(&task, &mut writer, 4), BROKEN);
    reader.abort(KIND);
    assert_eq!(readable(&task, &mut reader, 4), FAILED);
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}

/// The half has found no byte and registers its waker when the pipe is aborted.
#[test]
fn b9_b26_a_half_whose_replaced_waker_aborts_the_pipe_fails_and_retains_no_waker() {
    let task = CountingTask::new();

    let (mut reader, _writer) = pipe(4);
    let handle = reader.abort_handle();
    park_reader_with(on_drop(move || handle.abort(KIND)), &mut reader);
    assert_eq!(task.read(&mut reader, &mut [0; 4]), FAILED);
    // The task is woken, because it may have registered the replaced waker in another place.
    assert_eq!((task.wakes(), task.retained()), (1, 0));

    let (_reader, mut writer) = full_pipe();
    let handle = writer.abort_handle();
    park_writer_with(on_drop(move || handle.abort(KIND)), &mut writer);
    assert_eq!(task.write(&mut writer, b"x"), FAILED);
    assert_eq!((task.wakes(), task.retained()), (2, 0));
}
