//! B10: calls that are dropped, and what comes after them.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{pipe, DuplexStream, Options, Reader, Writer};
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::reads::{all_reads, waiting_reads, Source};
use crate::task::{failed, moved, tried, Task};
use crate::writes::{all_writes, waiting_writes, Sink};
use crate::{wrong_checksum, RESET};

/// A pipe whose reader was woken by three bytes for a `read` that was dropped unpolled.
fn pipe_with_dropped_read(options: &Options) -> (Reader, Writer) {
    let (mut reader, mut writer) = options.pipe();
    let task = Task::new();
    let mut buf = [0; 8];
    let mut read = reader.read(&mut buf);
    assert!(task.poll(|cx| Pin::new(&mut read).poll(cx)).is_pending());
    writer.try_write(b"abc").unwrap();
    assert_eq!(task.wakes(), 1);
    drop(read);
    assert_eq!(buf, [0; 8]);
    (reader, writer)
}

#[test]
fn b10_a_read_that_was_woken_and_dropped_leaves_the_bytes_to_a_new_read() {
    let (mut reader, mut writer) = pipe_with_dropped_read(&Options::new(8));
    let (next, mut buf) = (Task::new(), [0; 8]);
    let mut read = reader.read(&mut buf);
    assert!(matches!(
        next.poll(|cx| Pin::new(&mut read).poll(cx)),
        Poll::Ready(Ok(3))
    ));
    assert_eq!(&buf[..3], b"abc");
    assert!(next.poll(|cx| reader.poll_read(cx, &mut buf)).is_pending());
    writer.try_write(b"d").unwrap();
    assert_eq!(next.wakes(), 1, "the new read waits as any other");
}

#[test]
fn b10_a_read_that_was_woken_and_dropped_leaves_the_bytes_to_peek() {
    let (mut reader, _writer) = pipe_with_dropped_read(&Options::new(8));
    let mut buf = [0; 8];
    assert_eq!(reader.peek(&mut buf).unwrap(), 3);
    assert_eq!(&buf[..3], b"abc");
    assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
}

#[test]
fn b24_b25_a_read_that_was_woken_and_dropped_leaves_the_bytes_and_the_error_to_a_new_read() {
    let options = Options::new(8).error_on_drop(RESET);
    let mut buf = [0; 8];

    let (mut reader, mut writer) = pipe_with_dropped_read(&options);
    writer.finish_with(wrong_checksum());
    assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    assert_eq!(tried(reader.try_read(&mut buf)), failed(wrong_checksum()));

    let (mut reader, writer) = pipe_with_dropped_read(&options);
    drop(writer);
    assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    assert_eq!(tried(reader.try_read(&mut buf)), failed(RESET));
}

#[test]
fn b26_a_read_that_was_woken_and_dropped_leaves_nothing_after_an_abort_by_handle() {
    let (mut reader, writer) = pipe_with_dropped_read(&Options::new(8));
    writer.abort_handle().abort(wrong_checksum());
    assert_eq!(tried(reader.peek(&mut [0; 8])), failed(wrong_checksum()));
    assert_eq!(
        tried(reader.try_read(&mut [0; 8])),
        failed(wrong_checksum())
    );
}

/// The calls drop what they poll, so each first call here is a future that is dropped.
fn check_reads_after_a_dropped_one<S: Source>() {
    for (dropped_name, dropped) in waiting_reads::<S>() {
        for (name, call) in all_reads::<S>() {
            let (reader, mut writer) = pipe(8);
            let mut source = S::with_reader(reader);
            let (old, new) = (Task::new(), Task::new());
            assert!(old.poll(|cx| dropped(&mut source, cx)).is_pending());
            writer.try_write(b"abcd").unwrap();
            assert_eq!(old.wakes(), 1, "{dropped_name}");
            let read = new.poll(|cx| call(&mut source, cx));
            assert_eq!(read, moved(4), "{name} after a dropped {dropped_name}");
            assert_eq!((old.wakes(), new.wakes()), (1, 0));
        }
    }
}

#[test]
fn b10_a_dropped_read_of_any_family_leaves_the_bytes_to_every_read_of_every_family() {
    check_reads_after_a_dropped_one::<Reader>();
    check_reads_after_a_dropped_one::<DuplexStream>();
}

