//! B9: a waker may use and drop either half, when it is woken and when it is dropped.

use core::task::{Poll, Waker};
use std::sync::{Arc, Mutex};

use async_duplex::{pipe, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, BROKEN, END};
use crate::wakers::{await_end_with, on_drop, on_wake, park_reader_with, park_writer_with};
use crate::wakers::{InlineTask, Shared};
use crate::{full_pipe, park_reader, park_writer, READER_EVENTS, WRITER_EVENTS};

#[test]
fn b9_a_reader_can_be_read_from_inside_its_own_wake() {
    let (reader, mut writer) = pipe(4);
    let (reader, task) = (Shared::new(reader), CountingTask::new());
    let waker = on_wake({
        let (reader, task) = (reader.clone(), task.clone());
        move || {
            let mut buf = [0; 4];
            let read = reader.with(|reader| task.read(reader, &mut buf));
            assert_eq!((read, &buf[..3]), (ready(3), &b"abc"[..]));
            // It can park again.
            reader.with(|reader| park_reader(&task, reader));
        }
    });
    reader.with(|reader| park_reader_with(waker, reader));
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert!(writer.is_empty(), "the waker has read all bytes");
    assert_eq!(task.wakes(), 0);
    assert_eq!(as_poll(writer.try_write(b"d")), ready(1));
    assert_eq!(task.wakes(), 1);
}

#[test]
fn b9_a_writer_can_be_written_to_from_inside_its_own_wake() {
    let (mut reader, writer) = full_pipe();
    let (writer, task) = (Shared::new(writer), CountingTask::new());
    let waker = on_wake({
        let (writer, task) = (writer.clone(), task.clone());
        move || {
            let written = writer.with(|writer| task.write(writer, b"abcdef"));
            assert_eq!(written, ready(3));
            // It can park again.
            writer.with(|writer| park_writer(&task, writer));
        }
    });
    writer.with(|writer| park_writer_with(waker, writer));
    assert_eq!(as_poll(reader.try_read(&mut [0; 3])), ready(3));
    assert!(reader.is_full(), "the waker has filled it again");
    assert_eq!(task.wakes(), 0);
    let mut buf = [0; 8];
    assert_eq!(as_poll(reader.try_read(&mut buf)), ready(4));
    assert_eq!(&buf[..4], b"labc");
    assert_eq!(task.wakes(), 1);
}

#[test]
fn b9_a_reader_can_be_dropped_from_inside_its_own_wake() {
    for (what, act) in WRITER_EVENTS {
        let (reader, writer) = pipe(4);
        let reader = Shared::new(reader);
        let waker = on_wake({
            let reader = reader.clone();
            move || drop(reader.take())
        });
        reader.with(|reader| park_reader_with(waker, reader));
        if let Some(mut writer) = act(writer) {
            assert_eq!(as_poll(writer.try_write(b"x")), BROKEN, "the writer {what}");
            assert!(writer.is_closed());
        }
    }
}

#[test]
fn b9_a_writer_can_be_dropped_from_inside_its_own_wake() {
    for (what, act) in READER_EVENTS {
        let (reader, writer) = full_pipe();
        let writer = Shared::new(writer);
        let waker = on_wake({
            let writer = writer.clone();
            move || drop(writer.take())
        });
        writer.with(|writer| park_writer_with(waker, writer));
        if let Some(mut reader) = act(reader) {
            assert!(reader.is_closed(), "the reader {what}");
            let unread = reader.len();
            assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(unread));
            assert_eq!(as_poll(reader.try_read(&mut [0; 8])), END);
        }
    }
}

#[test]
fn b9_a_half_can_be_closed_from_inside_its_own_wake() {
    let (reader, mut writer) = pipe(4);
    let reader = Shared::new(reader);
    let waker = on_wake({
        let reader = reader.clone();
        move || reader.with(|reader| reader.close())
    });
    reader.with(|reader| park_reader_with(waker, reader));
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!(as_poll(writer.try_write(b"d")), BROKEN);
    let mut reader = reader.take();
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(3));
    assert_eq!(as_poll(reader.try_read(&mut [0; 8])), END);
}

