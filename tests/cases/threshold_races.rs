//! B17 on two threads: bytes, an end and an abort that come while a wait for several bytes is being
//! entered, or while the peer finds that there are too few.

use core::iter::repeat_with;
use std::sync::Arc;

use async_duplex::{AbortHandle, Options, Reader, Writer};
use futures::executor::block_on;

use crate::race::race;
use crate::task::{failed, moved, outcome, tried, Outcome, Task};
use crate::{wrong_checksum, RESET};

const ROUNDS: usize = if cfg!(miri) { 5 } else { 10_000 };

/// Runs `write` on another thread while `readable(4)` is being entered. Returns what that resolved
/// to, and what it resolves to after those bytes have been consumed and the stream has ended.
fn race_with_readable_4(write: fn(Writer)) -> Vec<(Outcome, Outcome)> {
    let options = Options::new(8).error_on_drop(RESET);
    let pipes = repeat_with(|| options.pipe()).map(|(reader, writer)| (writer, reader));
    race(pipes.take(ROUNDS), write, |mut reader: Reader| {
        let first = tried(block_on(reader.readable(4)));
        block_on(reader.closed());
        let unread = reader.as_slices().0.len();
        reader.consume(unread);
        (first, tried(block_on(reader.readable(4))))
    })
}

#[track_caller]
fn assert_all_are(results: &[(Outcome, Outcome)], expected: &(Outcome, Outcome)) {
    for result in results {
        assert_eq!(result, expected);
    }
}

#[test]
fn b17_four_bytes_and_the_end_during_readable_4_are_never_fewer_than_4() {
    let results = race_with_readable_4(|mut writer| {
        writer.try_write(b"abcd").unwrap();
        writer.finish();
    });
    assert_all_are(&results, &(moved(4), moved(0)));
}

#[test]
fn b17_four_bytes_one_by_one_and_the_end_during_readable_4_are_never_fewer_than_4() {
    let results = race_with_readable_4(|mut writer| {
        for byte in b"abcd" {
            writer.try_write(&[*byte]).unwrap();
        }
        writer.finish();
    });
    assert_all_are(&results, &(moved(4), moved(0)));
}

#[test]
fn b24_four_bytes_and_an_error_during_readable_4_are_never_fewer_than_4() {
    let results = race_with_readable_4(|mut writer| {
        writer.try_write(b"abcd").unwrap();
        writer.finish_with(wrong_checksum());
    });
    assert_all_are(&results, &(moved(4), failed(wrong_checksum())));
}

#[test]
fn b25_four_bytes_and_a_drop_during_readable_4_are_never_fewer_than_4() {
    let results = race_with_readable_4(|mut writer| {
        writer.try_write(b"abcd").unwrap();
    });
    assert_all_are(&results, &(moved(4), failed(RESET)));
}

/// An abort by a handle discards the bytes: all of them are there, or none of them.
#[test]
fn b26_four_bytes_and_an_abort_by_handle_during_readable_4_are_4_or_the_error() {
    let results = race_with_readable_4(|mut writer| {
        let handle = writer.abort_handle();
        writer.try_write(b"abcd").unwrap();
        handle.abort(wrong_checksum());
    });
    let error = failed(wrong_checksum());
    for (first, second) in results {
        assert!(first == moved(4) || first == error, "{first:?}");
        assert_eq!(second, error);
    }
}

/// A pipe of eight bytes, six of them unread, one of whose halves is parked until eight bytes are
/// unread or free.
fn parked(park: fn(&Arc<Task>, &mut Reader, &mut Writer)) -> (AbortHandle, Parked) {
    let (mut reader, mut writer) = Options::new(8).pipe();
    writer.try_write(b"012345").unwrap();
    let task = Task::new();
    park(&task, &mut reader, &mut writer);
    let handle = reader.abort_handle();
    (handle, (task, reader, writer))
}

type Parked = (Arc<Task>, Reader, Writer);

#[test]
fn b17_b26_a_reader_whose_writer_finds_too_few_bytes_is_woken_by_an_abort_meanwhile() {
    let park = |task: &Arc<Task>, reader: &mut Reader, _: &mut Writer| {
        assert!(task.poll(|cx| reader.poll_readable(cx, 8)).is_pending());
    };
    let pipes = repeat_with(|| parked(park)).take(ROUNDS);
    let abort = |handle: AbortHandle| handle.abort(RESET);
    let parked = race(pipes, abort, |mut parked: Parked| {
        let _ = parked.2.try_write(b"6");
        parked
    });
    for (task, mut reader, _writer) in parked {
        assert_eq!(task.wakes(), 1);
        let readable = task.poll(|cx| reader.poll_readable(cx, 8));
        assert_eq!(outcome(readable), failed(RESET));
    }
}

#[test]
fn b17_b26_a_writer_whose_reader_frees_too_few_bytes_is_woken_by_an_abort_meanwhile() {
    let park = |task: &Arc<Task>, _: &mut Reader, writer: &mut Writer| {
        assert!(task.poll(|cx| writer.poll_writable(cx, 8)).is_pending());
    };
    let pipes = repeat_with(|| parked(park)).take(ROUNDS);
    let abort = |handle: AbortHandle| handle.abort(RESET);
    let parked = race(pipes, abort, |mut parked: Parked| {
        let _ = parked.1.try_read(&mut [0]);
        parked
    });
    for (task, _reader, mut writer) in parked {
        assert_eq!(task.wakes(), 1);
        let writable = task.poll(|cx| writer.poll_writable(cx, 8));
        assert_eq!(outcome(writable), failed(RESET));
    }
}
