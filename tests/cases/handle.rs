//! B26: `AbortHandle::abort` while each call that can wait is waiting.

use core::task::Poll;
use std::io::{BufRead, Error, IoSlice, IoSliceMut, Write};
use std::sync::Arc;
use std::thread;

use async_duplex::{pipe, AbortHandle, DuplexStream, Reader, Writer};

use crate::deadline::within;
use crate::reads::{all_reads, waiting_reads, Source};
use crate::task::{failed, tried, until_waiting, Task};
use crate::writes::{all_writes, waiting_writes, Sink};
use crate::{wrong_checksum, DEADLINE, RESET};

/// Aborts, and checks that the task that waits is woken once.
fn abort_while_waiting(task: &Arc<Task>, handle: &AbortHandle, name: &str) {
    assert_eq!(task.wakes(), 0, "{name}");
    handle.abort(wrong_checksum());
    // Nothing that follows wakes it again.
    handle.abort(RESET);
    assert_eq!(task.wakes(), 1, "{name}");
    assert_eq!(Arc::strong_count(task), 1, "{name}: no waker is kept");
}

fn check_reads<S: Source>() {
    for (name, call) in waiting_reads::<S>() {
        let (reader, mut writer) = pipe(8);
        let handle = writer.abort_handle();
        let mut source = S::with_reader(reader);
        let task = Task::new();
        assert!(task.poll(|cx| call(&mut source, cx)).is_pending(), "{name}");
        assert_eq!(tried(source.reader().peek(&mut [0])), Poll::Pending);
        abort_while_waiting(&task, &handle, name);
        for (name, call) in all_reads::<S>() {
            let result = task.poll(|cx| call(&mut source, cx));
            assert_eq!(result, failed(wrong_checksum()), "{name}");
        }
        let written = tried(writer.try_write(b"x"));
        assert_eq!(written, failed(wrong_checksum()), "{name}");
        drop((source, writer));
        assert_eq!(task.wakes(), 1, "{name}");
    }
}

#[test]
fn b26_every_read_of_every_family_is_woken_once_and_fails() {
    check_reads::<Reader>();
    check_reads::<DuplexStream>();
}

fn check_writes<S: Sink>() {
    for (name, call) in waiting_writes::<S>() {
        let (mut reader, mut writer) = pipe(8);
        writer.try_write(b"01234567").unwrap();
        let handle = reader.abort_handle();
        let mut sink = S::with_writer(writer);
        let task = Task::new();
        assert!(task.poll(|cx| call(&mut sink, cx)).is_pending(), "{name}");
        abort_while_waiting(&task, &handle, name);
        for (name, call) in all_writes::<S>() {
            let result = task.poll(|cx| call(&mut sink, cx));
            assert_eq!(result, failed(wrong_checksum()), "{name}");
        }
        let peeked = tried(reader.peek(&mut [0; 8]));
        assert_eq!(peeked, failed(wrong_checksum()), "{name}");
        drop((sink, reader));
        assert_eq!(task.wakes(), 1, "{name}");
    }
}

#[test]
fn b26_every_write_of_every_family_is_woken_once_and_fails() {
    check_writes::<Writer>();
    check_writes::<DuplexStream>();
}

#[test]
fn b26_a_read_or_write_that_waits_beside_closed_is_woken_once_in_one_task() {
    for (name, call) in waiting_reads::<Reader>() {
        let (mut reader, writer) = pipe(8);
        let task = Task::new();
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
        assert!(task.poll(|cx| call(&mut reader, cx)).is_pending());
        abort_while_waiting(&task, &writer.abort_handle(), name);
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_ready());
    }
    for (name, call) in waiting_writes::<Writer>() {
        let (reader, mut writer) = pipe(8);
        writer.try_write(b"01234567").unwrap();
        let task = Task::new();
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
        assert!(task.poll(|cx| call(&mut writer, cx)).is_pending());
        abort_while_waiting(&task, &reader.abort_handle(), name);
        assert!(task.poll(|cx| writer.poll_closed(cx)).is_ready());
    }
}