/// The waker is dropped after it was woken, and drops the reader, still within the writer's call.
#[test]
fn b9_a_reader_can_be_dropped_with_the_waker_that_was_woken() {
    for (what, act) in WRITER_EVENTS {
        let (reader, writer) = pipe(4);
        let reader = Shared::new(reader);
        let waker = on_drop({
            let reader = reader.clone();
            move || drop(reader.take())
        });
        reader.with(|reader| park_reader_with(waker, reader));
        if let Some(mut writer) = act(writer) {
            assert_eq!(as_poll(writer.try_write(b"x")), BROKEN, "the writer {what}");
        }
    }
}

#[test]
fn b9_the_waker_of_a_dropped_reader_may_drop_the_writer() {
    let (mut reader, writer) = pipe(4);
    let writer = Shared::new(writer);
    let waker = on_drop({
        let writer = writer.clone();
        move || {
            let mut writer = writer.take();
            assert_eq!(
                as_poll(writer.try_write(b"x")),
                BROKEN,
                "the reader is gone"
            );
        }
    });
    park_reader_with(waker, &mut reader);
    drop(reader);
    assert!(writer.is_taken());
}

#[test]
fn b9_the_waker_of_a_dropped_writer_may_drop_the_reader() {
    let (reader, mut writer) = full_pipe();
    let reader = Shared::new(reader);
    let waker = on_drop({
        let reader = reader.clone();
        move || {
            let mut reader = reader.take();
            assert_eq!(as_poll(reader.try_read(&mut [0; 8])), ready(4));
            assert_eq!(as_poll(reader.try_read(&mut [0; 8])), END);
        }
    });
    park_writer_with(waker, &mut writer);
    drop(writer);
    assert!(reader.is_taken());
}

/// A waker that does nothing when it is woken, and writes three bytes when it is dropped.
fn writes_when_dropped(writer: &Shared<Writer>) -> Waker {
    let writer = writer.clone();
    on_drop(move || writer.with(|writer| assert_eq!(as_poll(writer.try_write(b"abc")), ready(3))))
}

#[test]
fn b9_a_replaced_waker_may_write_to_the_reader_that_replaces_it() {
    let (mut reader, writer) = pipe(4);
    let (writer, task) = (Shared::new(writer), CountingTask::new());
    park_reader_with(writes_when_dropped(&writer), &mut reader);
    // Its waker is replaced, and the old one writes. The reader must not stay parked.
    let read = task.read(&mut reader, &mut [0; 8]);
    assert!(read == ready(3) || task.wakes() == 1, "{read:?}");
    assert_eq!(reader.len(), if read.is_ready() { 0 } else { 3 });
    // After that, the pipe works as before.
    let _ = task.read(&mut reader, &mut [0; 8]);
    let task = CountingTask::new();
    park_reader(&task, &mut reader);
    writer.with(|writer| assert_eq!(as_poll(writer.try_write(b"d")), ready(1)));
    assert_eq!((task.wakes(), task.retained()), (1, 0));
}

#[test]
fn b9_a_replaced_waker_may_read_from_the_writer_that_replaces_it() {
    let (reader, mut writer) = full_pipe();
    let (reader, task) = (Shared::new(reader), CountingTask::new());
    let waker = on_drop({
        let reader = reader.clone();
        move || reader.with(|reader| assert_eq!(as_poll(reader.try_read(&mut [0; 3])), ready(3)))
    });
    park_writer_with(waker, &mut writer);
    let written = task.write(&mut writer, b"abc");
    assert!(written == ready(3) || task.wakes() == 1, "{written:?}");
    assert_eq!(writer.len(), if written.is_ready() { 4 } else { 1 });
    let _ = task.write(&mut writer, b"abc");
    let task = CountingTask::new();
    park_writer(&task, &mut writer);
    reader.with(|reader| assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1)));
    assert_eq!((task.wakes(), task.retained()), (1, 0));
}