fn check_writes_after_a_dropped_one<S: Sink>() {
    for (dropped_name, dropped) in waiting_writes::<S>() {
        for (name, call) in all_writes::<S>() {
            let (mut reader, mut writer) = pipe(8);
            writer.try_write(b"01234567").unwrap();
            let mut sink = S::with_writer(writer);
            let (old, new) = (Task::new(), Task::new());
            assert!(old.poll(|cx| dropped(&mut sink, cx)).is_pending());
            assert_eq!(reader.try_read(&mut [0; 16]).unwrap(), 8);
            assert_eq!(old.wakes(), 1, "{dropped_name}");
            let written = new.poll(|cx| call(&mut sink, cx));
            assert!(written.is_ready(), "{name} after a dropped {dropped_name}");
            // Nothing of the dropped write arrives, and what the new one wrote is one byte.
            let arrived = reader.len();
            let is_write = !name.contains("nothing") && !name.contains("writable");
            assert_eq!(arrived, usize::from(is_write), "{name}");
            assert_eq!((old.wakes(), new.wakes()), (1, 0));
        }
    }
}

#[test]
fn b10_a_dropped_write_of_any_family_writes_nothing_before_every_write_of_every_family() {
    check_writes_after_a_dropped_one::<Writer>();
    check_writes_after_a_dropped_one::<DuplexStream>();
}

/// A pipe of four bytes whose writer has dropped a `write` and a `write_all` that waited.
fn pipe_with_dropped_writes(options: &Options) -> (Reader, Writer) {
    let (mut reader, mut writer) = options.pipe();
    let task = Task::new();
    let mut write_all = writer.write_all(b"abcdef");
    assert!(task
        .poll(|cx| Pin::new(&mut write_all).poll(cx))
        .is_pending());
    drop(write_all);
    let mut write = writer.write(b"XYZ");
    assert!(task.poll(|cx| Pin::new(&mut write).poll(cx)).is_pending());
    // It is woken, but not polled again.
    assert_eq!(reader.try_read(&mut [0; 2]).unwrap(), 2);
    assert_eq!(task.wakes(), 1);
    drop(write);
    (reader, writer)
}

#[test]
fn b10_b11_after_dropped_writes_the_reader_gets_what_fitted_and_then_eof() {
    for finish in [true, false] {
        let (mut reader, mut writer) = pipe_with_dropped_writes(&Options::new(4));
        if finish {
            writer.finish();
        } else {
            drop(writer);
        }
        let mut buf = [0; 8];
        assert_eq!(reader.try_read(&mut buf).unwrap(), 2);
        assert_eq!(&buf[..2], b"cd");
        assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
        assert_eq!(reader.peek(&mut buf).unwrap(), 0);
    }
}

#[test]
fn b10_b24_b25_after_dropped_writes_the_reader_gets_what_fitted_and_then_the_error() {
    let options = Options::new(4).error_on_drop(RESET);
    let mut buf = [0; 8];

    let (mut reader, mut writer) = pipe_with_dropped_writes(&options);
    writer.finish_with(wrong_checksum());
    assert_eq!(reader.try_read(&mut buf).unwrap(), 2);
    assert_eq!(tried(reader.try_read(&mut buf)), failed(wrong_checksum()));

    let (mut reader, writer) = pipe_with_dropped_writes(&options);
    drop(writer);
    assert_eq!(reader.try_read(&mut buf).unwrap(), 2);
    assert_eq!(tried(reader.try_read(&mut buf)), failed(RESET));
}

#[test]
fn b10_b26_after_dropped_writes_a_handle_aborts_both_halves() {
    let (mut reader, mut writer) = pipe_with_dropped_writes(&Options::new(4));
    reader.abort_handle().abort(RESET);
    assert_eq!(tried(reader.try_read(&mut [0; 8])), failed(RESET));
    assert_eq!(tried(writer.try_write(b"x")), failed(RESET));
}

/// A dropped `readable` for more leaves its threshold behind at most until the next call.
#[test]
fn b10_b17_a_dropped_readable_does_not_delay_the_read_after_it() {
    let (mut reader, mut writer) = pipe(8);
    let (old, new) = (Task::new(), Task::new());
    assert!(old.poll(|cx| reader.poll_readable(cx, 8)).is_pending());
    assert!(new
        .poll(|cx| reader.poll_read(cx, &mut [0; 8]))
        .is_pending());
    writer.try_write(b"a").unwrap();
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
    assert_eq!(tried(reader.try_read(&mut [0; 8])), moved(1));
    assert_eq!(
        reader.try_read(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
}