/// The second wait replaces the first one's waker.
#[test]
fn b7_b26_only_the_latest_of_two_tasks_that_wait_is_woken() {
    for (name, call) in waiting_reads::<Reader>() {
        let (mut reader, writer) = pipe(8);
        let (old, latest) = (Task::new(), Task::new());
        assert!(old.poll(|cx| call(&mut reader, cx)).is_pending());
        assert!(latest.poll(|cx| call(&mut reader, cx)).is_pending());
        abort_while_waiting(&latest, &writer.abort_handle(), name);
        assert_eq!(old.wakes(), 0, "{name}");
    }
    for (name, call) in waiting_writes::<Writer>() {
        let (reader, mut writer) = pipe(8);
        writer.try_write(b"01234567").unwrap();
        let (old, latest) = (Task::new(), Task::new());
        assert!(old.poll(|cx| call(&mut writer, cx)).is_pending());
        assert!(latest.poll(|cx| call(&mut writer, cx)).is_pending());
        abort_while_waiting(&latest, &reader.abort_handle(), name);
        assert_eq!(old.wakes(), 0, "{name}");
    }
}

type BlockingCall<T> = (&'static str, fn(&mut T) -> Result<usize, Error>);

fn blocking_reads() -> [BlockingCall<dyn BufRead + Send>; 5] {
    [
        ("read", |source| source.read(&mut [0; 8])),
        ("read_vectored", |source| {
            let (mut a, mut b) = ([0; 3], [0; 5]);
            source.read_vectored(&mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)])
        }),
        ("fill_buf", |source| source.fill_buf().map(<[u8]>::len)),
        ("read_exact", |source| {
            source.read_exact(&mut [0; 100]).map(|()| 100)
        }),
        ("read_to_end", |source| source.read_to_end(&mut Vec::new())),
    ]
}

fn check_blocking_reads<S: Source>() {
    for (name, call) in blocking_reads() {
        let (reader, writer) = pipe(8);
        let mut source = S::with_reader(reader).into_blocking();
        let reading = thread::spawn(move || {
            let first = tried(call(&mut *source));
            (first, tried(call(&mut *source)))
        });
        until_waiting(&writer);
        writer.abort_handle().abort(wrong_checksum());
        let error = failed(wrong_checksum());
        assert_eq!(reading.join().unwrap(), (error.clone(), error), "{name}");
    }
}

#[test]
fn b20_b26_every_blocking_read_that_is_parked_fails_and_fails_again() {
    within(DEADLINE, || {
        check_blocking_reads::<Reader>();
        check_blocking_reads::<DuplexStream>();
    });
}

fn blocking_writes() -> [BlockingCall<dyn Write + Send>; 3] {
    [
        ("write", |sink| sink.write(b"x")),
        ("write_vectored", |sink| {
            sink.write_vectored(&[IoSlice::new(b""), IoSlice::new(b"x")])
        }),
        ("write_all", |sink| sink.write_all(&[0; 100]).map(|()| 100)),
    ]
}

fn check_blocking_writes<S: Sink>() {
    for (name, call) in blocking_writes() {
        let (reader, mut writer) = pipe(8);
        writer.try_write(b"01234567").unwrap();
        let mut sink = S::with_writer(writer).into_blocking();
        let writing = thread::spawn(move || {
            let first = tried(call(&mut *sink));
            (first, tried(call(&mut *sink)))
        });
        until_waiting(&reader);
        reader.abort_handle().abort(wrong_checksum());
        let error = failed(wrong_checksum());
        assert_eq!(writing.join().unwrap(), (error.clone(), error), "{name}");
    }
}

#[test]
fn b20_b26_every_blocking_write_that_is_parked_fails_and_fails_again() {
    within(DEADLINE, || {
        check_blocking_writes::<Writer>();
        check_blocking_writes::<DuplexStream>();
    });
}