#[test]
fn b9_a_replaced_waker_may_drop_the_other_half() {
    let task = CountingTask::new();

    let (mut reader, writer) = pipe(4);
    park_reader_with(on_drop(move || drop(writer)), &mut reader);
    let read = task.read(&mut reader, &mut [0; 8]);
    assert!(read == END || task.wakes() == 1, "{read:?}");
    assert_eq!(task.read(&mut reader, &mut [0; 8]), END);

    let (reader, mut writer) = full_pipe();
    park_writer_with(on_drop(move || drop(reader)), &mut writer);
    let written = task.write(&mut writer, b"x");
    assert!(written == BROKEN || task.wakes() == 1, "{written:?}");
    assert_eq!(task.write(&mut writer, b"x"), BROKEN);
}

#[test]
fn b9_a_waker_replaced_by_waiting_for_the_end_may_drop_the_other_half() {
    let task = CountingTask::new();

    let (mut reader, writer) = pipe(4);
    await_end_with(on_drop(move || drop(writer)), |cx| reader.poll_closed(cx));
    let closed = task.poll(|cx| reader.poll_closed(cx));
    assert!(closed.is_ready() || task.wakes() == 1);
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_ready());

    let task = CountingTask::new();
    let (reader, mut writer) = full_pipe();
    await_end_with(on_drop(move || drop(reader)), |cx| writer.poll_closed(cx));
    let closed = task.poll(|cx| writer.poll_closed(cx));
    assert!(closed.is_ready() || task.wakes() == 1);
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_ready());
}

/// The bytes arrive while one waker replaces another. The task may have registered the first one in
/// another place, for what has arrived, so it may be woken although the read is ready.
#[test]
fn b8_bytes_written_by_a_replaced_waker_wake_once() {
    let (mut reader, writer) = pipe(4);
    let (writer, task) = (Shared::new(writer), CountingTask::new());
    park_reader_with(writes_when_dropped(&writer), &mut reader);
    let read = task.read(&mut reader, &mut [0; 8]);
    assert_eq!(task.wakes(), 1, "{read:?}");
}

#[test]
fn b8_a_read_that_found_bytes_after_parking_is_not_woken_by_later_bytes() {
    let (mut reader, writer) = pipe(4);
    let (writer, task) = (Shared::new(writer), CountingTask::new());
    park_reader_with(writes_when_dropped(&writer), &mut reader);
    if task.read(&mut reader, &mut [0; 8]).is_pending() {
        assert_eq!(task.read(&mut reader, &mut [0; 8]), ready(3));
    }
    let wakes = task.wakes();
    assert!(format!("{reader:?}").contains("reader_waits: false"));
    writer.with(|writer| assert_eq!(as_poll(writer.try_write(b"d")), ready(1)));
    assert_eq!(task.wakes(), wakes);
}

#[test]
fn b9_two_tasks_that_run_each_other_from_inside_wake_pass_every_byte() {
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(1000).collect();
    for capacity in [1, 3, 1000] {
        for writer_first in [true, false] {
            let received = Arc::new(Mutex::new(Vec::<u8>::new()));
            let (mut reader, mut writer) = pipe(capacity);
            let mut left = bytes.clone();
            let write = InlineTask::new(move |cx| {
                while !left.is_empty() {
                    match writer.poll_write(cx, &left) {
                        Poll::Ready(n) => drop(left.drain(..n.unwrap())),
                        Poll::Pending => return Poll::Pending,
                    }
                }
                writer.finish();
                Poll::Ready(())
            });
            let sink = received.clone();
            let read = InlineTask::new(move |cx| loop {
                let mut buf = [0; 7];
                match reader.poll_read(cx, &mut buf).map(Result::unwrap) {
                    Poll::Ready(0) => return Poll::Ready(()),
                    Poll::Ready(n) => sink.lock().unwrap().extend(&buf[..n]),
                    Poll::Pending => return Poll::Pending,
                }
            });
            let (first, second) = if writer_first {
                (write.clone(), read.clone())
            } else {
                (read.clone(), write.clone())
            };
            Waker::from(first).wake();
            Waker::from(second).wake();
            assert!(write.is_done() && read.is_done());
            assert!(*received.lock().unwrap() == bytes);
        }
    }
}
